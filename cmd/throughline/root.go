package main

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/spf13/cobra"
)

// Console is what a command knows of the world around it.
type Console struct {
	Out io.Writer                        // what was asked for
	Err io.Writer                        // logs and complaints
	Env func(name string) (string, bool) // os.LookupEnv
}

// newRoot builds the command line. With no command it serves.
func newRoot(console Console) *cobra.Command {
	root := &cobra.Command{
		Use:   "throughline",
		Short: "Follow one business transaction through every system that it crosses",
		Long: "Throughline takes in OTLP and CloudEvents, stitches them into business transactions,\n" +
			"and shows each one end to end. Without a command it serves.\n\n" +
			"Every setting has one name in three spellings: --otlp-http on the command line,\n" +
			"THROUGHLINE_OTLP_HTTP in the environment, otlp-http in the config file. The\n" +
			"command line wins over the environment, and both over the file.",
		Args:          knownCommand,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	serve := newServe(console)
	root.Flags().SortFlags = false
	root.Flags().AddFlagSet(serve.Flags())
	root.RunE = serve.RunE
	root.AddCommand(serve, newDemo(console), newEngine(console), newCheck(console), newCatalog(console), newReady(console), newImport(console), newExport(console), newTrace(console), newVersion(console))
	root.SetOut(console.Out)
	root.SetErr(console.Err)
	return root
}

// exit is an error that chooses the exit code of the process.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string { return e.err.Error() }

func (e *exit) Unwrap() error { return e.err }

// exitCode is 0 for success, 1 for failure, and what an exit says otherwise.
func exitCode(err error) int {
	var e *exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.code
	}
	return 1
}

// house is what serve and demo run: the Program of program.go. Start returns
// when everything takes in, Stop is safe twice, and Failed yields at most one
// error: of a part that died while running.
type house interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	Failed() <-chan error
	Addresses() Addresses
}

var _ house = (*Program)(nil)

// reloader is a house that can read its catalogue again. A bad one is an error
// and leaves the old one in force.
type reloader interface {
	Reload(ctx context.Context) error
}

// build makes the house from its settings; it is inert until Start.
func build(cfg Config, log *slog.Logger) (house, error) { return NewProgram(cfg, log) }
