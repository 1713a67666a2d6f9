package stitcher

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"time"

	"throughline/lineage"
)

// decideWithin is how long who decides waits for a durable decision to be in force.
const decideWithin = 5 * time.Second

// decisions is the ledger as the graph goes by it, and who waits for an entry of it.
type decisions struct {
	one      chan struct{} // has room for one on its way: no two pass each other
	previews chan struct{} // has room for one: each holds up everybody else

	ledger  []lineage.Decided
	came    bool                        // some have come since the ledger was settled
	unfed   map[string]lineage.Decision // durable, and on their way here
	waiting map[string]chan<- struct{}  // closed when the decision is in force
}

func newDecisions() *decisions {
	return &decisions{
		one: make(chan struct{}, 1), previews: make(chan struct{}, 1),
		unfed: make(map[string]lineage.Decision), waiting: make(map[string]chan<- struct{}),
	}
}

// takeDecision takes a decision from the event as which it is kept.
func (s *Stitcher) takeDecision(g *lineage.Graph, e *lineage.Event) {
	d, err := e.Decision()
	if err != nil { // what cannot be read is quarantined before it comes here
		s.deps.Log.Error("a decision cannot be read, so it is not in force", "id", e.ID, "error", err)
		return
	}
	g.Decide(d)
	s.decisions.came = true
}

// settle brings the ledger up to date with a graph, and tells who waits. It reports
// whether any decision has come.
func (d *decisions) settle(g *lineage.Graph) bool {
	if !d.came {
		return false
	}
	all, _ := g.Decisions()
	d.ledger, d.came = lineage.Settle(all), false
	for i := range d.ledger {
		id := d.ledger[i].ID
		delete(d.unfed, id)
		if w := d.waiting[id]; w != nil {
			close(w)
			delete(d.waiting, id)
		}
	}
	return true
}

// find returns a decision that was taken, also one that is not in force yet.
func (d *decisions) find(id string) (lineage.Decided, bool) {
	if at := slices.IndexFunc(d.ledger, func(k lineage.Decided) bool { return k.ID == id }); at >= 0 {
		return d.ledger[at], true
	}
	unfed, ok := d.unfed[id]
	return lineage.Decided{Decision: unfed, Stands: true, Pending: true}, ok
}

// moment is when a decision is taken: now, and after all that were taken before, since
// of two about the same thing the later holds.
func (d *decisions) moment(now time.Time) time.Time {
	at := now.UTC()
	after := func(t time.Time) {
		if !at.After(t) {
			at = t.Add(1)
		}
	}
	if n := len(d.ledger); n > 0 {
		after(d.ledger[n-1].At)
	}
	for _, k := range d.unfed {
		after(k.At)
	}
	return at
}

// Decide takes a decision, whose At it sets: it has it recorded, and waits until it is
// in force, for a few seconds at most. One that is taken again, by its id, is taken
// once. Errors are Invalid for what it lacks, NotFound for what it is about, Conflict
// when it changes nothing or its id is another's, and the recorder's.
func (s *Stitcher) Decide(ctx context.Context, d lineage.Decision) (lineage.Decided, error) {
	const op = "decide"
	if err := s.ready(op); err != nil {
		return lineage.Decided{}, err
	}
	if s.deps.Recorder == nil {
		return lineage.Decided{}, lineage.Errorf(lineage.Unsupported, op, "nothing here keeps decisions")
	}
	if err := enter(ctx, op, s.decisions.one); err != nil {
		return lineage.Decided{}, err
	}
	defer func() { <-s.decisions.one }()
	inForce, known, err := s.propose(ctx, &d)
	if err != nil || known.ID != "" {
		return known, err
	}
	if err := s.deps.Recorder.Decide(ctx, d); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.decisions.waiting, d.ID)
		return lineage.Decided{}, err
	}
	return s.await(ctx, d, inForce), nil
}

// propose checks a decision, and returns a channel that is closed when it is in force;
// or what is known of it already.
func (s *Stitcher) propose(ctx context.Context, d *lineage.Decision) (inForce <-chan struct{}, known lineage.Decided, err error) {
	const op = "decide"
	s.mu.Lock()
	known, again := s.decisions.find(d.ID)
	s.mu.Unlock()
	if again {
		same := known.Decision
		same.At = d.At
		if same != *d {
			return nil, lineage.Decided{}, lineage.Errorf(lineage.Conflict, op, "id is %q, which is another decision's; leave it out, or send one of your own", d.ID)
		}
		return nil, known, nil
	}
	var cannot error
	if err := s.ask(ctx, op, func() { cannot = s.consider(d) }, d.A.ID, d.B.ID); err != nil {
		return nil, lineage.Decided{}, err
	}
	if cannot != nil {
		return nil, lineage.Decided{}, cannot
	}
	wait := make(chan struct{})
	s.mu.Lock()
	s.decisions.waiting[d.ID] = wait
	s.mu.Unlock()
	return wait, lineage.Decided{}, nil
}

