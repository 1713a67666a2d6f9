package ocel

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"throughline/lineage"
)

// Guess is what the types of a log may be to a flow. It is a start for a person who
// knows the business, and says why it guessed so.
type Guess struct {
	Names  Names
	Types  []GuessedType // in the order of their names in lineage
	Anchor string        // lineage's type
	Parts  []string      // qualifiers that contracts use and nobody has defined
	Steps  []Step        // one for each type of events, in the order in which they come
}

// GuessedType is what one type of objects may be.
type GuessedType struct {
	Name  string // in the log
	Word  string // in lineage
	Class lineage.Class
	Leaf  bool
	Rank  int // of business types
	Known bool
	Why   string
}

// Step is what one type of events may be.
type Step struct {
	Name    string // in the log
	Subject string // lineage's type of what these events are about; "" where it differs
	Refs    []StepRef
	Stage   bool    // nearly every object of the subject's type has such an event
	Share   float64 // of the objects of the subject's type that have one
	Events  int
}

// StepRef is a part in which events of a type name objects of a type.
type StepRef struct {
	Type      string // lineage's
	Qualifier string
	Role      lineage.Role // what the contract makes of the qualifier; "" for mentions
}

// From when on a type is taken for what it is called here.
const (
	hubWidth   = 10.0 // objects that one brings together, for context, if it is there for
	hubSpan    = 0.25 // such a share of the log's time
	leafWidth  = 50.0 // objects that one brings together, for a leaf
	stageShare = 0.95 // of a type's objects that go through what is a stage
)

// NewGuess guesses. known is what the catalogue says of types and qualifiers already;
// it is not doubted. anchor is the type that a person named, in the log's or lineage's words,
// or "". The error is of kind Invalid: there is nothing to guess from, or the anchor
// is no type that can be one.
func NewGuess(l *Log, known lineage.Definition, anchor string) (*Guess, error) {
	if len(l.Events) == 0 || len(l.Objects) == 0 {
		return nil, lineage.Errorf(lineage.Invalid, "guess", "the log has %d events and %d objects; there is nothing to guess from", len(l.Events), len(l.Objects))
	}
	plain, err := lineage.NewCatalogue(lineage.Definition{})
	if err != nil {
		return nil, err
	}
	g := &guesser{Guess: Guess{Names: NewNames(l.ObjectTypes)}, census: count(l)}
	g.classes(known.Types, plain)
	g.layers()
	if err := g.chooseAnchor(anchor); err != nil {
		return nil, err
	}
	slices.SortFunc(g.Types, func(a, b GuessedType) int { return strings.Compare(a.Word, b.Word) })
	g.Steps = steps(l, &g.Guess)
	g.roles(known.Qualifiers)
	return &g.Guess, nil
}

// guesser makes a guess. Until it is done, Types is in the order of the log.
type guesser struct {
	Guess
	census *census
	layer  []int
}

// classes guesses what each type is. What every catalogue says of it, which is plain,
// cannot be said otherwise in the same file as a flow that ranks it.
func (g *guesser) classes(known map[string]lineage.Type, plain *lineage.Catalogue) {
	for i, t := range g.census.log.ObjectTypes {
		guessed := GuessedType{Name: t.Name, Word: g.Names[t.Name], Class: lineage.Business}
		of, width := g.census.fan(i)
		span := g.census.spans(i)
		switch {
		case width >= hubWidth && span >= hubSpan:
			guessed.Class = lineage.Context
			guessed.Why = fmt.Sprintf("context: each meets %.0f of %s, and is seen in %.0f %% of the log's time; walked over, it would glue them together",
				width, g.typeName(of), 100*span)
		case width >= leafWidth:
			guessed.Leaf = true
			guessed.Why = fmt.Sprintf("leaf: each meets %.0f of %s within a short time; it belongs to them, but they not to each other",
				width, g.typeName(of))
		case width > 0:
			guessed.Why = fmt.Sprintf("business: each meets no more than %.1f of %s", width, g.typeName(of))
		case g.census.size[i] == 0:
			guessed.Why = "business: the log has none"
		default:
			guessed.Why = "business: it brings no crowd together"
		}
		k, ok := known[guessed.Word]
		if class := plain.ClassOf(guessed.Word); !ok && class != lineage.Business {
			k, ok = lineage.Type{Class: class}, true
		}
		if ok {
			guessed.Known = true
			guessed.Leaf = guessed.Leaf && k.Class == guessed.Class
			guessed.Class = k.Class
		}
		g.Types = append(g.Types, guessed)
	}
}

func (g *guesser) typeName(i int) string { return clip(g.census.log.ObjectTypes[i].Name) }

