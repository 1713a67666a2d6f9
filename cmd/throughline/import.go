package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"throughline/lineage"
	"throughline/lineage/ocel"
)

func newImport(console Console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Bring logs of other tools into a house that runs",
	}
	return groupOf(cmd, newImportOCEL(console))
}

// importing is what was asked for.
type importing struct {
	console Console
	options *options
	file    string
	flow    string
	name    string
	anchor  string
	stub    string // directory; "": none is wanted
	to      string
	pages   string
	dry     bool
}

func newImportOCEL(console Console) *cobra.Command {
	i := &importing{console: console}
	cmd := &cobra.Command{
		Use:   "ocel FILE",
		Short: "Bring in an OCEL 2.0 log, JSON or SQLite",
		Long: "Bring in an OCEL 2.0 log, JSON or SQLite, as CloudEvents that keep all that it says.\n" +
			"What its types are and where its transactions begin says a catalogue. For a log of\n" +
			"somebody else's, --stub writes one to edit, guessed from the log; nothing is sent then.\n\n" +
			"All is mapped here first, and nothing is sent when any of it would be quarantined, or\n" +
			"when the house does not have the flow. A log that is brought in twice under one name\n" +
			"changes nothing, and one that has grown adds what is new. One that takes something\n" +
			"back, or whose events have changed, wants another --name.",
		Example: "  throughline import ocel orders.jsonocel --stub catalog/orders\n" +
			"  throughline import ocel orders.jsonocel --flow orders --catalog catalog/orders",
		Args: cobra.ExactArgs(1),
	}
	i.options = addOptions(cmd.Flags(), false)
	set := cmd.Flags()
	set.StringVar(&i.flow, "flow", "", "the `FLOW` that the log's transactions belong to; without it, the log's name")
	set.StringVar(&i.name, "name", "", "`NAME` of the log, in small letters, digits and dashes; without it, the file's")
	set.StringVar(&i.stub, "stub", "", "write a catalogue to start from into `DIR`, and send nothing")
	set.StringVar(&i.anchor, "anchor", "", "with --stub: the `TYPE` that a transaction is about; without it, it is guessed")
	set.StringVar(&i.to, "to", "", "`URL` of the collector; without it, that of the program on the data directory")
	set.StringVar(&i.pages, "pages", "", "with --to: `URL` of the pages of that house, which say whether it has the flow")
	set.BoolVar(&i.dry, "dry-run", false, "map everything and send nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		i.file = args[0]
		return i.run(cmd.Context())
	}
	return cmd
}

func (i *importing) run(ctx context.Context) error {
	cfg, err := i.options.load(i.console.Env)
	if err != nil {
		return err
	}
	if i.name == "" {
		base := filepath.Base(i.file)
		i.name = ocel.LogName(strings.TrimSuffix(base, filepath.Ext(base)))
	} else if i.name != ocel.LogName(i.name) {
		return fmt.Errorf("--name %q is no name of a log; write small letters, digits and dashes, such as %s", i.name, ocel.LogName(i.name))
	}
	if i.flow == "" {
		i.flow = i.name
	}
	files, err := readCatalogue(cfg.Catalog)
	if err != nil {
		return err
	}
	log, err := readLog(ctx, i.file, ocel.Options{Note: i.say})
	if err != nil {
		return err
	}
	if i.stub != "" {
		return i.writeStub(log, files)
	}
	carrier, cat, err := i.carrier(log, files)
	if err != nil {
		return err
	}
	to := ""
	if !i.dry {
		if to, err = reach(i.to, cfg.Data, func(a Addresses) string { return a.OTLPHTTP }); err != nil {
			return err
		}
	}
	total, err := i.tryOut(carrier, cat)
	if err != nil || i.dry {
		return err
	}
	if err := i.askFlow(ctx, cfg.Data); err != nil {
		return err
	}
	return i.send(ctx, carrier, &courier{to: to, token: cfg.Token}, total)
}

