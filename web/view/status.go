package view

// Status is the page that accounts for everything that came in.
type Status struct {
	Ready    bool
	Reasons  []string // why not
	Notes    []string
	Version  string
	Started  Time
	Up       string
	InFlight int64
	Signals  []Signal
	Live     int // pages that are being watched
}

// Signal is the account of one signal: what was received is refused,
// quarantined, deduplicated, stored, or still on its way.
type Signal struct {
	Name                                                           string
	Received, Refused, Quarantined, Deduplicated, Stored, Stitched int64
	Lag                                                            string
}
