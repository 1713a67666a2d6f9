package clickhouse

import "throughline/lineage"

// mapping is what a catalogue has read in an event, as columns.
type mapping struct {
	stage, outcome, contract word
	reason, correlation      text
	attempt, answer          *number[int64]
	amount                   money
	refs, from, to, equal    objects
	roles, qualifiers        *list[*word]
	priorities               *list[*number[int64]]
	toRefs, byRelations      allocations
}

func newMapping() mapping {
	return mapping{
		attempt: int64Column(), answer: int64Column(), amount: newMoney(), refs: newObjects(), from: newObjects(), to: newObjects(), equal: newObjects(),
		roles: words(), qualifiers: words(), priorities: int64s(), toRefs: newAllocations(), byRelations: newAllocations(),
	}
}

func (m *mapping) columns() []named {
	all := []named{
		{"stage", &m.stage},
		{"outcome", &m.outcome},
		{"attempt", m.attempt},
		{"answer", m.answer},
		{"reason", &m.reason},
		{"correlation", &m.correlation},
		{"contract", &m.contract},
		{"ref_roles", m.roles},
		{"qualifiers", m.qualifiers},
		{"priorities", m.priorities},
	}
	all = append(all, m.amount.columns("amount")...)
	all = append(all, m.toRefs.columns("ref")...)
	all = append(all, m.byRelations.columns("relation")...)
	all = append(all, m.refs.columns("ref")...)
	all = append(all, m.from.columns("from")...)
	all = append(all, m.to.columns("to")...)
	return append(all, m.equal.columns("equal")...)
}

func (m *mapping) add(e *lineage.Event) {
	m.stage.add(e.Stage)
	m.outcome.add(string(e.Outcome))
	m.attempt.add(int64(e.Attempt))
	m.answer.add(int64(e.Answer))
	m.amount.add(e.Amount)
	m.reason.add(e.Reason)
	m.correlation.add(e.Correlation)
	m.contract.add(e.Contract)
	for _, ref := range e.Refs {
		m.refs.add(ref.Object)
		m.roles.items.add(string(ref.Role))
	}
	m.refs.end(len(e.Refs))
	m.roles.end(len(e.Refs))
	m.toRefs.add(len(e.Refs), func(i int) lineage.Money { return e.Refs[i].Amount })
	for _, rel := range e.Relations {
		m.from.add(rel.From)
		m.to.add(rel.To)
		m.qualifiers.items.add(rel.Qualifier)
	}
	m.from.end(len(e.Relations))
	m.to.end(len(e.Relations))
	m.qualifiers.end(len(e.Relations))
	m.byRelations.add(len(e.Relations), func(i int) lineage.Money { return e.Relations[i].Amount })
	for _, q := range e.Equalities {
		m.equal.add(q.A)
		m.equal.add(q.B)
		m.priorities.items.add(int64(q.Priority))
	}
	m.equal.end(2 * len(e.Equalities))
	m.priorities.end(len(e.Equalities))
}
