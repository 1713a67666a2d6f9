package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"throughline/lineage"
	"throughline/slo"
)

// The exit codes of a dry run beside 0.
const (
	exitChanges = 1 // something would be otherwise
	exitUndone  = 2 // it could not be done
	exitRefused = 3 // the catalogue would be refused
)

// dryRun is what was asked for.
type dryRun struct {
	console Console
	options *options
	dir     string
	server  string
	since   time.Duration
	flow    string
	limit   int
	first   int
	asJSON  bool
	now     func() time.Time
}

func newCatalogDryRun(console Console) *cobra.Command {
	r := &dryRun{console: console, now: time.Now}
	cmd := &cobra.Command{
		Use:   "dry-run DIR",
		Short: "Tell what a catalogue would change of what was recorded, and change nothing",
		Long: "Map what a house has received of late by the catalogue of a directory, beside the one\n" +
			"that is in force there, and tell which transactions, deadlines and quarantined events\n" +
			"would be otherwise. Nothing is written: all of it happens in the memory of this command.\n" +
			"A house that runs is asked; the data of one that does not is opened.\n\n" +
			"A transaction that began earlier is compared by what came in since. The exit code is 0\n" +
			"when nothing changes, 1 when something does, 3 when the catalogue would be refused, and\n" +
			"2 when it cannot be said.",
		Example: "  throughline catalog dry-run ./catalog\n  throughline catalog dry-run ./catalog --server http://throughline.example:8080 --since 168h --flow quote-to-cash --json",
		Args:    cobra.ExactArgs(1),
	}
	r.options = placeOptions(cmd)
	set := cmd.Flags()
	set.StringVar(&r.server, "server", "", "ask the house at this `URL`; without it, the data directory's")
	set.DurationVar(&r.since, "since", 24*time.Hour, "go back so far by when it came in")
	set.StringVar(&r.flow, "flow", "", "look at the executions of this `FLOW` alone")
	set.IntVar(&r.limit, "limit", 500_000, "replay at most `N` pieces of evidence, the earliest ones; it takes some 2 KB of memory for each")
	set.IntVar(&r.first, "first", 20, "tell the first `N` of what changes")
	set.BoolVar(&r.asJSON, "json", false, "for a machine")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		r.dir = args[0]
		return r.run(cmd.Context())
	}
	return cmd
}

// placeOptions declares the settings that say where a house is, as flags. The others are
// taken from the environment and the file.
func placeOptions(cmd *cobra.Command) *options {
	o := addOptions(cmd.Flags(), false)
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		f.Hidden = !slices.Contains([]string{"config", "data", "clickhouse"}, f.Name)
	})
	return o
}

// rehearsed is what came of it.
type rehearsed struct {
	was, is    string // hashes
	since      time.Time
	replayed   lineage.Replayed
	cut        string // in words, what was not replayed for the limit; "": all was
	executions changed[lineage.ExecutionChange]
	clocks     changed[slo.ClockChange]
	refusals   changed[lineage.RefusalChange]
}

// changed is how many of all are otherwise, and the first of them.
type changed[T any] struct {
	n, of int
	first []T
}

func (c *changed[T]) add(v T, most int) {
	if c.n++; len(c.first) < most {
		c.first = append(c.first, v)
	}
}

func (r *dryRun) run(ctx context.Context) error {
	cfg, err := r.options.load(r.console.Env)
	if err == nil && (r.limit < 1 || r.first < 0 || r.since <= 0) {
		err = fmt.Errorf("--limit is %d, --first is %d and --since is %s; want more than 0, and of --first 0 or more", r.limit, r.first, r.since)
	}
	if err != nil {
		return &exit{exitUndone, err}
	}
	if _, err := os.Stat(r.dir); err != nil {
		return &exit{exitRefused, fmt.Errorf("read the catalogue: %w", err)}
	}
	is, err := loadCatalogue([]string{r.dir})
	if err != nil {
		return &exit{exitRefused, err}
	}
	if r.flow != "" && r.flow != lineage.TransactionFlow && !slices.ContainsFunc(is.Flows(), func(f lineage.Flow) bool { return f.Name == r.flow }) {
		return &exit{exitUndone, fmt.Errorf("--flow is %q, and the catalogue has no such flow", r.flow)}
	}
	found, err := r.rehearse(ctx, cfg, is)
	if err != nil {
		return &exit{exitUndone, err}
	}
	if r.asJSON {
		err = json.NewEncoder(r.console.Out).Encode(found.answer())
	} else {
		err = found.write(r.console)
	}
	if err != nil {
		return &exit{exitUndone, err}
	}
	if n := found.executions.n + found.clocks.n + found.refusals.n; n > 0 {
		return &exit{exitChanges, fmt.Errorf("%s would change what was recorded", r.dir)}
	}
	return nil
}

// errEnough ends a replay at its limit.
var errEnough = errors.New("that is enough")

// rehearse replays what was recorded by both catalogues.
func (r *dryRun) rehearse(ctx context.Context, cfg Config, is *lineage.Catalogue) (_ *rehearsed, err error) {
	from, err := openRecorded(ctx, cfg, r.server)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, from.close()) }()
	files, err := from.inForce(ctx)
	if err != nil {
		return nil, err
	}
	was, err := lineage.RestoreCatalogue(files)
	if err != nil {
		return nil, fmt.Errorf("the catalogue that is in force cannot be read by this version: %w", err)
	}
	now := r.now()
	both := lineage.NewRehearsal(was, is, tenant)
	found := &rehearsed{was: was.Hash(), is: is.Hash(), since: now.Add(-r.since)}
	err = from.received(ctx, found.since, both.Keys(), func(x *lineage.Received) error {
		if both.Replayed.All() >= r.limit && !x.Decides() {
			found.cut = leftOut(x.Kind())
			return errEnough
		}
		both.Take(x)
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	both.Settle()
	found.replayed = both.Replayed
	return found, found.compare(both, [2]*lineage.Catalogue{was, is}, r, now)
}

// leftOut says what a replay leaves out that ends within a kind of evidence.
func leftOut(kind int) string {
	kinds := lineage.Kinds()
	if kind == len(kinds)-1 {
		return "not all " + kinds[kind] + " were replayed"
	}
	return "not all " + kinds[kind] + " were replayed, and no " + strings.Join(kinds[kind+1:], ", no ")
}

// compare gathers what differs.
func (f *rehearsed) compare(both *lineage.Rehearsal, catalogues [2]*lineage.Catalogue, r *dryRun, now time.Time) error {
	var judged [2]*slo.Rehearsal
	for i, cat := range catalogues {
		var err error
		if judged[i], err = slo.NewRehearsal(cat.SLAs()); err != nil {
			return err
		}
	}
	for ref, sides := range both.Sides(r.flow) {
		f.executions.of++
		if c, differs := lineage.CompareExecutions(ref, sides[0], sides[1]); differs {
			f.executions.add(c, r.first)
		}
		for i, x := range sides {
			if x != nil {
				judged[i].Take(x)
			}
		}
	}
	was, is := judged[0].Clocks(now), judged[1].Clocks(now)
	f.clocks.of = max(len(was), len(is))
	for _, c := range slo.CompareClocks(was, is) {
		f.clocks.add(c, r.first)
	}
	f.refusals.of = f.replayed.Events + f.replayed.Refused
	for _, c := range both.Refusals() {
		f.refusals.add(c, r.first)
	}
	return nil
}
