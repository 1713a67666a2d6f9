package lineage

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// billing is a flow whose stages are complete by amounts.
const billing = `
kind: flow
name: f
anchor: order
ranks: {quote: -1, order: 0, delivery: 1, invoice: 2, payment: 3, credit_note: 3, payment_run: 4}
leaf: [payment_run]
same_type: [replaces]
stages:
  - {name: invoiced, type: invoice, complete: amount}
  - {name: paid, type: invoice, by: payment, complete: amount, of: payment, against: invoice}
`

func flowOf(t testing.TB, text string) *Catalogue {
	t.Helper()
	cat, err := ParseCatalogue([]File{{Name: "flow.yaml", Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// says reads an event a line: "2 invoice/I =1000 bills=order/A:600 bills=order/B:400".
// First its time in seconds, then its subject; =1000 is an amount in EUR, and so is
// =1000USD in dollars; a qualifier leads to another object and how much goes to it;
// cancels=credit_note/C>invoice/I is a relation between two others; names=invoice/I has
// the event name it; failed is an outcome, and any other word a stage.
func says(t rapid.TB, cat *Catalogue, lines ...string) []Event {
	t.Helper()
	money := func(text string) Money {
		currency := "EUR"
		if n := len(text) - 3; n > 0 && text[n] >= 'A' {
			text, currency = text[:n], text[n:]
		}
		m, err := ParseMoney(text, currency)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	object := func(text string) Object {
		o, ok := cat.parseObject(text)
		if !ok {
			t.Fatalf("%q is no object", text)
		}
		return o
	}
	var events []Event
	for i, line := range lines {
		words := strings.Fields(line)
		var second int
		if _, err := fmt.Sscan(words[0], &second); err != nil {
			t.Fatal(err)
		}
		e := naming{Event: Event{Tenant: "default", Source: "s", ID: fmt.Sprintf("e%02d", i+1), Type: "t", Time: time.Unix(int64(second), 0).UTC(), Hash: uint64(i)}}
		subject := object(words[1])
		e.addRef(subject, Subject)
		for _, word := range words[2:] {
			switch qualifier, rest, ok := strings.Cut(word, "="); {
			case word == "failed":
				e.Outcome = OutcomeFailed
			case !ok:
				e.Stage = word
			case qualifier == "":
				e.Amount = money(rest)
			case qualifier == "names":
				e.addRef(object(rest), Mentions)
			case qualifier == "same":
				e.addEquality(Equality{A: subject, B: object(rest)})
			default:
				name, m := rest, Money{}
				if at := strings.LastIndexByte(rest, ':'); at >= 0 && strings.ContainsAny(rest[at+1:at+2], "-0123456789") {
					name, m = rest[:at], money(rest[at+1:])
				}
				from, to, far := strings.Cut(name, ">")
				if !far {
					e.addRelation(Relation{From: subject, To: object(from), Qualifier: qualifier, Amount: m})
				} else {
					e.addRelation(Relation{From: object(from), To: object(to), Qualifier: qualifier, Amount: m})
				}
			}
		}
		events = append(events, e.Event)
	}
	return events
}

// settled returns the execution of an order.
func settled(t rapid.TB, cat *Catalogue, order string, events []Event) *Execution {
	t.Helper()
	g := NewGraph(cat, "default")
	for i := range events {
		g.Add(&events[i])
	}
	g.Recompute()
	flow := &cat.Flows()[0]
	x := g.Execution(ExecutionRef{flow.Name, Object{Type: flow.Anchor, ID: order}})
	if x == nil {
		t.Fatalf("there is no execution of %s", order)
	}
	return x
}

// account reads from events, as directly as the text says it, what an execution's
// relations tell of money and what its members are related to elsewhere.
func account(x *Execution, flow *Flow, events []Event) {
	canonical := make(map[Object]Object)
	rank := make(map[Object]int)
	for _, m := range x.Members {
		rank[m.Object] = m.Rank
		canonical[m.Object] = m.Object
		for _, alias := range m.Aliases {
			canonical[alias] = m.Object
		}
	}
	said := make(map[Relation][]statement)
	for i := range x.Members {
		x.Members[i].Elsewhere = Elsewhere{}
	}
	base := flow.Ranks[flow.Anchor]
	seen := make(map[Evidence]bool)
	for i := range events {
		e := &events[i]
		evidence, subject := Evidence{e.Kind, e.Source, e.ID}, e.Subject()
		if seen[evidence] {
			continue
		}
		seen[evidence] = true
		state := func(r Relation) {
			from, known := canonical[r.From]
			to, both := canonical[r.To]
			if known && both {
				key := Relation{From: from, To: to, Qualifier: r.Qualifier}
				said[key] = append(said[key], statement{evidence, e.Time, e.Happened(), e.failed(), r.Amount})
				return
			}
			inside, outside := from, r.To
			if both {
				inside, outside = to, r.From
			}
			if at, ok := flow.Ranks[outside.Type]; known != both && ok && at >= base && at < rank[inside] {
				m := &x.Members[slices.IndexFunc(x.Members, func(m Member) bool { return m.Object == inside })]
				if m.Elsewhere.Object.IsZero() || outside.Compare(m.Elsewhere.Object) < 0 {
					m.Elsewhere.Object = outside
				}
				if m.Elsewhere.Since.IsZero() || e.Happened().Before(m.Elsewhere.Since) {
					m.Elsewhere.Since = e.Happened()
				}
			}
		}
		for _, r := range e.Refs {
			if r.Role != Subject && r.Role != Alias && !subject.IsZero() {
				state(Relation{From: subject, To: r.Object, Qualifier: string(r.Role), Amount: r.Amount})
			}
		}
		for _, r := range e.Relations {
			state(r)
		}
	}
	for i := range x.Edges {
		e := &x.Edges[i]
		e.Allocations = allocations(said[Relation{From: e.From, To: e.To, Qualifier: e.Qualifier}])
	}
}

// stands writes how a stage stands: "partial 600.00 of 1000.00 EUR".
func stands(x *Execution, stage string) string {
	s := x.Stages[slices.IndexFunc(x.Stages, func(s Stage) bool { return s.Name == stage })]
	text := string(s.State)
	if !s.Target.IsZero() {
		text += " " + s.Covered.Decimal() + " of " + s.Target.String()
	}
	if s.State == StateAmbiguous {
		text += ": " + s.Reason
	}
	return text
}
