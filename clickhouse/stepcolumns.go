package clickhouse

import "throughline/lineage"

// steps are the sequence of an execution as parallel arrays, and whether it is
// known at all.
type steps struct {
	known          *number[uint8]
	stages         *list[*word]
	firsts, doneAt *list[*number[int64]]
	attempts       *list[*number[uint32]]
	rework         *list[*number[uint8]]
}

func newSteps() steps {
	return steps{
		known: uint8Column(), stages: words(), firsts: times(), doneAt: times(),
		attempts: &list[*number[uint32]]{items: uint32Column()}, rework: &list[*number[uint8]]{items: uint8Column()},
	}
}

func (c *steps) columns() []named {
	return []named{
		{"steps_known", c.known},
		{"step_stages", c.stages},
		{"step_firsts", c.firsts},
		{"step_dones", c.doneAt},
		{"step_attempts", c.attempts},
		{"step_reworks", c.rework},
	}
}

// add adds a row; a gone execution has no sequence.
func (c *steps) add(e *lineage.Execution, gone bool) {
	c.known.add(flag(!gone))
	sequence := e.Sequence()
	for _, s := range sequence {
		c.stages.items.add(s.Stage)
		c.firsts.items.add(nanos(s.First))
		c.doneAt.items.add(nanos(s.DoneAt))
		c.attempts.items.add(uint32(s.Attempts))
		c.rework.items.add(flag(s.Rework))
	}
	c.stages.end(len(sequence))
	c.firsts.end(len(sequence))
	c.doneAt.end(len(sequence))
	c.attempts.end(len(sequence))
	c.rework.end(len(sequence))
}
