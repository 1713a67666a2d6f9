package collector

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// socket opens a connection and sends text on it.
func (r *rig) socket(text string) net.Conn {
	r.t.Helper()
	conn, err := new(net.Dialer).DialContext(r.t.Context(), "tcp", r.Addrs().OTLPHTTP)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		r.t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		r.t.Fatal(err)
	}
	return conn
}

const head = "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: 100000\r\n\r\n"

func TestASlowSenderIsCut(t *testing.T) {
	t.Parallel()
	const soon = 100 * time.Millisecond
	for name, tc := range map[string]struct {
		change func(*Config)
		text   string
		says   string
	}{
		"in the middle of a header":   {func(c *Config) { c.HeaderTimeout = soon }, head[:30], ""},
		"in the middle of a body":     {func(c *Config) { c.BodyTimeout = soon }, head + "x", "503 Service Unavailable"},
		"before a byte of a body":     {func(c *Config) { c.BodyTimeout = soon }, head, "503 Service Unavailable"},
		"after it was refused":        {func(c *Config) { c.BodyTimeout = soon }, strings.Replace(head, protobuf, "text/html", 1), "415 Unsupported Media Type"},
		"after it asked for nothing":  {func(c *Config) { c.BodyTimeout = soon }, strings.Replace(head, "traces", "spans", 1), "404 Not Found"},
		"without a request":           {func(c *Config) { c.HeaderTimeout = soon }, "", ""},
		"between two requests":        {func(c *Config) { c.IdleTimeout = soon }, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", "404 Not Found"},
		"after the preface of HTTP/2": {func(c *Config) { c.IdleTimeout, c.HeaderTimeout = soon, soon }, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, func(cfg *Config, _ *ledger) { tc.change(cfg) })
			got, err := io.ReadAll(r.socket(tc.text)) // ends when the collector closes
			if err != nil {
				t.Fatalf("the connection was not closed: %v", err)
			}
			if !strings.Contains(string(got), tc.says) {
				t.Errorf("the answer is %q", got)
			}
		})
	}
}

func TestASenderWhoTricklesIsCutByTheLeastRate(t *testing.T) {
	t.Parallel()
	r := start(t, func(cfg *Config, _ *ledger) { cfg.BodyTimeout, cfg.MinBodyRate = 200*time.Millisecond, 1<<20 })
	conn := r.socket(head)
	began := time.Now()
	go func() { // never pauses for as long as the body may
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			if _, err := conn.Write([]byte{'x'}); err != nil {
				return
			}
		}
	}()
	got, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if took := time.Since(began); got.StatusCode != http.StatusServiceUnavailable || took > 10*time.Second {
		t.Errorf("after %s the answer is %s", took, got.Status)
	}
}

func TestSlowSendersDoNotStandInTheWay(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for range 300 {
		r.socket(head + "x")
	}
	for name, send := range deliver(r) {
		if err := send(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAHeaderOverTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	var baggage strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&baggage, "baggage: key%d=some+value\r\n", i)
	}
	conn := r.socket("POST /v1/traces HTTP/1.1\r\nHost: localhost\r\n" + baggage.String() + "\r\n")
	got, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("the answer is %s", got.Status)
	}
}

func TestTwoLengthsInOneRequestAreRefused(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for name, text := range map[string]string{
		"two different content lengths": "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
		"a strange transfer encoding":   "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
	} {
		got, err := http.ReadResponse(bufio.NewReader(r.socket(text)), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Body.Close(); got.StatusCode < 400 || got.StatusCode == 503 {
			t.Errorf("%s: the answer is %s", name, got.Status)
		}
	}
}
