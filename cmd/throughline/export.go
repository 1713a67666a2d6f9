package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"throughline/lineage"
	"throughline/lineage/ocel"
	"throughline/lineage/ocel/sqlite"
)

func newExport(console Console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write what a house that runs knows, for tools of process mining",
	}
	return groupOf(cmd, newExportOCEL(console), newExportXES(console))
}

// exporting is what was asked for.
type exporting struct {
	console Console
	options *options
	flow    string
	out     string
	from    string
}

func (x *exporting) flags(cmd *cobra.Command) {
	x.options = addOptions(cmd.Flags(), false)
	cmd.Flags().StringVar(&x.flow, "flow", "", "the `FLOW` whose transactions are written")
	cmd.Flags().StringVar(&x.out, "out", "-", "write this `FILE`; - is the standard output")
	cmd.Flags().StringVar(&x.from, "from", "", "`URL` of the pages; without it, that of the program on the data directory")
}

func newExportOCEL(console Console) *cobra.Command {
	x := &exporting{console: console}
	format := ""
	cmd := &cobra.Command{
		Use:   "ocel",
		Short: "Write one flow as an OCEL 2.0 log, JSON or SQLite",
		Long: "Write one flow as an OCEL 2.0 log, JSON or SQLite: all events of its transactions, each\n" +
			"once. What was brought in from a log comes out as it was there. The file has its\n" +
			"name only once it is whole.",
		Example: "  throughline export ocel --flow quote-to-cash --out orders.sqlite",
		Args:    cobra.NoArgs,
	}
	x.flags(cmd)
	cmd.Flags().StringVar(&format, "format", "", "`FORM`: json or sqlite; without it, as the file's name ends")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		form, err := formOf(format, x.out)
		if err != nil {
			return err
		}
		return x.ocel(cmd.Context(), form)
	}
	return cmd
}

func (x *exporting) ocel(ctx context.Context, form string) error {
	all := ocel.NewAssembler()
	err := x.read(ctx, "events", func(line *exportLine) error {
		if line.Event == nil {
			return errors.New("a line has no event")
		}
		all.Add(line.Event.event())
		return nil
	})
	if err != nil {
		return err
	}
	log, err := all.Log(ocel.Options{Note: func(s string) { fmt.Fprintln(x.console.Err, "throughline: "+s) }})
	if err != nil {
		return err
	}
	if form == formSQLite {
		err = replaceFile(x.out, func(part string) error { return sqlite.Write(ctx, part, log) })
	} else {
		err = writeFile(x.console, x.out, func(w io.Writer) error { return ocel.Encode(w, log) })
	}
	if err != nil || x.out == "-" {
		return err
	}
	_, err = fmt.Fprintf(x.console.Out, "%s: %d events and %d objects of the flow %s\n", x.out, len(log.Events), len(log.Objects), x.flow)
	return err
}

func newExportXES(console Console) *cobra.Command {
	x := &exporting{console: console}
	cmd := &cobra.Command{
		Use:   "xes",
		Short: "Write one flow as an XES log, a trace for each transaction",
		Long: "Write one flow as an XES log, a trace for each transaction. An event that several\n" +
			"transactions share stands in each, as flat logs have it.",
		Example: "  throughline export xes --flow quote-to-cash --out orders.xes",
		Args:    cobra.NoArgs,
	}
	x.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return x.xes(cmd.Context()) }
	return cmd
}

func (x *exporting) xes(ctx context.Context) error {
	traces, events := 0, 0
	err := writeFile(x.console, x.out, func(w io.Writer) error {
		log := ocel.NewXES(w, x.flow)
		err := x.read(ctx, "executions", func(line *exportLine) error {
			if line.Execution == nil {
				return errors.New("a line has no execution")
			}
			e := line.Execution.execution()
			traces, events = traces+1, events+len(e.Events)
			log.Trace(e)
			return nil
		})
		if err != nil {
			return err // what is cut short has no end, and is no XML
		}
		return log.Close()
	})
	if err != nil || x.out == "-" {
		return err
	}
	_, err = fmt.Fprintf(x.console.Out, "%s: %d traces with %d events of the flow %s\n", x.out, traces, events, x.flow)
	return err
}

// read asks the house for the lines of the flow.
func (x *exporting) read(ctx context.Context, what string, take func(*exportLine) error) error {
	cfg, err := x.options.load(x.console.Env)
	if err != nil {
		return err
	}
	if x.flow == "" {
		return fmt.Errorf("--flow is missing; name the flow whose transactions are written, %s for the built-in one", lineage.TransactionFlow)
	}
	from, err := reach(x.from, cfg.Data, func(a Addresses) string { return a.HTTP })
	if err != nil {
		return err
	}
	return readLines(ctx, from, x.flow, what, take)
}
