package embedded

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// resident returns a process's resident memory in bytes.
func resident(t *testing.T, pid int) int64 {
	t.Helper()
	statm, err := os.ReadFile("/proc/" + itoa(pid) + "/statm")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(statm))
	return int64(atoi(t, fields[1])) * int64(os.Getpagesize())
}

// A statement that wants more than the cap fails with a typed error, the process
// stays within bounds and goes on answering, and the memory comes back.
func TestTheMemoryCapHolds(t *testing.T) {
	t.Parallel()
	const limit = 600 * mib // what engineOf says
	s, conn := supervise(t, engineOf(t.TempDir()), prometheus.NewRegistry())
	pid := s.PID()
	var peak atomic.Int64
	ctx, done := context.WithCancel(t.Context())
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		every := time.NewTicker(5 * time.Millisecond)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
				peak.Store(max(peak.Load(), resident(t, pid)))
			}
		}
	}()
	for _, greedy := range []string{
		"SELECT uniqExact(number) FROM numbers(200000000) SETTINGS max_bytes_ratio_before_external_group_by = 0, max_bytes_before_external_group_by = 0",
		"SELECT groupArray(toString(number)) FROM numbers(200000000)",
		"SELECT length(groupArray(number)) FROM numbers(1000000000)",
	} {
		if err := conn.QueryRow(t.Context(), greedy).Err(); !is(err, codeMemoryLimit) {
			t.Errorf("%s: %v, want code 241", greedy, err)
		}
	}
	done()
	<-watched
	// The engine's own estimate lags behind by a step of its memory worker.
	if most := int64(limit + limit/10); peak.Load() > most {
		t.Errorf("the process grew to %d MiB under a cap of %d MiB", peak.Load()/mib, limit/mib)
	}
	var one uint8
	if err := conn.QueryRow(t.Context(), "SELECT 1").Scan(&one); err != nil || s.PID() != pid {
		t.Errorf("the engine does not answer any more: %v", err)
	}
	eventually(t, "the memory is given back", func() bool { return resident(t, pid) < limit*3/4 })
	t.Logf("peak %d MiB, afterwards %d MiB", peak.Load()/mib, resident(t, pid)/mib)
}
