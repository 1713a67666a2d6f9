package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"throughline/lineage"
)

// The exit codes of check beside 0.
const (
	exitBad     = 1 // something would be refused
	exitSuspect = 3 // it works, but is hardly meant
)

func newCheck(console Console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the settings and the catalogue, and start nothing",
		Long: "Check the settings and the catalogue, and start nothing. Every finding is one line,\n" +
			"file:line:col: reason. The exit code is 0 when all is well, 1 when something would be\n" +
			"refused, and 3 when it works but is hardly meant.",
		Example: "  throughline check --catalog ./catalog\n  throughline check --config throughline.yaml",
		Args:    cobra.NoArgs,
	}
	o := addOptions(cmd.Flags(), true)
	cmd.RunE = func(*cobra.Command, []string) error {
		cfg, err := o.load(console.Env)
		if err != nil {
			return &exit{exitBad, err}
		}
		files, err := readCatalogue(cfg.Catalog)
		if err != nil {
			return &exit{exitBad, err}
		}
		bad, suspect := checkCatalogue(files)
		for _, dir := range cfg.Catalog {
			if !slices.ContainsFunc(files, func(f lineage.File) bool { return strings.HasPrefix(f.Name, filepath.Clean(dir)) }) {
				suspect = append(suspect, fmt.Errorf("%s: no .yaml file in it", dir))
			}
		}
		for _, finding := range append(bad, suspect...) {
			fmt.Fprintln(console.Err, finding)
		}
		switch {
		case len(bad) > 0:
			return &exit{exitBad, fmt.Errorf("%d of %d catalogue files would be refused", len(bad), len(files))}
		case len(suspect) > 0:
			return &exit{exitSuspect, errors.New("the catalogue works, but see above")}
		}
		_, err = fmt.Fprintf(console.Out, "ok: settings and %d catalogue files\n", len(files))
		return err
	}
	return cmd
}

// checkCatalogue tells every file that would be refused, or where each is good
// by itself, what is wrong with them together; and what is suspect.
func checkCatalogue(files []lineage.File) (bad, suspect []error) {
	for _, f := range files {
		if _, err := lineage.ParseDefinition([]lineage.File{f}); err != nil {
			bad = append(bad, err)
		}
	}
	if len(bad) > 0 {
		return bad, nil
	}
	catalogue, err := lineage.ParseCatalogue(distinct(files))
	if err != nil {
		return []error{err}, nil
	}
	for _, flow := range catalogue.Flows() {
		if len(flow.Stages) == 0 && flow.Name != "transaction" {
			suspect = append(suspect, fmt.Errorf("flow %s has no stages: its executions never complete", flow.Name))
		}
	}
	return bad, append(suspect, suspectSLAs(catalogue)...)
}

// suspectSLAs tells the conditions that nothing in the catalogue ever meets: a
// misspelt stop breaches for ever, and a misspelt start never begins.
func suspectSLAs(c *lineage.Catalogue) []error {
	var suspect []error
	for _, s := range c.SLAs() {
		for _, condition := range []struct{ field, stage string }{
			{"start", s.Start}, {"stop", s.Stop}, {"pause", s.Pause}, {"resume", s.Resume}, {"cancel", s.Cancel}, {"reset", s.Reset},
		} {
			if condition.stage != "" && !c.KnownStage(s.Flow, condition.stage) {
				suspect = append(suspect, fmt.Errorf("sla %s: %s is %q; neither the flow %s nor any contract has such a stage, so only events that name it themselves meet it",
					s.Name, condition.field, condition.stage, s.Flow))
			}
		}
	}
	return suspect
}