// askFlow asks the house whether it has the flow: what is sent for another one comes in and
// is in no transaction.
func (i *importing) askFlow(ctx context.Context, dir string) error {
	if i.to != "" && i.pages == "" {
		i.say("whether the house has the flow " + i.flow + " is not asked; give --pages, the URL of its pages")
		return nil
	}
	pages, err := reach(i.pages, dir, func(a Addresses) string { return a.HTTP })
	if err != nil {
		return err
	}
	return asking{&http.Client{Timeout: 30 * time.Second}, pause}.flow(ctx, pages, i.flow)
}

// say tells something beside the answer.
func (i *importing) say(sentence string) { fmt.Fprintln(i.console.Err, "throughline: "+sentence) }

// carrier takes the ranks of the flow, by which events without a contract find what
// they are about.
func (i *importing) carrier(log *ocel.Log, files []lineage.File) (ocel.Carrier, *lineage.Catalogue, error) {
	cat, err := lineage.ParseCatalogue(files)
	if err != nil {
		return ocel.Carrier{}, nil, err
	}
	flows := cat.Flows()
	at := slices.IndexFunc(flows, func(f lineage.Flow) bool { return f.Name == i.flow })
	if at < 0 {
		return ocel.Carrier{}, nil, fmt.Errorf("the catalogue has no flow %q; name one with --flow, or write one to edit with --stub DIR and then name that with --catalog DIR", i.flow)
	}
	ranks := flows[at].Ranks
	names := ocel.NewNames(log.ObjectTypes)
	known := false
	for _, o := range log.Objects {
		_, ranked := ranks[names[o.Type]]
		known = known || ranked
	}
	if !known {
		return ocel.Carrier{}, nil, fmt.Errorf("the flow %q ranks none of the log's types; it is the flow of other things. See --stub", i.flow)
	}
	return ocel.Carrier{Log: log, Name: i.name, Ranks: ranks}, cat, nil
}

// tryOut maps everything as the house will, and counts it.
func (i *importing) tryOut(carrier ocel.Carrier, cat *lineage.Catalogue) (total int, err error) {
	bad, unnamed := 0, 0
	for raw, err := range carrier.CloudEvents() {
		if err != nil {
			return 0, err
		}
		total++
		ce, err := lineage.ParseCloudEvent(raw)
		if err != nil {
			return 0, err
		}
		e, err := cat.FromCloudEvent("default", &ce, time.Now())
		switch {
		case err != nil:
			if bad++; bad <= 5 {
				i.say(fmt.Sprintf("event %q: %v", ce.ID, err))
			}
		case len(e.Refs) == 0 && ce.Source == ocel.Source(carrier.Name):
			unnamed++
		}
	}
	if bad > 0 {
		return 0, fmt.Errorf("%d of the log's events would be quarantined; mend their contracts, see above", bad)
	}
	if unnamed > 0 {
		i.say(fmt.Sprintf("%d events name no object with an id that can be used; they are in no transaction", unnamed))
	}
	_, err = fmt.Fprintf(i.console.Out, "mapped: %d events and %d objects of the log %s, by the flow %s\n", len(carrier.Log.Events), len(carrier.Log.Objects), carrier.Name, i.flow)
	return total, err
}

func (i *importing) send(ctx context.Context, carrier ocel.Carrier, by *courier, total int) error {
	lately := time.Now()
	by.client, by.wait = &http.Client{Timeout: 2 * time.Minute}, pause
	by.told = func(sent int) {
		if time.Since(lately) > 2*time.Second {
			lately = time.Now()
			i.say(fmt.Sprintf("taken in: %d of %d", sent, total))
		}
	}
	for raw, err := range carrier.CloudEvents() {
		if err != nil {
			return err
		}
		if err := by.put(ctx, raw); err != nil {
			return err
		}
	}
	if err := by.flush(ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintf(i.console.Out, "taken in: %d events and what is known of %d objects\n", len(carrier.Log.Events), len(carrier.Log.Objects))
	return err
}
