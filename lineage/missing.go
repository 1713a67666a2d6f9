package lineage

import "time"

// Suppressed is what the rules keep out of lineage of all that goes by one id.
type Suppressed struct {
	Held     []HeldBack  // objects that are held back, sorted
	Possible [][2]Object // ids that evidence calls one object, and that cannot be: the smaller first, sorted
}

// Sighting is a stored event in whose text an id stands, whether or not the event
// names it.
type Sighting struct {
	Evidence
	Type     string
	Time     time.Time
	Ingested time.Time
	Contract string // type and version; "" for the conventions
	Subject  Object // what the event is about; zero for nothing
	Named    bool   // the id is among those of the objects that the event names
	Excerpt  string // of the text, around the id
}

// Sought is what a search through stored texts found, newest first, and how far it
// went.
type Sought[T any] struct {
	Found []T
	More  bool      // there are more than were asked for
	Since time.Time // all was read that arrived on that day (UTC) or later; zero: not even today's, in the time that there was
	Whole bool      // it went as far back as it was to go, or found as many as were asked for
}
