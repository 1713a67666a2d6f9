package view

import (
	"strconv"
	"time"
)

// reach says where was looked, so that "nothing" is worth what it is worth.
func (s *seeker) reach() []Reach {
	silent := 0
	for _, f := range s.findings {
		if f.Kind == "silent_source" {
			silent++
		}
	}
	heard := "none promised a sign of life, so nobody can tell whether one is silent"
	if n := len(s.Heard); n > 0 {
		heard = strconv.Itoa(silent) + " of the " + Of(n, "source") + " that promised a sign of life are silent"
	}
	return []Reach{
		{"Transactions", "every object, correlation id and trace that is stitched, under every spelling of the id", true},
		{"What the rules keep out", "objects that are held back, and ids that could not be one object", true},
		extent("Texts of business events", s.Sightings.Since, s.Sightings.Whole, s.SightingsAway, s.c),
		extent("Quarantine", s.Refusals.Since, s.Refusals.Whole, s.RefusalsAway, s.c),
		{"Sources", heard, len(s.Heard) > 0},
		{"Spans and log records that name no object", "not searched", false},
		{"What was refused at the door", "not kept: its senders were told why", false},
	}
}

func extent(where string, since time.Time, whole bool, away string, c Clock) Reach {
	switch {
	case away != "":
		return Reach{where, away, false}
	case since.IsZero():
		return Reach{where, "not even what arrived today could be read in the time that a page has", false}
	case !whole:
		return Reach{where, "only what arrived since " + c.Moment(since) + ": there was no time for more", false}
	default:
		return Reach{where, "what arrived since " + c.Moment(since), true}
	}
}
