package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestConfigHidesItsSecrets(t *testing.T) {
	t.Parallel()
	cfg := defaults()
	cfg.Token = "canary-token-0001"
	cfg.ClickHouse = "clickhouse://user:canary-0002@ch:9000/db?password=canary-0003"
	cfg.NATS = "nats://canary-0004@nats:4222"
	for name, written := range map[string]func(*bytes.Buffer){
		"in text logs": func(b *bytes.Buffer) { newLogger(b, "text").Info("x", "config", cfg) },
		"in JSON logs": func(b *bytes.Buffer) { newLogger(b, "json").Info("x", "config", cfg) },
		"printed":      func(b *bytes.Buffer) { fmt.Fprintf(b, "%v %s %+v", cfg, cfg, cfg) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			written(&b)
			if strings.Contains(b.String(), "canary") {
				t.Errorf("a secret shows: %s", b.String())
			}
			if !strings.Contains(b.String(), "ch:9000") {
				t.Errorf("the server's name is missing: %s", b.String())
			}
		})
	}
}

func TestParseBytes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Bytes{
		"2GiB": 2 << 30, "2gib": 2 << 30, "2 GiB": 2 << 30, "1.5K": 1536, "512MB": 512e6, "64": 64, "64B": 64, "1T": 1 << 40,
	} {
		if got, err := parseBytes(text); err != nil || got != want {
			t.Errorf("parseBytes(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "GiB", "-1", "0", "NaN", "Inf", "1e30", "9999999T", "2 apples", "0x10"} {
		if got, err := parseBytes(text); err == nil {
			t.Errorf("parseBytes(%q) = %d; want an error", text, got)
		}
	}
}

func TestBytesReadBack(t *testing.T) {
	t.Parallel()
	for _, b := range []Bytes{1, 1023, 1024, 1 << 20, 3 << 30, 5e9, 1<<40 + 1} {
		if got, err := parseBytes(b.String()); err != nil || got != b {
			t.Errorf("%d is written %s and read back as %d, %v", b, b, got, err)
		}
	}
}
