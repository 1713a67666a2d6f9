package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"throughline/collector/journal"
	"throughline/lineage"
)

// promotion is what was asked for.
type promotion struct {
	console Console
	options *options
	dir     string
	server  string
	by      string
	comment string
	force   bool
}

func newCatalogPromote(console Console) *cobra.Command {
	p := &promotion{console: console}
	cmd := &cobra.Command{
		Use:   "promote DIR",
		Short: "Put a catalogue in force",
		Long: "Put the catalogue of a directory in force, beside the one that the program ships with,\n" +
			"and instead of whatever was. It is a decision like any other: it goes through the\n" +
			"journal, is in force from then on and after every start, stands in the ledger with who\n" +
			"took it and why, and is undone by revoking it. What is stored is mapped anew by it.\n\n" +
			"First it is told in what the catalogue differs. One that breaks what is in force is\n" +
			"refused unless it is forced. The exit code is 0 when it is in force or will be at the\n" +
			"next start, 1 when it is not, and 3 when it would be refused.",
		Example: "  throughline catalog promote ./catalog --by Ada --comment 'invoices name their order now'",
		Args:    cobra.ExactArgs(1),
	}
	p.options = placeOptions(cmd)
	set := cmd.Flags()
	set.StringVar(&p.server, "server", "", "promote at the house at this `URL`; without it, at the data directory's")
	set.StringVar(&p.by, "by", "", "`NAME` of who decides; without it, the user's")
	set.StringVar(&p.comment, "comment", "", "`TEXT`: why, for those who ask later")
	set.BoolVar(&p.force, "force", false, "though it breaks what is in force")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		p.dir = args[0]
		return p.run(cmd.Context())
	}
	return cmd
}

func (p *promotion) run(ctx context.Context) (err error) {
	cfg, err := p.options.load(p.console.Env)
	if err != nil {
		return err
	}
	user, _ := p.console.Env("USER")
	signed := lineage.Decision{ID: rand.Text()}
	if err := signed.Sign(cmp.Or(p.by, user), p.comment); err != nil {
		return fmt.Errorf("%w (--by NAME and --comment TEXT)", err)
	}
	is, err := loadCatalogue([]string{p.dir})
	if err != nil {
		return &exit{exitRefused, err}
	}
	files, err := theirs(p.dir)
	if err != nil {
		return &exit{exitRefused, err}
	}
	all, err := readCatalogue([]string{p.dir})
	if err != nil {
		return err
	}
	for _, found := range lineage.Review(all, time.Now()) {
		if found.Suspect {
			printRemark(p.console.Err, found)
		}
	}
	house, err := openRecorded(ctx, cfg, p.server)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, house.close()) }()
	if err := p.verdict(ctx, house, is); err != nil {
		return err
	}
	return house.promote(ctx, p.console, lineage.Promotion{ID: signed.ID, Files: files, By: signed.By, Comment: signed.Comment, Force: p.force})
}

// verdict tells in what a catalogue differs from the one that is in force.
func (p *promotion) verdict(ctx context.Context, house recorded, is *lineage.Catalogue) error {
	files, err := house.inForce(ctx)
	if err != nil {
		return err
	}
	was, err := lineage.RestoreCatalogue(files)
	if err != nil {
		return fmt.Errorf("the catalogue that is in force cannot be read by this version: %w", err)
	}
	if err := printDifferences(p.console, lineage.Differences(was, is), false); err != nil {
		return err
	}
	for _, text := range lineage.Breaks(was, is) {
		if _, err := fmt.Fprintln(p.console.Out, "breaks: "+clean(text)); err != nil {
			return err
		}
	}
	return nil
}

// promote has a house that runs put a catalogue in force.
func (r running) promote(ctx context.Context, console Console, p lineage.Promotion) (err error) {
	sent := struct {
		ID      string          `json:"id"`
		Files   []catalogueFile `json:"files"`
		By      string          `json:"by"`
		Comment string          `json:"comment"`
		Force   bool            `json:"force"`
	}{ID: p.ID, By: p.By, Comment: p.Comment, Force: p.Force}
	for _, f := range p.Files {
		sent.Files = append(sent.Files, catalogueFile{f.Name, f.Team, string(f.Data)})
	}
	text, err := json.Marshal(sent)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.address+"/api/v1/catalogue", bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the house cannot be asked: %w", err)
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return problemOf(answer, raw)
	}
	var got struct {
		Hash     string `json:"hash"`
		Decision struct {
			ID      string `json:"id"`
			Pending bool   `json:"pending"`
		} `json:"decision"`
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		return fmt.Errorf("the house's answer cannot be read: %w", err)
	}
	how := "is in force"
	if got.Decision.Pending {
		how = "is decided on, and in force in a moment"
	}
	_, err = fmt.Fprintf(console.Out, "catalogue %s %s by decision %s; how far what is stored is mapped by it: %s/api/v1/catalogue/remap\n", got.Hash, how, got.Decision.ID, r.address)
	return err
}

// promote writes the decision into the journal of a house that does not run.
func (r *resting) promote(ctx context.Context, console Console, p lineage.Promotion) (err error) {
	files, err := r.inForce(ctx)
	if err != nil {
		return err
	}
	now, err := lineage.RestoreCatalogue(files)
	if err != nil {
		return err
	}
	all, cat, out, err := weigh(now, p)
	if err != nil {
		return err
	}
	if err := r.shelf.put(cat.Hash(), all); err != nil {
		return err
	}
	at := time.Now().UTC()
	d := lineage.Decision{Tenant: tenant, ID: p.ID, Kind: lineage.DecideActivate, Catalogue: cat.Hash(), By: p.By, Comment: p.Comment, At: at}
	payload, err := d.CloudEvent()
	if err != nil {
		return err
	}
	book, err := journal.Open(journal.Config{Dir: filepath.Join(r.cfg.Data, "journal"), MaxBytes: int64(r.cfg.JournalMax)}, journal.Deps{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	err = book.Append(ctx, journal.Record{
		Type: journal.Data, Signal: lineage.Events, Encoding: journal.CloudEvent, Items: 1, Tenant: tenant, Source: journal.Own, Ingested: at, Payload: payload,
	})
	if err != nil {
		return err
	}
	if err := r.shelf.activate(activationOf(d)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(console.Out, "catalogue %s is in force from the next start on, by decision %s\n", out.Hash, d.ID)
	return err
}