// ranked tells whether a type has a rank.
func (g *guesser) ranked(i int) bool { return g.Types[i].Class == lineage.Business }

// layers puts every ranked type below those that come before it.
func (g *guesser) layers() {
	n := len(g.Types)
	g.layer = make([]int, n)
	ahead := make([]int, n) // how many types it comes before, less those that come before it
	var order []int
	for i := range n {
		if !g.ranked(i) {
			continue
		}
		order = append(order, i)
		for j := range n {
			if g.ranked(j) && g.precedes(i, j) {
				ahead[i]++
				ahead[j]--
			}
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(ahead[b], ahead[a]), strings.Compare(g.Types[a].Word, g.Types[b].Word))
	})
	for at, j := range order {
		for _, i := range order[:at] {
			if g.precedes(i, j) {
				g.layer[j] = max(g.layer[j], g.layer[i]+1)
			}
		}
	}
}

// precedes tells whether objects of type i come before those of type j that they
// meet: the first event of most names them earlier, or where both come with the same
// event, one of i has several of j.
func (g *guesser) precedes(i, j int) bool {
	c := g.census
	if i == j || c.met[i][j] == 0 {
		return false
	}
	first, later := c.before[i][j], c.before[j][i]
	if most := float64(first-later) / float64(c.met[i][j]); most > 0.2 || most < -0.2 {
		return most > 0
	}
	if many, few := c.meets(i, j), c.meets(j, i); many != few {
		return many > few
	}
	return g.Types[i].Word < g.Types[j].Word
}

// chooseAnchor takes the type that a person named, or of those that come first the
// one that the most lies below, and counts ranks from there.
func (g *guesser) chooseAnchor(named string) error {
	best := -1
	for i, t := range g.Types {
		switch {
		case !g.ranked(i) || t.Leaf:
		case named != "":
			if t.Name == named || t.Word == named {
				best = i
			}
		case best < 0, g.layer[i] < g.layer[best],
			g.layer[i] == g.layer[best] && g.below(i) > g.below(best):
			best = i
		}
	}
	if best < 0 && named != "" {
		return lineage.Errorf(lineage.Invalid, "guess", "the anchor %q is no business type of the log; want one of %s", clip(named), g.choices())
	}
	if best < 0 {
		return lineage.Errorf(lineage.Invalid, "guess", "no type of the log looks like the one that a transaction is about; name it as the anchor")
	}
	g.Anchor = g.Types[best].Word
	for i := range g.Types {
		g.Types[i].Rank = g.layer[i] - g.layer[best]
	}
	return nil
}

// below counts the types that come after a type.
func (g *guesser) below(i int) int {
	n := 0
	for j := range g.Types {
		if g.ranked(j) && g.precedes(i, j) {
			n++
		}
	}
	return n
}

func (g *guesser) choices() string {
	var words []string
	for i, t := range g.Types {
		if g.ranked(i) && !t.Leaf {
			words = append(words, t.Word)
		}
	}
	return strings.Join(words, ", ")
}

// Ranks are the guessed ranks, as a flow has them.
func (g *Guess) Ranks() map[string]int {
	ranks := make(map[string]int)
	for _, t := range g.Types {
		if t.Class == lineage.Business {
			ranks[t.Word] = t.Rank
		}
	}
	return ranks
}

// leaves are the types that are taken in and not walked on.
func (g *Guess) leaves() []string {
	leaf := make(map[string]bool)
	for _, t := range g.Types {
		if t.Leaf {
			leaf[t.Word] = true
		}
	}
	return slices.Sorted(maps.Keys(leaf))
}

// roles makes roles of qualifiers: all but those that mean something else to lineage
// or that the catalogue has for other types. Who knows none of them is to define them.
func (g *guesser) roles(known map[string]lineage.Qualifier) {
	parts := make(map[string]bool)
	for i := range g.Steps {
		step := &g.Steps[i]
		for j := range step.Refs {
			r := &step.Refs[j]
			q, defined := known[r.Qualifier]
			switch {
			case r.Qualifier == "", r.Qualifier == string(lineage.Subject), r.Qualifier == string(lineage.Alias):
				continue
			case len(q.From) > 0 && !slices.Contains(q.From, step.Subject), len(q.To) > 0 && !slices.Contains(q.To, r.Type):
				continue
			}
			r.Role = lineage.Role(r.Qualifier)
			if !defined && step.Subject != "" && r.Type != step.Subject {
				parts[r.Qualifier] = true
			}
		}
	}
	g.Parts = slices.Sorted(maps.Keys(parts))
}
