package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"throughline/catalog"
	"throughline/lineage"
)

// activation is which catalogue of the shelf was put in force by the last decision that
// stood. It is a note of what the ledger of decisions says, for the start, when the
// ledger cannot be read yet.
type activation struct {
	Catalogue string    `json:"catalogue"`
	Decision  string    `json:"decision"`
	By        string    `json:"by"`
	Comment   string    `json:"comment"`
	At        time.Time `json:"at"`
}

const activationFile = "active.json"

func (a activation) decision() lineage.Decision {
	return lineage.Decision{Tenant: tenant, ID: a.Decision, Kind: lineage.DecideActivate, Catalogue: a.Catalogue, By: a.By, Comment: a.Comment, At: a.At}
}

func activationOf(d lineage.Decision) activation {
	return activation{Catalogue: d.Catalogue, Decision: d.ID, By: d.By, Comment: d.Comment, At: d.At}
}

// tenant is whose evidence this house has.
const tenant = "default"

// activated reads which catalogue was put in force last; none was, when its hash is "".
func (s shelf) activated() (a activation, err error) {
	text, err := os.ReadFile(filepath.Join(s.dir, activationFile))
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		return a, fmt.Errorf("read which catalogue is in force: %w; remove %s to start with the one that the settings name, until the ledger of decisions is read",
			err, filepath.Join(s.dir, activationFile))
	}
	return a, nil
}

// activate notes which catalogue is in force by decision, all at once. Of none, with the
// hash "", it forgets.
func (s shelf) activate(a activation) error {
	path := filepath.Join(s.dir, activationFile)
	if a.Catalogue == "" {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return syncFolder(s.dir)
	}
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if err := writeDurably(path+".next", text); err != nil {
		return err
	}
	if err := os.Rename(path+".next", path); err != nil {
		return err
	}
	return syncFolder(s.dir)
}

// started returns the catalogue to start with: the one that was put in force by
// decision, or else that of the directories.
func (s shelf) started(dirs []string) (*lineage.Catalogue, activation, error) {
	a, err := s.activated()
	if err != nil {
		return nil, a, err
	}
	if a.Catalogue != "" {
		cat, err := s.Catalogue(a.Catalogue)
		return cat, a, err
	}
	cat, err := s.open(dirs)
	return cat, a, err
}

// inForce keeps which catalogue is in force, and follows what is decided.
type inForce struct {
	house *Program

	one   sync.Mutex // one change at a time
	mu    sync.Mutex // guards what follows
	by    activation
	since time.Time
}

// openCatalogue finds the catalogue to start with.
func (p *Program) openCatalogue() (*lineage.Catalogue, error) {
	p.shelf = shelf{filepath.Join(p.cfg.Data, "catalogues")}
	cat, by, err := p.shelf.started(p.cfg.Catalog)
	if err != nil {
		return nil, err
	}
	p.inForce = &inForce{house: p, by: by, since: by.At}
	if by.Catalogue == "" {
		p.inForce.since = p.started
	}
	p.catalogue.Store(cat)
	return cat, nil
}

// InForce returns the catalogue that is in force, and by whose decision.
func (f *inForce) InForce(context.Context) (lineage.InForce, error) {
	f.mu.Lock()
	by, since := f.by, f.since
	f.mu.Unlock()
	hash := f.house.catalogue.Load().Hash()
	files, err := f.house.shelf.files(hash)
	out := lineage.InForce{Hash: hash, Files: files, Since: since}
	if by.Catalogue == hash {
		out.Decision = by.decision()
	}
	return out, err
}

// Remapping tells how far what is stored is mapped by the catalogue in force.
func (f *inForce) Remapping() lineage.Remapping { return f.house.remap.Remapping() }

// Received yields what came in since a moment as it was received.
func (f *inForce) Received(ctx context.Context, since time.Time, keys []string, yield func(*lineage.Received) error) error {
	return f.house.store.Received(ctx, tenant, since, keys, yield)
}

// Promote puts a catalogue in force by a decision.
func (f *inForce) Promote(ctx context.Context, p lineage.Promotion) (lineage.Promoted, error) {
	files, cat, out, err := weigh(f.house.catalogue.Load(), p)
	if err != nil {
		return out, err
	}
	if err := f.house.shelf.put(cat.Hash(), files); err != nil {
		return out, err
	}
	out.Decision, err = f.house.stitcher.Decide(ctx, lineage.Decision{
		Tenant: tenant, ID: p.ID, Kind: lineage.DecideActivate, Catalogue: cat.Hash(), By: p.By, Comment: p.Comment,
	})
	if err != nil || out.Decision.Pending {
		return out, err
	}
	return out, f.follow(ctx)
}

