package slo

import (
	"time"

	"throughline/lineage"
)

// Figures are what the clocks of one SLA come to.
type Figures struct {
	SLA      lineage.SLA
	Open     int                      // clocks that run or are on hold
	Breached int                      // open breaches that are certain
	Waiting  int                      // open breaches that are provisional
	Met      int                      // clocks that ended within Window and were kept, corrected ones too
	Missed   int                      // clocks that ended within Window and were not
	Next     time.Time                // the earliest deadline that is still ahead; zero: none
	Oldest   time.Time                // the earliest deadline of an open breach; zero: none
	AtRisk   map[string]lineage.Money // of open breaches, by currency; each subject once
	Unpriced int                      // open breaches whose subject tells no amount
	Window   time.Duration
	AsOf     time.Time
}
