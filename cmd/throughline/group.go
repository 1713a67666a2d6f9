package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// exitUsage is the exit code of a command that there is not.
const exitUsage = 2

// groupOf makes a command of others. Alone it prints its help; with a word that is none of
// them it fails, so that a script notices, and says which is meant.
func groupOf(cmd *cobra.Command, of ...*cobra.Command) *cobra.Command {
	cmd.AddCommand(of...)
	cmd.Args = knownCommand
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

// knownCommand takes no argument: what cobra leaves over is the name of no command.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return &exit{exitUsage, fmt.Errorf("unknown command %q for %q; is %s meant?", args[0], cmd.CommandPath(), strings.Join(near, " or "))}
	}
	var there []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" {
			there = append(there, c.Name())
		}
	}
	return &exit{exitUsage, fmt.Errorf("unknown command %q for %q; there are %s", args[0], cmd.CommandPath(), strings.Join(there, ", "))}
}
