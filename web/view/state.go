package view

import "throughline/lineage"

// Badge is a state as it is shown: a sign and a word, and a class for its
// colour, so that colour never tells it alone.
type Badge struct {
	Class, Sign, Word string
}

// StateBadge is the badge of an execution's or a stage's state.
func StateBadge(s lineage.State) Badge {
	switch s {
	case lineage.StateCompleted:
		return Badge{"good", "✓", "completed"}
	case lineage.StateDone:
		return Badge{"good", "✓", "done"}
	case lineage.StateOpen:
		return Badge{"busy", "◔", "open"}
	case lineage.StatePartial:
		return Badge{"busy", "◑", "partial"}
	case lineage.StateRetrying:
		return Badge{"warn", "↻", "retrying"}
	case lineage.StateFailed:
		return Badge{"bad", "✕", "failed"}
	case lineage.StateAmbiguous:
		return Badge{"warn", "≠", "ambiguous"}
	case lineage.StatePending:
		return Badge{"calm", "○", "pending"}
	case lineage.StateObserved:
		return Badge{"calm", "◎", "observed"}
	default:
		return Badge{"calm", "·", string(s)}
	}
}

// stageBadge is the badge of a stage on the bar, which has room for plain words.
func stageBadge(s lineage.State) Badge {
	b := StateBadge(s)
	if s == lineage.StateRetrying {
		b.Word = "retrying, not failed yet"
	}
	return b
}

// OutcomeBadge is the badge of what an event reports; empty counts as ok.
func OutcomeBadge(o lineage.Outcome) Badge {
	switch o {
	case lineage.OutcomeFailed:
		return Badge{"bad", "✕", "failed"}
	case lineage.OutcomeRetrying:
		return Badge{"warn", "↻", "retrying"}
	case lineage.OutcomeOK, "":
		return Badge{"good", "✓", "ok"}
	default:
		return Badge{"calm", "·", string(o)}
	}
}

// Claim is a claim in plain words.
type Claim struct {
	Text  string // "correlation:c-1"
	Badge Badge
	Words string
	URL   string // of what the claim names, where it has a page
}

func claimBadge(s lineage.ClaimState) Badge {
	switch s {
	case lineage.Claimed:
		return Badge{"good", "✓", "claimed"}
	case lineage.Ambiguous:
		return Badge{"warn", "≠", "ambiguous"}
	default:
		return Badge{"calm", "○", string(s)}
	}
}
