package embedded

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"throughline/lineage"
)

// supervise starts an engine in a process of its own.
func supervise(t *testing.T, config SupervisorConfig, metrics prometheus.Registerer) (*Supervisor, driver.Conn) {
	t.Helper()
	s, err := NewSupervisor(config, SupervisorDeps{Metrics: metrics})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	options, err := clickhouse.ParseDSN(s.DSN())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return s, conn
}

// alive tells whether a process exists and has not ended.
func alive(pid int) bool {
	status, err := os.ReadFile("/proc/" + itoa(pid) + "/stat")
	if err != nil {
		return syscall.Kill(pid, 0) == nil
	}
	_, state, _ := strings.Cut(string(status), ") ")
	return !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}

func TestTheEngineComesBackAfterAKill(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	s, conn := supervise(t, engineOf(t.TempDir()), registry)
	addr := s.Addr()
	mustExec(t, conn, "CREATE TABLE kept (a UInt64) ENGINE = MergeTree ORDER BY a")
	for round := range uint64(3) {
		mustExec(t, conn, "INSERT INTO kept SELECT number FROM numbers(1000)")
		pid := s.PID()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		var n uint64
		eventually(t, "the engine answers again", func() bool {
			return s.PID() != pid && conn.QueryRow(t.Context(), "SELECT count() FROM kept").Scan(&n) == nil
		})
		if n != 1000*(round+1) || s.Addr() != addr {
			t.Errorf("round %d: %d rows at %s, want %d at %s", round, n, s.Addr(), 1000*(round+1), addr)
		}
	}
	if restarts := testutil.ToFloat64(s.metrics.restarts); restarts != 3 {
		t.Errorf("%v restarts are counted, want 3", restarts)
	}
	eventually(t, "the engine is up", func() bool { return testutil.ToFloat64(s.metrics.up) == 1 })
	if n, err := testutil.GatherAndCount(registry, "throughline_clickhouse_restarts_total", "throughline_clickhouse_up"); err != nil || n != 2 {
		t.Errorf("%d metrics, %v", n, err)
	}
}

func TestStopEndsTheEngine(t *testing.T) {
	t.Parallel()
	s, conn := supervise(t, engineOf(t.TempDir()), nil)
	pid := s.PID()
	if err := conn.Ping(t.Context()); err != nil || !alive(pid) {
		t.Fatalf("the engine is not there: %v", err)
	}
	for range 2 {
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if alive(pid) || s.PID() != 0 {
		t.Errorf("process %d is still there, or the supervisor thinks so: %d", pid, s.PID())
	}
	if err := s.Start(t.Context()); err != nil {
		t.Errorf("it cannot be started again: %v", err)
	}
}

func TestStopKillsAnEngineThatDoesNotStop(t *testing.T) {
	t.Parallel()
	config := engineOf(t.TempDir())
	config.StopTimeout = 50 * time.Millisecond
	s, _ := supervise(t, config, nil)
	pid := s.PID()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil || alive(pid) {
		t.Errorf("process %d is still there, %v", pid, err)
	}
}

// The engine must not outlive the program that supervises it, however that ends.
func TestTheEngineDiesWithItsParent(t *testing.T) {
	t.Parallel()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	parent := exec.Command(executable, dir)
	parent.Env = append(os.Environ(), roleEnv+"="+roleParent)
	parent.Stderr = os.Stderr
	hold, err := parent.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid := atoi(t, strings.TrimSpace(line))
	if !alive(pid) {
		t.Fatalf("the engine %d is not there", pid)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := parent.Wait(); !errors.As(err, &exit) {
		t.Fatalf("the parent ends with %v", err)
	}
	eventually(t, "the engine is gone", func() bool { return !alive(pid) })
}

func TestASecondEngineOnALivePathFailsAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, conn := supervise(t, engineOf(dir), nil)
	second, err := NewSupervisor(engineOf(dir), SupervisorDeps{})
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	err = second.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "another engine has "+dir+" open") {
		t.Errorf("the second engine says: %v", err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %s to say so", took)
	}
	if err := conn.Ping(t.Context()); err != nil {
		t.Errorf("the first engine suffered: %v", err)
	}
	if err := second.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAMissingLibraryIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	config := engineOf(t.TempDir())
	config.Env = append(config.Env, LibraryEnv+"="+t.TempDir()+"/libchdb.so")
	s, err := NewSupervisor(config, SupervisorDeps{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "there is no such file") {
		t.Errorf("start says: %v", err)
	}
}

func TestSupervisorConfig(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]SupervisorConfig{
		"no path":              {},
		"a token of two lines": {Path: "x", Token: "a\nb"},
	} {
		if _, err := NewSupervisor(config, SupervisorDeps{}); lineage.KindOf(err) != lineage.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	config := engineOf(t.TempDir())
	config.Listen = "256.0.0.1:0"
	s, err := NewSupervisor(config, SupervisorDeps{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil {
		t.Error("it listens on an address that is none")
	}
}
