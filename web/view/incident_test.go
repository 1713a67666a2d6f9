package view_test

import (
	"strings"
	"testing"

	"throughline/lineage"
	"throughline/slo"
	"throughline/web/view"
)

func TestAnIncidentSaysWhereItSticksInItsOwnTense(t *testing.T) {
	t.Parallel()
	resolved := func(how slo.Resolution) func(*slo.Incident) {
		return func(i *slo.Incident) { i.State, i.ResolvedAt, i.Resolution = slo.Resolved, noon, how }
	}
	for name, tc := range map[string]struct {
		change func(*slo.Incident)
		want   string
	}{
		"nothing failed, it only never came": {func(i *slo.Incident) { i.Impact.State, i.Impact.Reason = lineage.StateOpen, "" }, "Its transaction is waiting for invoiced. 1,250.00\u00a0EUR is at risk. Ada looks after it."},
		"it failed":                          {func(*slo.Incident) {}, "Its transaction stopped at invoiced: “tax code Z7”. 1,250.00\u00a0EUR is at risk. Ada looks after it."},
		"it is tried again":                  {func(i *slo.Incident) { i.Impact.State = lineage.StateRetrying }, "Its transaction is retrying invoiced, not failed yet: “tax code Z7”. 1,250.00\u00a0EUR is at risk. Ada looks after it."},
		"it is over":                         {resolved(slo.ByEnd), "1,250.00\u00a0EUR was at risk. Resolved at 12:00:00 UTC: what was owed came, late."},
		"its promise was withdrawn":          {resolved(slo.ByWithdrawal), "Resolved at 12:00:00 UTC: the promise was withdrawn: its SLA left the catalogue, or what started it was taken back."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := incident("")
			tc.change(&i)
			if got := told(view.NewIncident(&i, lore(""), utc()).Sentence); !strings.HasSuffix(got, tc.want) {
				t.Errorf("it says %q, want %q at its end", got, tc.want)
			}
		})
	}
}

func TestEveryKindOfTransitionHasWords(t *testing.T) {
	t.Parallel()
	for kind, want := range map[slo.Kind]string{
		slo.Started: "the clock started", slo.Restarted: "it had started at another time", slo.Rescheduled: "the deadline moved",
		slo.PausedKind: "put on hold", slo.ResumedKind: "taken off hold", slo.BreachKind: "the deadline passed",
		slo.Confirmed: "the breach is certain", slo.Correction: "it was no breach", slo.EndedKind: "what was owed came in time",
		slo.CancelKind: "nothing is owed any more", slo.Reopened: "what had ended it was taken back", slo.Explained: "what it means is known better",
		slo.Withdrawn: "the promise was withdrawn: its SLA left the catalogue, or what started it was taken back", "another": "another", "": "not told",
	} {
		if got := view.NewKnown([]slo.Transition{{Kind: kind}}, utc()).Rows[0].What; got != want {
			t.Errorf("%s is %q, want %q", kind, got, want)
		}
	}
	for want, tr := range map[string]slo.Transition{
		"the deadline passed, not certain yet": {Kind: slo.BreachKind, Provisional: true},
		"what was owed came, late":             {Kind: slo.EndedKind, Verdict: slo.Breached},
	} {
		if got := view.NewKnown([]slo.Transition{tr}, utc()).Rows[0].What; got != want {
			t.Errorf("it is %q, want %q", got, want)
		}
	}
}
