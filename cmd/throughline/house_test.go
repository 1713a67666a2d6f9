package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the program: the embedded engine runs in a
// child process, and so does a house that is to be killed.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains([]string{"clickhouse", "serve", "demo"}, os.Args[1]) {
		os.Exit(profiled())
	}
	os.Exit(m.Run())
}

// profileEnv names the file where a house that is benchmarked writes what it spends
// its processor time on.
const profileEnv = "THROUGHLINE_BENCH_PROFILE"

func profiled() int {
	path := os.Getenv(profileEnv)
	if path == "" || os.Args[1] != "serve" {
		return program()
	}
	file, err := os.Create(path)
	if err == nil {
		err = pprof.StartCPUProfile(file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer pprof.StopCPUProfile()
	return program()
}

// startProgram runs the whole house in this process, on ports of its own.
func startProgram(t testing.TB, cfg Config) *Program {
	t.Helper()
	cfg.HTTP, cfg.OTLPGRPC, cfg.OTLPHTTP = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	cfg.Memory, cfg.JournalMax, cfg.Data, cfg.LogFormat = 2<<30, 1<<30, t.TempDir(), "json"
	p, err := NewProgram(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := p.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, func() error {
		if reasons := p.notReady(); len(reasons) > 0 {
			return errors.New(strings.Join(reasons, "; "))
		}
		return nil
	})
	return p
}

// child is a house in a process of its own.
type child struct {
	cmd  *exec.Cmd
	dir  string
	addr Addresses
}

// startChild runs the house as its user would and waits until it has said where
// it listens.
func startChild(t testing.TB, dir string, args ...string) *child {
	t.Helper()
	all := append([]string{"serve", "--data", dir, "--http", "127.0.0.1:0", "--otlp-grpc", "127.0.0.1:0", "--otlp-http", "127.0.0.1:0", "--log-format", "json"}, args...)
	c := &child{cmd: exec.Command(os.Args[0], all...), dir: dir}
	log, err := os.OpenFile(filepath.Join(dir, "..", filepath.Base(dir)+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	c.cmd.Stderr = log
	_ = os.Remove(filepath.Join(dir, runFile)) // of the life before
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.cmd.ProcessState == nil { // the test failed before it ended its house
			_ = c.cmd.Process.Kill()
			_ = c.cmd.Wait()
		}
	})
	err = until(time.Minute, func() error {
		text, err := os.ReadFile(filepath.Join(dir, runFile))
		if err != nil {
			return err
		}
		return json.Unmarshal(text, &c.addr)
	})
	if err != nil {
		said, _ := os.ReadFile(log.Name())
		t.Fatalf("the house did not start: %v; it said:\n%s", err, said[max(0, len(said)-4000):])
	}
	return c
}

// kill ends the house as a power cut would, engine and all.
func (c *child) kill(t testing.TB) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.cmd.Wait() // it was killed, and says so
}

// stop ends it as its user would.
func (c *child) stop(t testing.TB) {
	t.Helper()
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// eventually asks again and again until done says nil.
func eventually(t testing.TB, within time.Duration, done func() error) {
	t.Helper()
	if err := until(within, done); err != nil {
		t.Fatal(err)
	}
}

func until(within time.Duration, done func() error) error {
	deadline := time.After(within)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := done()
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-deadline:
			return fmt.Errorf("not within %s: %w", within, err)
		}
	}
}

// get reads JSON from the house.
func get(address, path string, into any) error {
	response, err := http.Get("http://" + address + path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", path, response.Status, body)
	}
	return json.Unmarshal(body, into)
}

// The parts of the API's answers that these tests read.
type (
	apiObject struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	}
	apiEvent struct {
		Source string `json:"source"`
		ID     string `json:"id"`
		Trace  string `json:"trace_id"`
	}
	apiExecution struct {
		Flow    string      `json:"flow"`
		Anchor  apiObject   `json:"anchor"`
		State   string      `json:"state"`
		Objects []apiObject `json:"objects"`
		Events  []apiEvent  `json:"events"`
		Traces  []struct {
			ID    string `json:"trace_id"`
			Spans int    `json:"spans"`
		} `json:"traces"`
	}
	apiLineage struct {
		Executions []apiExecution `json:"executions"`
	}
	apiStatus struct {
		InFlight int `json:"in_flight"`
		Signals  map[string]struct {
			Received, Refused, Quarantined, Deduplicated, Stored, Stitched int
		} `json:"signals"`
	}
)

func (x apiExecution) names() []string {
	var names []string
	for _, o := range x.Objects {
		names = append(names, o.Type+"/"+o.ID)
	}
	slices.Sort(names)
	return names
}
