package view

import "throughline/lineage"

// Executions is a list of transactions.
type Executions struct {
	Rows    []Summary
	Zone    string
	Filter  Filter
	Flows   []string // that the list can be narrowed to
	Stages  []string
	First   string // address of the first page, "" on it
	Next    string // address of the next page, "" on the last
	Refused string // why nothing can be listed, in a sentence
}

// Summary is one row of the list.
type Summary struct {
	Flow       string
	Anchor     Object
	URL        string
	Unanchored bool
	State      Badge
	Stage      string
	Started    Time
	Took       string
	Objects    int
	Events     int
}

// ListStates are the states that a list of executions can be narrowed to.
func ListStates() []lineage.State {
	return []lineage.State{
		lineage.StateOpen, lineage.StateRetrying, lineage.StateFailed, lineage.StateCompleted, lineage.StateObserved,
	}
}

// NewSummaries makes the rows of a list.
func NewSummaries(list []lineage.Summary, c Clock) []Summary {
	out := make([]Summary, 0, len(list))
	for _, s := range list {
		row := Summary{
			Flow: s.Flow, Anchor: newObject(s.Anchor), URL: ExecutionURL(s.Flow, s.Anchor), Unanchored: s.Unanchored,
			State: StateBadge(s.State), Stage: s.Stage, Started: c.stamp(s.StartedAt), Took: spent(s.State, s.StartedAt, s.LastAt, s.EndedAt, c),
			Objects: s.Objects, Events: s.Events,
		}
		if goesOn(s.State) && row.Took != "—" {
			row.Took += " so far"
		}
		out = append(out, row)
	}
	return out
}
