package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// exitUnknown is the exit code of a trace that found nothing.
const exitUnknown = 3

// traceWithin bounds all questions of one trace together.
const traceWithin = time.Minute

func newTrace(console Console) *cobra.Command {
	var asJSON bool
	var width int
	cmd := &cobra.Command{
		Use:   "trace ID",
		Short: "Print what is known of any id, as a tree",
		Long: "Ask a house that runs for an id of any kind, of an invoice, an order or a trace, and\n" +
			"print every transaction that it is in: where it stands, by when what is due, why it\n" +
			"stopped, and its objects as a tree from the anchor. The exit code is 0 when the id is\n" +
			"known, 3 when it is not, and 1 when that cannot be said.\n\n" +
			"An arrow points from what says a relation to what it is said of: an invoice ◂ bills\n" +
			"the order above it, an order contains ▸ the item below it.",
		Example: "  throughline trace INV-7\n  throughline trace --url http://throughline.example:8080 --json 4711",
		Args:    cobra.ExactArgs(1),
	}
	o := addOptions(cmd.Flags(), false)
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		f.Hidden = !slices.Contains([]string{"config", "data", "url"}, f.Name)
		if f.Name == "url" {
			f.Usage = "ask the house at this address; without it, the program on the data directory"
		}
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the API's answers as one JSON document")
	cmd.Flags().IntVar(&width, "width", 0, "cut lines to `N` columns, at least 40; 0 is the terminal's width, and no cut where there is none")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		cfg, err := o.load(console.Env)
		if err != nil {
			return err
		}
		id := strings.TrimSpace(args[0])
		switch {
		case id == "":
			return errors.New("the id is empty")
		case width != 0 && width < 40:
			return fmt.Errorf("--width is %d; want at least 40, or 0", width)
		}
		given := ""
		if cmd.Flags().Changed("url") {
			given = cfg.URL
		}
		address, err := reach(given, cfg.Data, func(a Addresses) string { return a.HTTP })
		if err != nil && cfg.URL == "" {
			return fmt.Errorf("%w (--url URL, or --data DIR)", err)
		}
		if err != nil {
			address = strings.TrimRight(cfg.URL, "/")
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), traceWithin)
		defer cancel()
		found, err := traceID(ctx, houseAPI{address}, id)
		if err != nil {
			return err
		}
		if err := found.write(console, asJSON, width); err != nil {
			return err
		}
		if len(found.Matches) == 0 {
			return &exit{exitUnknown, fmt.Errorf("nothing is known of %s", clean(id))}
		}
		return nil
	}
	return cmd
}

// write prints what was found, for a person or for a machine.
func (t *traced) write(console Console, asJSON bool, width int) error {
	if asJSON {
		text, err := json.MarshalIndent(t.raw, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(console.Out, string(text))
		return err
	}
	if width == 0 {
		width = columns(console.Out)
	}
	s := &sheet{colour: colours(console), width: width, zone: time.Local}
	s.traced(t)
	_, err := io.WriteString(console.Out, s.text.String())
	return err
}
