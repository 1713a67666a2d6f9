package lineage

import "time"

// Remapping is how far what is stored is mapped by the catalogue that is in force.
type Remapping struct {
	Catalogue  string // hash; "": none was ever put in force
	Done       int64  // pieces of evidence
	Total      int64  // of them, as counted when it began; more may have come since
	Changed    int64  // of Done: are mapped otherwise now
	Refused    int64  // of Done: the catalogue does not take them, and they are quarantined
	Released   int64  // of Done: were quarantined, and are taken now
	Unkept     int64  // of Done: from before what a contract reads was kept; they stay as they were mapped
	Rate       float64
	StartedAt  time.Time
	FinishedAt time.Time // zero: it is under way
	Trouble    string    // why it waits, in a sentence; "": it does not
}

// State is in a word how it stands: none, running, waiting or done.
func (m *Remapping) State() string {
	switch {
	case m.Catalogue == "":
		return "none"
	case !m.FinishedAt.IsZero():
		return "done"
	case m.Trouble != "":
		return "waiting"
	default:
		return "running"
	}
}