// weigh checks a catalogue that is to be put in force instead of another one, and tells
// what that would break. Breaking is a Conflict unless it is forced.
func weigh(now *lineage.Catalogue, p lineage.Promotion) ([]lineage.File, *lineage.Catalogue, lineage.Promoted, error) {
	const op = "promote catalogue"
	var out lineage.Promoted
	own, err := catalogueFiles(catalog.FS(), "built-in")
	if err != nil {
		return nil, nil, out, lineage.E(lineage.Internal, op, err)
	}
	if len(p.Files) == 0 {
		return nil, nil, out, lineage.Errorf(lineage.Invalid, op, "files is empty; send those of the catalogue")
	}
	files := append(own, p.Files...)
	cat, err := lineage.ParseCatalogue(files)
	if err != nil {
		return nil, nil, out, err
	}
	out = lineage.Promoted{Hash: cat.Hash(), Changed: len(lineage.Differences(now, cat)), Breaks: lineage.Breaks(now, cat)}
	if len(out.Breaks) > 0 && !p.Force {
		return nil, nil, out, lineage.Errorf(lineage.Conflict, op, "it breaks what is in force: %s; give the change a version of its own, or force it", strings.Join(out.Breaks, "; "))
	}
	return files, cat, out, nil
}

// follow puts in force what the ledger of decisions says: the catalogue of the last
// activation that stands, or that of the settings where none does any more.
func (f *inForce) follow(ctx context.Context) error {
	f.one.Lock()
	defer f.one.Unlock()
	ledger, err := f.house.stitcher.Decisions(ctx, tenant)
	if err != nil {
		return err
	}
	d, ok := lineage.Activated(ledger)
	f.mu.Lock()
	was := f.by
	f.mu.Unlock()
	told := was.Decision == "" || slices.ContainsFunc(ledger, func(k lineage.Decided) bool { return k.ID == was.Decision })
	switch {
	case ok && d.ID == was.Decision || !ok && was.Catalogue == "":
		return nil
	case !told && !(ok && d.At.After(was.At)):
		return nil // the journal has it, and the ledger not yet
	}
	now, since := activationOf(d), d.At
	var cat *lineage.Catalogue
	if ok {
		cat, err = f.house.shelf.Catalogue(d.Catalogue)
	} else {
		since = time.Now()
		cat, err = f.house.shelf.open(f.house.cfg.Catalog)
	}
	if err != nil {
		return err
	}
	if err := f.house.shelf.activate(now); err != nil {
		return lineage.E(lineage.Unavailable, "put catalogue in force", err)
	}
	f.mu.Lock()
	f.by, f.since = now, since
	f.mu.Unlock()
	f.house.log.Info("a catalogue was put in force", "catalogue", cat.Hash(), "by", now.By, "decision", now.Decision)
	return f.house.swap(ctx, cat)
}

// reload reads the catalogue of the settings again, unless somebody decided on another.
func (f *inForce) reload(ctx context.Context) error {
	f.one.Lock()
	defer f.one.Unlock()
	f.mu.Lock()
	by := f.by
	f.mu.Unlock()
	if by.Catalogue != "" {
		return lineage.Errorf(lineage.Conflict, "reload the catalogue", "%s has put catalogue %s in force on %s; promote the directory, or revoke decision %s",
			by.By, by.Catalogue, by.At.Format(time.DateOnly), by.Decision)
	}
	cat, err := f.house.shelf.open(f.house.cfg.Catalog)
	if err != nil || cat.Hash() == f.house.catalogue.Load().Hash() {
		return err
	}
	f.mu.Lock()
	f.since = time.Now()
	f.mu.Unlock()
	return f.house.swap(ctx, cat)
}

// lookEvery is how often the ledger is looked at for what puts a catalogue in force, or
// takes it out of force.
const lookEvery = time.Second

// keep follows the ledger for as long as the house lives.
func (f *inForce) keep(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !f.house.stitcher.Loaded() {
			continue
		}
		if err := f.follow(ctx); err != nil && ctx.Err() == nil {
			f.house.log.Error("the catalogue that was decided on is not in force; it is tried again", "error", err)
		}
	}
}

// swap puts a catalogue in force: for what comes in, for the executions that stand, and
// then for what is stored.
func (p *Program) swap(ctx context.Context, cat *lineage.Catalogue) error {
	if cat.Hash() != p.catalogue.Load().Hash() {
		p.catalogue.Store(cat)
		if err := p.stitcher.Reload(ctx, cat); err != nil {
			return err
		}
	}
	return p.remap.Begin(cat, p.inForce.decided())
}
