package view

import (
	"net/url"

	"throughline/lineage"
)

// Search is what was found for an id.
type Search struct {
	Query   string
	Matches []Match
	More    int // matches that are not listed
}

// Match is one thing that carries the id.
type Match struct {
	Object     Object
	Executions []ExecutionLink
}

// ExecutionLink is an execution by name.
type ExecutionLink struct {
	Flow   string
	Anchor Object
	URL    string
}

// maxLinks is how many executions a match names.
const maxLinks = 8

// NewMatches makes the view of what a search found.
func NewMatches(matches []lineage.Match) []Match {
	out := make([]Match, 0, len(matches))
	for _, m := range matches {
		row := Match{Object: newObject(m.Object)}
		for _, x := range m.Executions[:min(len(m.Executions), maxLinks)] {
			row.Executions = append(row.Executions, ExecutionLink{x.Flow, newObject(x.Anchor), ExecutionURL(x.Flow, x.Anchor)})
		}
		out = append(out, row)
	}
	return out
}

func searchURL(q string) string { return "/search?" + url.Values{"q": {q}}.Encode() }
