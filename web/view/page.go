package view

import "github.com/a-h/templ"

// Page is one page: its title, the item of the menu that it belongs to, and its
// named parts. A kind of page always has the same parts, so that a live update
// can replace any of them by name.
type Page struct {
	Title   string
	Section string // one of sections, or ""
	Query   string // what the search box holds
	Parts   []Part
}

// Part is one named part of a page. IDs are unique within the page.
type Part struct {
	ID   string
	Body templ.Component
}

// Frame is what stands around a page: the reader's settings, the address of its
// live updates, and where the assets are.
type Frame struct {
	Path    string // path and query of this page, to come back to
	Live    string // address of the live updates, "" for a page that has none
	Theme   string // "light", "dark", or "" for the system's
	Zone    string // name of the chosen time zone
	Zones   []string
	Style   string   // address of the style sheet
	Icon    string   // address of the icon
	Scripts []string // addresses of the scripts, in order
	Notes   []string // what the operator should know, such as a missing asset
	Version string
}

// section is one entry of the navigation.
type section struct{ ID, Name, Href string }

// sections are what people come for; further is what they go on to from there.
var (
	sections = []section{
		{"overview", "Overview", "/"},
		{"executions", "Transactions", "/executions"},
		{"incidents", "Incidents", "/incidents"},
		{"queues", "Queues", "/queues"},
		{"variants", "Variants", "/variants"},
	}
	further = []section{
		{"quarantine", "Quarantine", "/quarantine"},
		{"decisions", "Decisions", "/decisions"},
		{"stitchability", "Stitchability", "/stitchability"},
		{"drift", "Drift", "/drift"},
		{"status", "Status", "/status"},
	}
)

// sectionIn returns the name of the section of some that a page is in, or "".
func sectionIn(some []section, id string) string {
	for _, s := range some {
		if s.ID == id {
			return s.Name
		}
	}
	return ""
}

var themes = []struct{ ID, Name string }{{"", "System"}, {"light", "Light"}, {"dark", "Dark"}}
