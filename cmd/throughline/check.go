package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

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
		Use:   "check [DIR]...",
		Short: "Check the settings and the catalogue, and start nothing",
		Long: "Check the settings and the catalogue, and start nothing. Directories are read after\n" +
			"those of --catalog. Every finding is one line, file:line:col: reason, and warnings\n" +
			"say so. The exit code is 0 when all is well, 1 when something would be refused, and\n" +
			"3 when it works but is hardly meant.",
		Example: "  throughline check ./catalog\n  throughline check --config throughline.yaml",
	}
	o := addOptions(cmd.Flags(), true)
	cmd.RunE = func(_ *cobra.Command, dirs []string) error {
		cfg, err := o.load(console.Env)
		if err != nil {
			return &exit{exitBad, err}
		}
		cfg.Catalog = append(slices.Clone(cfg.Catalog), dirs...)
		files, err := readCatalogue(cfg.Catalog)
		if err != nil {
			return &exit{exitBad, err}
		}
		found := lineage.Review(files, time.Now())
		for _, dir := range cfg.Catalog {
			own, err := readFolder(dir)
			if err != nil {
				return &exit{exitBad, err}
			}
			if len(own) == 0 {
				found = append(found, lineage.Remark{Text: dir + ": no .yaml file in it", Suspect: true})
			}
		}
		return tell(console, found, len(files))
	}
	return cmd
}

// tell prints the remarks and chooses the exit code.
func tell(console Console, found []lineage.Remark, files int) error {
	refused := make(map[string]bool)
	for _, f := range found {
		if !f.Suspect {
			refused[f.File] = true
		}
		printRemark(console.Err, f)
	}
	switch {
	case len(refused) > 0:
		return &exit{exitBad, fmt.Errorf("%d of %d catalogue files would be refused", len(refused), files)}
	case len(found) > 0:
		return &exit{exitSuspect, errors.New("the catalogue works, but see above")}
	}
	_, err := fmt.Fprintf(console.Out, "ok: settings and %d catalogue files\n", files)
	return err
}

// printRemark writes a remark as compilers do, so that editors find the place.
func printRemark(w io.Writer, f lineage.Remark) {
	if f.Suspect {
		f.Text = "warning: " + f.Text
	}
	fmt.Fprintln(w, f)
}
