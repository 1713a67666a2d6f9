package lineage_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
	"throughline/lineage/logs"
)

// forgetful runs a graph that lets go of executions at random, whatever their state,
// and gets back what it asks for. Of executions it knows what it was told of them.
type forgetful struct {
	g       *lineage.Graph
	random  *rand.Rand
	archive archive
	waiting []*lineage.Event
	shown   map[lineage.ExecutionRef]*lineage.Execution
	fault   string
}

// archive is where the evidence is.
type archive struct {
	all      []*lineage.Event
	ids      map[string][]int
	claims   map[lineage.ClaimKey][]int
	same     map[[2]string][]int
	joining  []string                // types of objects that evidence is found by
	hidden   map[*lineage.Event]bool // not to be found yet
	recalled int
}

func identity(e *lineage.Event) [2]string { return [2]string{e.Source, e.ID} }

func newForgetful(log *logs.Log, seed uint64) *forgetful {
	return &forgetful{
		g: lineage.NewGraph(log.Catalogue, logs.Tenant), random: rand.New(rand.NewPCG(seed, 9)),
		archive: archive{
			ids: make(map[string][]int), claims: make(map[lineage.ClaimKey][]int), same: make(map[[2]string][]int), joining: log.Catalogue.Joining(),
		},
		shown: make(map[lineage.ExecutionRef]*lineage.Execution),
	}
}

func (a *archive) add(e *lineage.Event) {
	at := len(a.all)
	a.all = append(a.all, e)
	a.same[identity(e)] = append(a.same[identity(e)], at)
	twin := func(o lineage.Object) {
		if list := a.ids[o.ID]; len(list) == 0 || list[len(list)-1] != at {
			a.ids[o.ID] = append(list, at)
		}
	}
	id := func(o lineage.Object) {
		if slices.Contains(a.joining, o.Type) {
			twin(o)
		}
	}
	claim := func(kind lineage.ClaimKind, value string) {
		k := lineage.ClaimKey{Kind: kind, Value: value}
		a.claims[k] = append(a.claims[k], at)
	}
	for _, r := range e.Refs {
		id(r.Object)
	}
	for _, r := range e.Relations {
		id(r.From)
		id(r.To)
	}
	for _, q := range e.Equalities {
		twin(q.A)
		twin(q.B)
	}
	if e.Correlation != "" {
		claim(lineage.CorrelationClaim, e.Correlation)
	}
	if !e.TraceID.IsZero() {
		claim(lineage.TraceClaim, e.TraceID.String())
	}
	for _, t := range e.Links {
		claim(lineage.TraceClaim, t.String())
	}
	claim(lineage.EventClaim, e.ID)
}

func (a *archive) find(m lineage.Missing) []*lineage.Event {
	var found []*lineage.Event
	seen := make(map[int]bool)
	take := func(list []int) {
		for _, named := range list {
			for _, at := range a.same[identity(a.all[named])] { // every content that came under it
				if !seen[at] && !a.hidden[a.all[at]] {
					seen[at] = true
					found = append(found, a.all[at])
				}
			}
		}
	}
	for _, id := range m.IDs {
		take(a.ids[id])
	}
	for _, k := range m.Claims {
		take(a.claims[k])
	}
	a.recalled += len(found)
	return found
}

// fill brings back what the graph asks for, until it asks for nothing.
func (s *forgetful) fill() {
	for s.g.Lacks() {
		m := s.g.TakeMissing()
		s.g.Recall(m, s.archive.find(m))
	}
}

func (s *forgetful) Add(e *lineage.Event) { s.waiting = append(s.waiting, e) }

func (s *forgetful) Recompute() []lineage.ExecutionRef {
	for _, e := range s.enter() {
		s.archive.add(e)
	}
	refs := s.recompute()
	s.forget()
	return refs
}

// enter adds what waits, with all that it touches.
func (s *forgetful) enter() []*lineage.Event {
	for _, e := range s.waiting {
		for s.g.Want(e); s.g.Lacks(); s.g.Want(e) {
			s.fill()
		}
	}
	for _, e := range s.waiting {
		s.g.Add(e)
	}
	entered := s.waiting
	s.waiting = nil
	return entered
}

