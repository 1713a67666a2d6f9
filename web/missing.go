package web

import (
	"context"
	"strings"
	"sync"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// Suppressed is what the rules keep out of lineage, and who has gone quiet.
type Suppressed interface {
	// Suppressed finds what goes by an id, under any of its spellings, and is held back or
	// was refused to be the same as another. Errors: Invalid for what cannot be
	// an id.
	Suppressed(ctx context.Context, tenant, id string) (lineage.Suppressed, error)

	// Heard returns when each source that promised a heartbeat last said anything; the
	// zero time for one that never did.
	Heard() map[string]time.Time
}

// Texts is what the store keeps as text. It may be away (kind Unavailable); the page
// says so. Both look for an id as a word of its own, newest first, and return with
// what they have when ctx ends. Errors: Invalid for an id that is too short to be
// looked for in texts.
type Texts interface {
	// Sightings looks in the payloads of stored events.
	Sightings(ctx context.Context, tenant, id string, limit int) (lineage.Sought[lineage.Sighting], error)

	// Refusals looks in what was quarantined: the payload, the reason and the event's
	// own id. Of a payload it returns what stands around the id.
	Refusals(ctx context.Context, tenant, id string, limit int) (lineage.Sought[lineage.Quarantined], error)
}

// What a search for something missing may cost.
const (
	seekTimeout = 3 * time.Second // for texts
	maxSeeks    = 4               // at once: they read much
	sightings   = 10
	lookups     = 10 // things that go by the id
)

// missingPage says why an id is not in a transaction, or why it is nowhere.
func (s *Server) missingPage(a ask) (*page, error) {
	return &page{
		still: true,
		load: func(ctx context.Context, _ view.Clock) (view.Page, error) {
			found, err := view.Missing{}, error(nil)
			if a.Query.Get("id") != "" {
				found, err = s.seek(ctx, a)
			}
			return view.Page{
				Title: "Missing", Query: found.ID, Parts: []view.Part{{ID: "missing", Body: view.MissingPage(found)}},
			}, err
		},
	}, nil
}

// seek looks for an id wherever it may be. It fails when the resident state cannot be
// asked; the page says what else could not be.
func (s *Server) seek(ctx context.Context, a ask) (view.Missing, error) {
	facts := view.Facts{ID: strings.TrimSpace(a.Query.Get("id")), Asked: lineage.Object{
		Type: a.Query.Get("in_type"), ID: a.Query.Get("in_id"), System: a.Query.Get("in_system"), Scope: a.Query.Get("in_scope"),
	}}
	if facts.ID == "" {
		return view.Missing{}, lineage.Errorf(lineage.Invalid, "look for what is missing", "the parameter id is empty; give it the id that is missing")
	}
	if facts.Asked.ID == "" && !facts.Asked.IsZero() {
		return view.Missing{}, lineage.Errorf(lineage.Invalid, "look for what is missing",
			"in_id is empty; give it the id of the transaction that is asked about, or leave out in_type, in_system and in_scope")
	}
	if err := s.unknownFlow(a.Query.Get("flow")); err != nil {
		return view.Missing{}, err
	}
	var texts sync.WaitGroup
	texts.Go(func() { s.seekTexts(ctx, &facts) })
	defer texts.Wait()
	if err := s.seekResident(ctx, a, &facts); err != nil {
		return view.Missing{}, err
	}
	if status, err := s.deps.Status.Status(ctx); err == nil {
		facts.InFlight = status.InFlight
	}
	texts.Wait()
	return view.NewMissing(facts, s.lore(), s.clock(a.Zone)), nil
}

// seekResident asks the resident state: the transaction that is asked about, what goes
// by the id, and what the rules keep out.
func (s *Server) seekResident(ctx context.Context, a ask, facts *view.Facts) error {
	tenant := s.config.Tenant
	if !facts.Asked.IsZero() {
		answer, err := s.deps.Lineage.Lookup(ctx, lineage.ObjectQuery{
			Tenant: tenant, Type: facts.Asked.Type, ID: facts.Asked.ID, System: facts.Asked.System, Scope: facts.Asked.Scope, Flow: a.Query.Get("flow"),
		})
		if err != nil && lineage.KindOf(err) != lineage.NotFound {
			return err
		}
		if all := append(answer.Executions, answer.Unanchored...); len(all) > 0 {
			facts.In = all[0]
		}
	}
	matches, err := s.deps.Lineage.Search(ctx, tenant, facts.ID)
	if err != nil {
		return err
	}
	for _, m := range matches[:min(len(matches), lookups)] {
		answer, err := s.deps.Lineage.Lookup(ctx, lineage.ObjectQuery{
			Tenant: tenant, Type: m.Object.Type, ID: m.Object.ID, System: m.Object.System, Scope: m.Object.Scope,
		})
		if err != nil && lineage.KindOf(err) != lineage.NotFound {
			return err
		}
		facts.Found = append(facts.Found, view.Found{Match: m, Answer: answer})
	}
	facts.More = len(matches) - len(facts.Found)
	facts.Heard = s.deps.Suppressed.Heard()
	facts.Suppressed, err = s.deps.Suppressed.Suppressed(ctx, tenant, facts.ID)
	return err
}

// seekTexts looks in the store's texts, for as long as there is time.
func (s *Server) seekTexts(ctx context.Context, facts *view.Facts) {
	ctx, cancel := context.WithTimeout(ctx, seekTimeout)
	defer cancel()
	select {
	case s.seeks <- struct{}{}:
		defer func() { <-s.seeks }()
	case <-ctx.Done():
		return
	}
	var err error
	var quarantine sync.WaitGroup
	quarantine.Go(func() {
		var err error
		facts.Refusals, err = s.deps.Texts.Refusals(ctx, s.config.Tenant, facts.ID, sightings)
		facts.RefusalsAway = s.away(err)
	})
	facts.Sightings, err = s.deps.Texts.Sightings(ctx, s.config.Tenant, facts.ID, sightings)
	facts.SightingsAway = s.away(err)
	quarantine.Wait()
}

// away says why texts cannot be asked.
func (s *Server) away(err error) string {
	switch {
	case err == nil:
		return ""
	case lineage.KindOf(err) == lineage.Invalid:
		return "not asked: the id is too short, or too long, to be looked for in texts"
	default:
		s.deps.Log.Warn("texts cannot be searched for what is missing", "error", err)
		return "cannot be asked just now: the store does not answer"
	}
}
