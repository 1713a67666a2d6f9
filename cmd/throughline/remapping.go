package main

import (
	"context"
	"fmt"
	"time"

	"throughline/jobs"
	"throughline/lineage"
	"throughline/lineage/stitcher"
)

// newRemap makes the job that maps what is stored by the catalogue in force. Where a life
// ended in the middle of it, the stitcher is told before it starts.
func (p *Program) newRemap() error {
	doubt, err := jobs.InDoubt(p.cfg.Data)
	if err == nil && doubt {
		err = stitcher.Doubt(p.cfg.Data, p.journal.ID())
	}
	if err != nil {
		return err
	}
	p.remap, err = jobs.New(jobs.Config{Dir: p.cfg.Data}, jobs.Deps{
		Store: p.store, Feed: p.stitcher, Through: func() time.Time { return p.mark().At }, Keys: p.shelf.keys, Log: p.log, Registerer: p.metrics,
	})
	return err
}

// startRemap goes on with what the last life did not finish.
func (p *Program) startRemap(ctx context.Context) error {
	p.onStop("remap", p.remap.Stop)
	return p.remap.Start(ctx, p.catalogue.Load(), p.inForce.decided())
}

// decided tells whether somebody has put the catalogue in force by a decision.
func (f *inForce) decided() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.by.Catalogue != ""
}

// remapNote says in a sentence how far what is stored is mapped by the catalogue in force;
// "" when all of it is.
func remapNote(m lineage.Remapping) string {
	switch m.State() {
	case "running":
		return fmt.Sprintf("what is stored is being mapped by catalogue %s: %d of %d since %s, %.0f a second", m.Catalogue, m.Done, m.Total, m.StartedAt.UTC().Format("15:04 MST"), m.Rate)
	case "waiting":
		return fmt.Sprintf("what is stored is not all mapped by catalogue %s yet, %d of %d: %s", m.Catalogue, m.Done, m.Total, m.Trouble)
	default:
		return ""
	}
}
