package logs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"throughline/lineage"
)

// Score is how far what a subject tells is true.
type Score struct {
	Objects, Events Tally    // of all transactions, of what is unanchored, and of correlation ids
	Wrong           []string // what is not true, in words; the first of it
	More            int      // how many more there are
}

// Tally counts what was found.
type Tally struct{ Right, Extra, Missing int }

// Precision is the share of what was found that belongs there.
func (t Tally) Precision() float64 { return share(t.Right, t.Extra) }

// Recall is the share of what belongs there that was found.
func (t Tally) Recall() float64 { return share(t.Right, t.Missing) }

func share(right, other int) float64 {
	if other == 0 {
		return 1
	}
	return float64(right) / float64(right+other)
}

// Perfect tells whether everything is true.
func (s *Score) Perfect() bool { return len(s.Wrong) == 0 }

func (s *Score) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "objects: precision %.4f, recall %.4f; events: precision %.4f, recall %.4f",
		s.Objects.Precision(), s.Objects.Recall(), s.Events.Precision(), s.Events.Recall())
	for _, line := range s.Wrong {
		text.WriteString("\n  " + line)
	}
	if s.More > 0 {
		fmt.Fprintf(&text, "\n  and %d more", s.More)
	}
	return text.String()
}

func (s *Score) wrong(format string, args ...any) {
	if len(s.Wrong) == 20 {
		s.More++
		return
	}
	s.Wrong = append(s.Wrong, fmt.Sprintf(format, args...))
}

// Score compares what a subject tells with the truth.
func (t *Truth) Score(subject Subject) *Score {
	s := &Score{}
	anchored, loose := subject.Executions(t.Flow)
	t.compare(s, subject, "transaction of", t.Transactions, anchored)
	t.compare(s, subject, "unanchored", t.Unanchored, loose)
	correlated, _ := subject.Executions(lineage.TransactionFlow)
	t.compare(s, subject, "transaction of", t.Correlated, correlated)
	var ambiguous []string
	for _, c := range subject.Claims(t.Flow) {
		if c.State == lineage.Ambiguous {
			ambiguous = append(ambiguous, c.Claim)
		}
	}
	tally(s, "ambiguous claims", t.Ambiguous, ambiguous, strings.Compare)
	tally(s, "quarantined", t.Quarantined, subject.Quarantined(), lineage.Object.Compare)
	tally(s, "possibly the same", t.PossibleSame, subject.PossibleSame(), func(a, b [2]lineage.Object) int {
		return cmp.Or(a[0].Compare(b[0]), a[1].Compare(b[1]))
	})
	return s
}

func (t *Truth) compare(s *Score, subject Subject, kind string, truth map[lineage.Object]*Transaction, told []lineage.ExecutionRef) {
	seen := make(map[lineage.Object]bool, len(told))
	for _, ref := range told {
		seen[ref.Anchor] = true
		want := truth[ref.Anchor]
		if want == nil {
			s.wrong("%s %s: there is none", kind, ref.Anchor)
			want = &Transaction{}
		}
		x := subject.Execution(ref)
		if x == nil {
			s.wrong("%s %s: it is listed and cannot be read", kind, ref.Anchor)
			x = &lineage.Execution{}
		}
		t.execution(s, kind+" "+ref.Anchor.String(), want, x)
	}
	for anchor, want := range truth {
		if !seen[anchor] {
			s.wrong("%s %s is not told", kind, anchor)
			s.Objects.Missing += len(want.Objects)
			s.Events.Missing += len(want.Events)
		}
	}
}

// The built-in flow cuts what is larger than this.
const (
	mostCorrelated       = 500
	mostCorrelatedEvents = 2000
)

func (t *Truth) execution(s *Score, name string, want *Transaction, x *lineage.Execution) {
	builtin := x.Flow == lineage.TransactionFlow
	cut := builtin && (len(want.Objects) > mostCorrelated || len(want.Events) > mostCorrelatedEvents)
	if x.Truncated != cut {
		s.wrong("%s: truncated is %v; want %v", name, x.Truncated, cut)
	}
	if cut {
		return // it is what it is
	}
	objects := make([]lineage.Object, len(x.Members))
	for i, m := range x.Members {
		objects[i] = m.Object
		if aliases := t.Aliases[m.Object]; !slices.Equal(aliases, m.Aliases) {
			s.wrong("%s: %s has the other ids %v; want %v", name, m.Object, m.Aliases, aliases)
		}
		if amount := t.Amounts[m.Object]; !builtin && amount != m.Amount {
			s.wrong("%s: %s has the amount %v; want %v", name, m.Object, m.Amount, amount)
		}
	}
	events := make([]EventID, len(x.Events))
	for i, e := range x.Events {
		events[i] = EventID{e.Source, e.ID}
	}
	slices.SortFunc(objects, lineage.Object.Compare)
	slices.SortFunc(events, EventID.compare)
	s.Objects.add(tally(s, name+": objects", want.Objects, objects, lineage.Object.Compare))
	s.Events.add(tally(s, name+": events", want.Events, events, EventID.compare))
}

func (t *Tally) add(u Tally) {
	t.Right, t.Extra, t.Missing = t.Right+u.Right, t.Extra+u.Extra, t.Missing+u.Missing
}

// tally compares two sorted lists; what is told twice is one too many.
func tally[T any](s *Score, name string, want, got []T, compare func(a, b T) int) Tally {
	var t Tally
	for len(want)+len(got) > 0 {
		switch {
		case len(got) == 0 || len(want) > 0 && compare(want[0], got[0]) < 0:
			s.wrong("%s: %v is missing", name, want[0])
			t.Missing++
			want = want[1:]
		case len(want) == 0 || compare(want[0], got[0]) > 0:
			s.wrong("%s: %v does not belong there", name, got[0])
			t.Extra++
			got = got[1:]
		default:
			t.Right++
			want, got = want[1:], got[1:]
		}
	}
	return t
}
