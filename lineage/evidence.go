package lineage

import "github.com/cespare/xxhash/v2"

// Evidence is found again by numbers: forty bits of the XXH64 of what it names or
// carries, with a letter before it that says what that is. Two texts of one number do no
// harm, since more evidence than was asked for changes nothing.
const (
	numberedID          = '='
	numberedTwin        = '~' // of an id that an equality states
	numberedCorrelation = '0'
	numberedTrace       = '1' // of its 16 bytes
	numberedEvent       = '!'

	numberBits = 40
)

func evidenceNumber(kind byte, text string) uint64 {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.Write([]byte{kind})
	_, _ = d.WriteString(text)
	return d.Sum64() >> (64 - numberBits)
}

// EvidenceName is what an event is found by.
type EvidenceName struct {
	Number uint64
	Type   string // of an object that it names; "" for what holds together whatever its type is: twins and claims
}

// EvidenceNumber is the number of the event's id, whatever its source.
func (e *Event) EvidenceNumber() uint64 { return evidenceNumber(numberedEvent, e.ID) }

// EvidenceNames appends all that the event is found by, beside its id, to names, once each.
func (e *Event) EvidenceNames(names []EvidenceName) []EvidenceName {
	from := len(names)
	add := func(kind byte, text, typ string) {
		n := EvidenceName{evidenceNumber(kind, text), typ}
		for _, known := range names[from:] {
			if known == n {
				return
			}
		}
		names = append(names, n)
	}
	for _, r := range e.Refs {
		add(numberedID, r.Object.ID, r.Object.Type)
	}
	for _, r := range e.Relations {
		add(numberedID, r.From.ID, r.From.Type)
		add(numberedID, r.To.ID, r.To.Type)
	}
	for _, q := range e.Equalities {
		add(numberedTwin, q.A.ID, "")
		add(numberedTwin, q.B.ID, "")
	}
	if e.Correlation != "" {
		add(numberedCorrelation, e.Correlation, "")
	}
	if !e.TraceID.IsZero() {
		add(numberedTrace, string(e.TraceID[:]), "")
	}
	for _, t := range e.Links {
		add(numberedTrace, string(t[:]), "")
	}
	return names
}

// Numbers returns the numbers of what is asked for: of names, and of ids of events.
func (m Missing) Numbers() (names, events []uint64) {
	for _, id := range m.IDs {
		names = append(names, evidenceNumber(numberedID, id), evidenceNumber(numberedTwin, id))
	}
	for _, k := range m.Claims {
		switch c, ok := k.private(); {
		case !ok:
		case c.kind == claimTrace:
			names = append(names, evidenceNumber(numberedTrace, c.value))
		case c.kind == claimCause:
			events = append(events, evidenceNumber(numberedEvent, c.value))
		default:
			names = append(names, evidenceNumber(numberedCorrelation, c.value))
		}
	}
	return names, events
}

// number is the number of a claim.
func (k claimKey) number() uint64 { return evidenceNumber('0'+byte(k.kind), k.value) }
