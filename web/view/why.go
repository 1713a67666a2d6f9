package view

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/lineage"
)

// Why says why an object is in its transaction: a line for each step of the shortest
// way to the anchor, and for each statement that two ids are one object.
type Why []WhyLine

// WhyLine is one of them, with the row of the event that says so, where the page
// shows it.
type WhyLine struct {
	Words string
	Row   string // id of the element, within its execution; "" when there is none
}

// whys explains every member of an execution, by its name.
func whys(e *lineage.Execution, shown Events, l Lore, c Clock) map[lineage.Object]Why {
	rows := map[string]bool{}
	for _, list := range [...][]Event{shown.Head, shown.Tail} {
		for _, r := range list {
			rows[r.Key] = true
		}
	}
	row := func(by lineage.Cited) string {
		if k := key(by.Source, by.ID); rows[k] {
			return "e-" + k
		}
		return ""
	}
	v := l.voice(c)
	out := make(map[lineage.Object]Why, len(e.Members))
	for _, x := range l.Explain(e) {
		var why Why
		for _, told := range x.Tell(v) {
			why = append(why, WhyLine{begun(told.Text) + ".", row(told.By)})
		}
		out[x.Object] = why
	}
	return out
}

// Explain says of every member of an execution why it is in it, by the flow that is in
// force.
func (l Lore) Explain(e *lineage.Execution) []lineage.Explanation { return e.Explain(l.flow(e.Flow)) }

// explain tells every object of an execution why it is in it.
func (x *Execution) explain(why map[lineage.Object]Why) {
	tell := func(o *Object) { o.Why = why[o.named()] }
	for i := range x.Ranks {
		for j := range x.Ranks[i].Objects {
			o := &x.Ranks[i].Objects[j]
			if tell(o); o.Looked && !o.Anchor {
				x.Looked = *o
			}
		}
	}
	for i := range x.Graph.Nodes {
		tell(&x.Graph.Nodes[i].Object)
	}
}

// voice tells explanations as pages tell everything else.
func (l Lore) voice(c Clock) lineage.Voice {
	return lineage.Voice{
		Name:   nameOf,
		Source: func(source string) string { return said(l.source(source)) },
		Time:   c.Near,
	}
}

// begun is a sentence with a capital, past the mark before what others have said.
func begun(sentence string) string {
	rest, marked := strings.CutPrefix(sentence, theirs)
	first, size := utf8.DecodeRuneInString(rest)
	if first == utf8.RuneError {
		return sentence
	}
	rest = string(unicode.ToUpper(first)) + rest[size:]
	if marked {
		return theirs + rest
	}
	return rest
}

// Text is the explanation in one line, for what shows on pointing at something.
func (w Why) Text() string {
	lines := make([]string, len(w))
	for i, line := range w {
		lines[i] = Plain(line.Words)
	}
	return strings.Join(lines, " ")
}

// Plain is a sentence without the marks around what others have said in it, for
// where the text stands alone.
func Plain(sentence string) string {
	return strings.NewReplacer(theirs, "", ours, "").Replace(sentence)
}