func (s *forgetful) recompute() []lineage.ExecutionRef {
	refs := s.g.Recompute()
	for rounds := 0; s.g.Lacks(); rounds++ {
		if rounds > 1000 {
			panic("the graph asks without end")
		}
		s.fill()
		refs = s.g.Recompute()
	}
	for _, ref := range refs {
		x := s.ask(ref)
		if x != nil {
			s.shown[ref] = x
		} else {
			delete(s.shown, ref)
		}
	}
	return refs
}

// ask writes an execution out from all of its evidence.
func (s *forgetful) ask(ref lineage.ExecutionRef) *lineage.Execution {
	for {
		x := s.g.Execution(ref)
		if !s.g.Lacks() {
			return x
		}
		s.fill()
	}
}

// forget lets some executions go, and sometimes all.
func (s *forgetful) forget() {
	var refs []lineage.ExecutionRef
	all := s.random.IntN(4) == 0
	for ref := range s.shown {
		if all || s.random.IntN(3) == 0 {
			refs = append(refs, ref)
		}
	}
	s.g.Evict(refs)
}

func (s *forgetful) Executions(flow string) (anchored, loose []lineage.ExecutionRef) {
	for ref, x := range s.shown {
		switch {
		case ref.Flow != flow:
		case x.Unanchored:
			loose = append(loose, ref)
		default:
			anchored = append(anchored, ref)
		}
	}
	order := func(a, b lineage.ExecutionRef) int { return a.Anchor.Compare(b.Anchor) }
	slices.SortFunc(anchored, order)
	slices.SortFunc(loose, order)
	return anchored, loose
}

// Execution returns what was told of one last. What the graph says when it is asked
// again must be the same.
func (s *forgetful) Execution(ref lineage.ExecutionRef) *lineage.Execution {
	x := s.shown[ref]
	if diff := lineage.Unlike(x, s.ask(ref)); diff != "" && s.fault == "" {
		s.fault = fmt.Sprintf("%v was told, and is not what is found (-told +found):\n%s", ref, diff)
	}
	return x
}

// whole brings all back.
func (s *forgetful) whole() *lineage.Graph {
	var m lineage.Missing
	for id := range s.archive.ids {
		m.IDs = append(m.IDs, id)
	}
	for k := range s.archive.claims {
		m.Claims = append(m.Claims, k)
	}
	s.g.Recall(m, s.archive.all)
	s.fill()
	return s.g
}

func (s *forgetful) Claims(flow string) []lineage.Claim { return s.whole().Claims(flow) }
func (s *forgetful) Quarantined() []lineage.Object      { return s.g.Quarantined() }
func (s *forgetful) PossibleSame() [][2]lineage.Object  { return s.g.PossibleSame() }

// tried is a graph that does something besides, of which it tells how often it did, and
// what went wrong.
type tried interface {
	logs.Subject
	outcome() (did int, fault string)
}

func (s *forgetful) outcome() (int, string) { return s.archive.recalled, s.fault }

// everyLogTellsTheSame runs the logs of every kind through such graphs, however they
// arrive, and holds these against one that does nothing besides.
func everyLogTellsTheSame(t *testing.T, begin func(log *logs.Log, seed uint64) tried) {
	for _, kind := range logs.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			all := 0
			for seed := range seeds(t) {
				log := logs.Write(kind.Small(seed))
				straight := lineage.NewGraph(log.Catalogue, logs.Tenant)
				log.Straight(straight)
				var last tried
				arrival := log.Arrive(seed, func() logs.Subject { last = begin(log, seed); return last })
				if fault := arrival.Fault; fault != nil {
					t.Fatalf("seed %d, %s (-want +got):\n%s", seed, fault.What, cmp.Diff(fault.Want, fault.Got))
				}
				if _, fault := last.outcome(); fault != "" {
					t.Fatalf("seed %d: %s", seed, fault)
				}
				if !slices.Equal(logs.Account(log.Catalogue, straight), logs.Account(log.Catalogue, arrival.Subject)) {
					t.Fatalf("seed %d (-as told straight +as it was told):\n%s", seed, cmp.Diff(told(log, straight), told(log, arrival.Subject)))
				}
				did, fault := last.outcome() // an account asks as well
				if fault != "" {
					t.Fatalf("seed %d: %s", seed, fault)
				}
				all += did
			}
			if all == 0 {
				t.Error("nothing was tried")
			}
		})
	}
}

func TestAGraphThatForgetsTellsTheSame(t *testing.T) {
	t.Parallel()
	everyLogTellsTheSame(t, func(log *logs.Log, seed uint64) tried { return newForgetful(log, seed) })
}
