package logs

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
)

func TestTheSameSeedGivesTheSameLog(t *testing.T) {
	t.Parallel()
	for _, kind := range Kinds() {
		a, b, other := Write(kind.Small(7)), Write(kind.Small(7)), Write(kind.Small(8))
		if diff := cmp.Diff(a.Events, b.Events); diff != "" {
			t.Errorf("%s: %s", kind.Name, diff)
		}
		if diff := cmp.Diff(a.Truth, b.Truth); diff != "" {
			t.Errorf("%s: %s", kind.Name, diff)
		}
		if cmp.Equal(a.Events, other.Events) {
			t.Errorf("%s: another seed gives the same log", kind.Name)
		}
	}
}

// traps counts what makes a log hard.
type traps struct {
	Shared      bool // documents of several orders
	Unanchored  bool
	Ambiguous   bool // claims
	Quarantined bool
	Aliases     bool
	Mistaken    bool // aliases
	Corrected   bool // events
	Silent      bool // events that are nobody's
	LateLast    bool // equalities in the last tenth of the log
	Claimed     bool // events that name nothing, and are somebody's
	Spans       bool
	Reused      bool // the same number for two types
}

func trapsIn(log *Log) traps {
	var found traps
	known := make(map[lineage.Object]int)
	owned := make(map[EventID]bool)
	for _, of := range []map[lineage.Object]*Transaction{log.Truth.Transactions, log.Truth.Unanchored} {
		for _, x := range of {
			for _, o := range x.Objects {
				known[o]++
				found.Shared = found.Shared || known[o] > 1
			}
			for _, e := range x.Events {
				owned[e] = true
			}
		}
	}
	found.Unanchored = len(log.Truth.Unanchored) > 0
	found.Ambiguous = len(log.Truth.Ambiguous) > 0
	found.Quarantined = len(log.Truth.Quarantined) > 0
	found.Aliases = len(log.Truth.Aliases) > 0
	found.Mistaken = len(log.Truth.PossibleSame) > 0
	seen, types := make(map[EventID]bool), make(map[string]string)
	for i, e := range log.Events {
		id := EventID{e.Source, e.ID}
		found.Corrected = found.Corrected || seen[id]
		seen[id] = true
		found.Silent = found.Silent || !owned[id]
		equal := len(e.Equalities) > 0 && e.Equalities[len(e.Equalities)-1].B.System != "legacy" // and no slip
		found.LateLast = found.LateLast || equal && i > len(log.Events)*9/10
		found.Claimed = found.Claimed || owned[id] && len(e.Refs)+len(e.Relations) == 0
		found.Spans = found.Spans || e.Kind == lineage.SpanEvent
		for _, r := range e.Refs {
			found.Reused = found.Reused || types[r.Object.ID] != "" && types[r.Object.ID] != r.Object.Type
			types[r.Object.ID] = r.Object.Type
		}
	}
	return found
}

func TestEveryKindOfLogHasItsTraps(t *testing.T) {
	t.Parallel()
	want := map[string]traps{
		"shared packages, customers, employees and products": {Shared: true, Unanchored: true, Ambiguous: true, Corrected: true, Silent: true},
		"invoices and deliveries many to many":               {Shared: true, Unanchored: true, Corrected: true, Silent: true},
		"credit notes, replacements and reused numbers":      {Shared: true, Unanchored: true, Corrected: true, Reused: true, Silent: true},
		"batch correlation ids":                              {Shared: true, Unanchored: true, Ambiguous: true, Quarantined: true, Corrected: true, Silent: true, Claimed: true, Spans: true},
		"wrong ids":                                          {Unanchored: true, Ambiguous: true, Aliases: true, Mistaken: true, LateLast: true, Corrected: true, Reused: true, Claimed: true},
		"document flow":                                      {Shared: true, Unanchored: true, Corrected: true, Silent: true, Reused: true},
		"freight":                                            {Shared: true, Corrected: true},
		"chained orders":                                     {Shared: true, Corrected: true},
	}
	for _, kind := range Kinds() {
		var found traps
		for seed := range uint64(20) {
			log := Write(kind.Small(seed))
			if n := len(log.Truth.Transactions); n < 20 || n > 60 {
				t.Errorf("%s, seed %d: %d transactions; want 20 to 60", kind.Name, seed, n)
			}
			f, here := reflect.ValueOf(&found).Elem(), reflect.ValueOf(trapsIn(log))
			for i := range f.NumField() {
				f.Field(i).SetBool(f.Field(i).Bool() || here.Field(i).Bool())
			}
		}
		if diff := cmp.Diff(want[kind.Name], found); diff != "" {
			t.Errorf("%s (-want +found):\n%s", kind.Name, diff)
		}
	}
}

