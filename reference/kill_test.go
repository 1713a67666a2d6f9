package reference_test

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"throughline/reference"
)

// The environment of a child process: where it reports to, and its folder.
const (
	childReceiver = "REFERENCE_TEST_RECEIVER"
	childDir      = "REFERENCE_TEST_DIR"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childReceiver); url != "" {
		os.Exit(child(url, os.Getenv(childDir)))
	}
	goleak.VerifyTestMain(m)
}

// killed is a pipeline of forty orders that take a second.
func killed(url, dir string) reference.Config {
	return reference.Config{OTLPHTTP: url, Events: url, Dir: dir, Rate: 40, Journey: time.Second, Orders: 40, Seed: 3}
}

// child runs a pipeline until it is killed, and says when it is up.
func child(url, dir string) int {
	p, err := reference.New(killed(url, dir), reference.Deps{Metrics: prometheus.NewRegistry()})
	if err == nil {
		err = p.Start(context.Background())
	}
	if err != nil {
		os.Stderr.WriteString(err.Error())
		return 1
	}
	os.Stdout.WriteString("up")
	select {}
}

func TestKilledPipelineGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	dir := t.TempDir()
	for round := range 6 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childReceiver+"="+r.server.URL, childDir+"="+dir)
		var said strings.Builder
		cmd.Stderr = &said
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 2)); err != nil {
			t.Fatalf("round %d: %v: %s", round, err, said.String())
		}
		<-time.After(time.Duration(80+70*round) * time.Millisecond) // each in another state
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
	}
	p := start(t, killed(r.server.URL, dir))
	wait(t, p, 40)
	balance(t, p, r, 40)
	t.Log("posts " + strconv.Itoa(r.posts))
}