// await waits until a recorded decision is in force, or there is no more time.
func (s *Stitcher) await(ctx context.Context, d lineage.Decision, inForce <-chan struct{}) lineage.Decided {
	timer := time.NewTimer(decideWithin)
	defer timer.Stop()
	select {
	case <-inForce:
	case <-timer.C:
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.decisions.waiting, d.ID)
	known, fed := s.decisions.find(d.ID)
	if !fed {
		s.decisions.unfed[d.ID] = d
		known, _ = s.decisions.find(d.ID)
	}
	return known
}

// consider sets when a decision is taken, and tells why it cannot be.
func (s *Stitcher) consider(d *lineage.Decision) error {
	const op = "decide"
	d.At = s.decisions.moment(s.deps.Now())
	if err := d.Check(); err != nil {
		return err
	}
	for i, o := range [...]lineage.Object{d.A, d.B} {
		if !o.IsZero() && (o.Type == "" || lineage.Refused(o.ID) || len(o.ID)+len(o.Scope) > lineage.MaxID) {
			return lineage.Errorf(lineage.Invalid, op, "%c is %q; want a type, and an id of at most %d bytes that is no value which systems write when they have none", 'a'+i, o, lineage.MaxID)
		}
	}
	if d.Kind == lineage.DecideRevoke {
		switch target, ok := s.decisions.find(d.Revokes); {
		case !ok:
			return lineage.Errorf(lineage.NotFound, op, "revokes is %q, and there is no such decision", d.Revokes)
		case !target.Stands:
			return lineage.Errorf(lineage.Conflict, op, "decision %q is not in force any more: %q has undone it", d.Revokes, target.Undone)
		}
		return nil
	}
	if d.Kind == lineage.DecideMerge && s.canonical(d.A) == s.canonical(d.B) {
		return lineage.Errorf(lineage.Conflict, op, "%s and %s are one object already", d.A, d.B)
	}
	for i := range s.decisions.ledger {
		if k := &s.decisions.ledger[i]; k.Stands && k.Kind == d.Kind && k.SameMatter(d) {
			return lineage.Errorf(lineage.Conflict, op, "%s has decided so already, on %s: %q is in force", k.By, k.At.Format(time.DateOnly), k.ID)
		}
	}
	return nil
}

// Preview tells what a decision would change, and changes nothing: how many executions,
// and the first limit of them. Questions and the feed wait meanwhile, for as long as
// it takes to compute what it touches twice. Errors are those of Decide.
func (s *Stitcher) Preview(ctx context.Context, d lineage.Decision, limit int) (lineage.Forecast, error) {
	const op = "preview"
	if err := s.ready(op); err != nil {
		return lineage.Forecast{}, err
	}
	if err := enter(ctx, op, s.decisions.previews); err != nil {
		return lineage.Forecast{}, err
	}
	defer func() { <-s.decisions.previews }()
	d.ID, d.By = cmp.Or(d.ID, rand.Text()), cmp.Or(d.By, "preview")
	changed, f, err := s.forecast(ctx, d)
	s.announce(changed)
	f.Total = len(f.Changes)
	f.Changes = f.Changes[:min(limit, f.Total)]
	return f, err
}

func (s *Stitcher) forecast(ctx context.Context, d lineage.Decision) (changed []lineage.ExecutionRef, f lineage.Forecast, err error) {
	const op = "preview"
	if err := s.takeTurn(ctx, op); err != nil {
		return nil, f, err
	}
	defer s.endTurn()
	s.mu.Lock()
	defer s.mu.Unlock()
	if changed, err = s.bringUp(ctx); err != nil {
		return changed, f, lineage.E(lineage.Unavailable, op, err)
	}
	var cannot error
	// What is asked again has been begun: the decision is considered before, and once.
	away := s.completely(ctx, s.resident(), func() {
		s.graph.WantID(d.A.ID)
		s.graph.WantID(d.B.ID)
		cannot = s.consider(&d)
	})
	if away == nil && cannot == nil {
		away = s.completely(ctx, s.resident(), func() { f.Changes, f.Unseen, cannot = s.graph.Preview(d, ctx.Err) })
	}
	f.Decision = d
	if away != nil {
		s.dirty = true // what the preview has begun is taken back
		return changed, f, lineage.E(lineage.Unavailable, op, away)
	}
	return changed, f, cannot
}

// enter takes a place in a channel that has room for so many, or says that ctx ended.
func enter(ctx context.Context, op string, places chan<- struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return lineage.E(lineage.Unavailable, op, ctx.Err())
	}
}

// Decisions returns the ledger, newest first.
func (s *Stitcher) Decisions(_ context.Context, tenant string) ([]lineage.Decided, error) {
	if err := s.ready("read decisions"); err != nil {
		return nil, err
	}
	if tenant != s.cfg.Tenant {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Clone(s.decisions.ledger)
	for _, d := range s.decisions.unfed {
		all = append(all, lineage.Decided{Decision: d, Stands: true, Pending: true})
	}
	slices.SortFunc(all, func(a, b lineage.Decided) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return all, nil
}
