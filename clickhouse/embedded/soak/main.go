// Command soak is the trial of the embedded engine as a floor: inserts small and
// large, six readers, a memory cap, and a kill -9 of the engine again and again.
// After every reopening it checks that each acknowledged block is there exactly
// once. It ends with a report, and with status 1 if a promise was broken.
//
//	go run ./clickhouse/embedded/soak --minutes 30 --kills 50
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"time"

	"throughline/clickhouse/embedded"
)

// trial is what the flags say.
type trial struct {
	minutes   float64
	kills     int
	memory    int64
	rate      int
	directory string
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "engine" {
		serve(os.Args[2:])
		return
	}
	var t trial
	flag.Float64Var(&t.minutes, "minutes", 30, "how long to go on")
	flag.IntVar(&t.kills, "kills", 50, "how many times to kill the engine, spread over the time")
	flag.Int64Var(&t.memory, "memory", 1<<30, "the engine's memory cap in bytes")
	flag.IntVar(&t.rate, "rate", 10_000, "rows a second of the large inserts")
	flag.StringVar(&t.directory, "dir", "", "the data directory; empty makes one and removes it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	kept, err := t.run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
	}
	if err != nil || !kept {
		os.Exit(1) //nolint:gocritic // the deferred stop only restores signals
	}
}

// serve is the engine's process.
func serve(args []string) {
	memory, err := strconv.ParseInt(args[2], 10, 64)
	if err == nil {
		config := embedded.Config{Path: args[0], Listen: args[1], MemoryLimit: memory, Token: embedded.TokenFromEnv()}
		err = embedded.Run(context.Background(), config, slog.New(slog.DiscardHandler))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run goes through the trial and prints its report; false means a broken promise.
func (t trial) run(ctx context.Context) (bool, error) {
	if t.directory == "" {
		directory, err := os.MkdirTemp("", "throughline-soak-")
		if err != nil {
			return false, err
		}
		defer os.RemoveAll(directory)
		t.directory = directory
	}
	supervisor, err := embedded.NewSupervisor(embedded.SupervisorConfig{
		Args: []string{"engine", "{path}", "{listen}", strconv.FormatInt(t.memory, 10)},
		Path: t.directory,
	}, embedded.SupervisorDeps{})
	if err != nil {
		return false, err
	}
	if err := supervisor.Start(ctx); err != nil {
		return false, err
	}
	defer func() { _ = supervisor.Stop(context.WithoutCancel(ctx)) }()
	engine, err := dial(ctx, supervisor)
	if err != nil {
		return false, err
	}
	defer engine.close()
	report := &report{begun: time.Now()}
	books := &books{}
	if err := t.load(ctx, engine, books, report); err != nil {
		return false, err
	}
	if err := engine.audit(ctx, books, report, true); err != nil {
		return false, err
	}
	return report.print(os.Stdout, t, engine, books), nil
}

// load writes, reads and kills until the time is over.
func (t trial) load(ctx context.Context, engine *engine, books *books, report *report) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(t.minutes*float64(time.Minute)))
	defer cancel()
	var crew sync.WaitGroup
	for _, work := range []func(){
		func() { engine.write(ctx, books, report, small(200*time.Millisecond)) },
		func() { engine.write(ctx, books, report, large(t.rate)) },
		func() { engine.sampleMemory(ctx, report) },
		func() { report.progress(ctx, books) },
	} {
		crew.Go(work)
	}
	for i := range 6 {
		crew.Go(func() { engine.read(ctx, i, books, report) })
	}
	err := engine.killAll(ctx, t, books, report)
	if err != nil {
		cancel()
		fmt.Fprintln(os.Stderr, err)
	}
	crew.Wait()
	return err
}
