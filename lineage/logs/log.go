package logs

import (
	"fmt"

	"throughline/lineage"
)

// Log is what a business has told, and what is true of it.
type Log struct {
	Definition lineage.Definition
	Catalogue  *lineage.Catalogue // of Definition
	Flow       string             // the one flow of the catalogue, that Truth is of
	Events     []lineage.Event    // as they were told; empty when they were streamed
	Truth      Truth
}

// Tenant is whose events all logs hold.
const Tenant = "default"

// Business is one that can be played: a Market, Billing, Returns, Night, Tickets,
// DocumentFlow, Freight or Relay.
type Business interface {
	definition() lineage.Definition // of exactly one flow
	play(b *book)
	habits() habits
}

// habits are what all businesses have in common.
type habits struct {
	seed  uint64
	slips int  // of a hundred events, how many are told wrong before they are told right
	wire  bool // its events travel as CloudEvents
}

// Write plays a business and keeps its events.
func Write(business Business) *Log {
	var events []lineage.Event
	log := Stream(business, func(e *lineage.Event) { events = append(events, *e) })
	log.Events = events
	return log
}

// Stream plays a business and hands every event on as it is told, for logs that are
// too large to be held twice. The event is valid until take returns.
func Stream(business Business, take func(*lineage.Event)) *Log {
	def, cat := business.definition(), CatalogueOf(business)
	b := newBook(cat, def.Flows[0].Name, business.habits(), take)
	business.play(b)
	return &Log{Definition: def, Catalogue: cat, Flow: def.Flows[0].Name, Truth: b.close()}
}

// CatalogueOf returns the catalogue of a business before it is played.
func CatalogueOf(business Business) *lineage.Catalogue {
	cat, err := lineage.NewCatalogue(business.definition())
	if err != nil {
		panic(fmt.Sprintf("logs: %T has a catalogue that is none: %v", business, err)) // a mistake in this package
	}
	return cat
}

// catalogue makes the definition of a business: its flow, and what of its types is
// business and what is context.
func catalogue(flow lineage.Flow, context ...string) lineage.Definition {
	types := make(map[string]lineage.Type)
	for name := range flow.Ranks {
		types[name] = lineage.Type{Class: lineage.Business}
	}
	for _, name := range context {
		types[name] = lineage.Type{Class: lineage.Context}
	}
	flow.Name, flow.Version = "sales", 1
	return lineage.Definition{Types: types, Flows: []lineage.Flow{flow}}
}