func TestAnArrivalBringsEveryEventUpToTenTimesWithRestartsBetween(t *testing.T) {
	t.Parallel()
	log := Write(Kinds()[0].Small(1))
	graph := func() Subject { return lineage.NewGraph(log.Catalogue, Tenant) }
	restarts, batches, most := 0, 0, 0
	for seed := range uint64(40) {
		a := log.Arrive(seed, graph)
		restarts, batches, most = restarts+a.Restarts, batches+a.Batches, max(most, a.Adds)
		if got := a.Subject.(*lineage.Graph).Len(); got != distinct(log) {
			t.Errorf("seed %d: %d events arrived; want %d", seed, got, distinct(log))
		}
		if a.Fault != nil {
			t.Errorf("seed %d: %s", seed, a.Fault.What)
		}
	}
	if restarts < 20 || batches < 400 || most < 5*len(log.Events) {
		t.Errorf("%d restarts, %d batches, at most %d events of %d; want it rougher", restarts, batches, most, len(log.Events))
	}
}

func distinct(log *Log) int {
	ids := make(map[EventID]bool)
	for _, e := range log.Events {
		ids[EventID{e.Source, e.ID}] = true
	}
	return len(ids)
}

// secretive announces one execution in three.
type secretive struct{ *lineage.Graph }

func (s secretive) Recompute() []lineage.ExecutionRef {
	all := s.Graph.Recompute()
	return all[:len(all)/3]
}

// forgetful forgets an event in fifty.
type forgetful struct {
	*lineage.Graph
	come *int
}

func (f forgetful) Add(e *lineage.Event) {
	if *f.come++; *f.come%50 > 0 {
		f.Graph.Add(e)
	}
}

func TestAnArrivalFindsWhatIsNotAnnouncedAndWhatARestartChanges(t *testing.T) {
	t.Parallel()
	log := Write(Kinds()[0].Small(1))
	for want, begin := range map[string]func() Subject{
		"not announced":   func() Subject { return secretive{lineage.NewGraph(log.Catalogue, Tenant)} },
		"after a restart": func() Subject { return forgetful{lineage.NewGraph(log.Catalogue, Tenant), new(int)} },
	} {
		found := false
		for seed := range uint64(20) {
			a := log.Arrive(seed, begin)
			found = found || a.Fault != nil && strings.Contains(a.Fault.What, want) && a.Fault.Want != a.Fault.Got
		}
		if !found {
			t.Errorf("nothing was found that is %s", want)
		}
	}
}

// meddler tells of a graph what is not so.
type meddler struct {
	*lineage.Graph
	meddle func(*lineage.Execution)
}

func (m meddler) Execution(ref lineage.ExecutionRef) *lineage.Execution {
	x := m.Graph.Execution(ref)
	m.meddle(x)
	return x
}

func TestTheScoreSeesWhatIsTooMuchAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	log := Write(Kinds()[4].Small(3))
	graph := lineage.NewGraph(log.Catalogue, Tenant)
	log.Straight(graph)
	for name, c := range map[string]struct {
		meddle func(*lineage.Execution)
		wrong  string
		recall bool // of objects or events
	}{
		"nothing": {func(*lineage.Execution) {}, "", true},
		"an object more": {func(x *lineage.Execution) {
			x.Members = append(x.Members, lineage.Member{Object: object("ticket", "X")})
		}, "ticket/X does not belong there", true},
		"an object twice":   {func(x *lineage.Execution) { x.Members = append(x.Members, x.Members[0]) }, "does not belong there", true},
		"an object less":    {func(x *lineage.Execution) { x.Members = x.Members[1:] }, "is missing", false},
		"an event less":     {func(x *lineage.Execution) { x.Events = x.Events[1:] }, "is missing", false},
		"a cut":             {func(x *lineage.Execution) { x.Truncated = true }, "truncated is true", true},
		"another amount":    {func(x *lineage.Execution) { x.Members[0].Amount.Minor++ }, "has the amount", true},
		"an alias too many": {func(x *lineage.Execution) { x.Members[0].Aliases = append(x.Members[0].Aliases, object("order", "X")) }, "has the other ids", true},
	} {
		score := log.Truth.Score(meddler{graph, c.meddle})
		recall := score.Objects.Recall() == 1 && score.Events.Recall() == 1
		if score.Perfect() != (c.wrong == "") || !strings.Contains(score.String(), c.wrong) || recall != c.recall {
			t.Errorf("%s: %s", name, score)
		}
	}
	delete(log.Truth.Transactions, firstOf(log))
	if score := log.Truth.Score(graph); score.Objects.Precision() == 1 || !strings.Contains(score.String(), "there is none") {
		t.Error(score)
	}
	log.Truth.Transactions[object("order", "there never was")] = &Transaction{Objects: []lineage.Object{object("order", "there never was")}}
	if score := log.Truth.Score(graph); score.Objects.Recall() == 1 || !strings.Contains(score.String(), "is not told") {
		t.Error(score)
	}
}

func firstOf(log *Log) lineage.Object {
	return slices.MinFunc(slices.Collect(func(yield func(lineage.Object) bool) {
		for o := range log.Truth.Transactions {
			if !yield(o) {
				return
			}
		}
	}), lineage.Object.Compare)
}
