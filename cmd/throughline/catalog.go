package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"throughline/lineage"
)

// exitDiffers is the exit code of a comparison that finds something.
const exitDiffers = 3

// builtIn stands for the catalogue that the program ships with, alone.
const builtIn = "built-in"

func newCatalog(console Console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "catalog",
		Short: "Compare catalogues, try one on what was recorded, and put it in force",
	}
	return groupOf(cmd, newCatalogDiff(console), newCatalogDryRun(console), newCatalogPromote(console))
}

func newCatalogDiff(console Console) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Tell in what the catalogue of one directory differs from another's",
		Long: "Tell in what the catalogue of directory B differs from that of directory A: types,\n" +
			"systems, qualifiers, sources, flows, guards, deadlines and contracts, these with what\n" +
			"their changes break. Each is read after the built-in one, as serve reads it, and\n" +
			builtIn + " stands for that alone. The exit code is 0 when they are the same, 3 when they\n" +
			"differ, and 1 when one of them would be refused.",
		Example: "  throughline catalog diff built-in ./catalog\n  throughline catalog diff ./staging ./production --json",
		Args:    cobra.ExactArgs(2),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "for a machine")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		var both [2]*lineage.Catalogue
		for i, dir := range args {
			var err error
			if both[i], err = loadCatalogue(directories(dir)); err != nil {
				return &exit{exitBad, err}
			}
		}
		differences := lineage.Differences(both[0], both[1])
		if err := printDifferences(console, differences, asJSON); err != nil {
			return err
		}
		if len(differences) > 0 {
			return &exit{exitDiffers, fmt.Errorf("%s and %s differ (%d)", args[0], args[1], len(differences))}
		}
		return nil
	}
	return cmd
}

func directories(dir string) []string {
	if dir == builtIn {
		return nil
	}
	return []string{dir}
}

func printDifferences(console Console, differences []lineage.Difference, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(console.Out).Encode(map[string][]lineage.Difference{"differences": append([]lineage.Difference{}, differences...)})
	}
	for _, d := range differences {
		if _, err := fmt.Fprintln(console.Out, d); err != nil {
			return err
		}
		for _, c := range d.Compatible {
			if _, err := fmt.Fprintf(console.Out, "    %s%s\n", c.Text, breaking(c.Breaks)); err != nil {
				return err
			}
		}
	}
	return nil
}

// breaking says in parentheses what a change breaks.
func breaking(c lineage.Compatibility) string {
	switch c {
	case lineage.CompatibleNone:
		return ""
	case lineage.CompatibleFull:
		return " (breaks backward and forward)"
	default:
		return fmt.Sprintf(" (breaks %s)", c)
	}
}
