package clickhouse

import "throughline/slo"

// impact is what a transition or an incident means, as columns: all but its
// source, whose name depends on the table.
type impact struct {
	flow, title, severity, runbook, stage, state word
	anchor                                       object
	reason                                       text
	amount                                       money
}

func newImpact() impact { return impact{amount: newMoney()} }

func (c *impact) add(i *slo.Impact) {
	c.flow.add(i.Flow)
	c.anchor.add(i.Anchor)
	c.title.add(i.Title)
	c.severity.add(string(i.Severity))
	c.runbook.add(i.Runbook)
	c.stage.add(i.Stage)
	c.state.add(string(i.State))
	c.reason.add(i.Reason)
	c.amount.add(i.Amount)
}

func (c *impact) columns() []named {
	all := append(c.anchor.columns("anchor"), []named{
		{"flow", &c.flow},
		{"title", &c.title},
		{"severity", &c.severity},
		{"runbook", &c.runbook},
		{"stage", &c.stage},
		{"execution_state", &c.state},
		{"reason", &c.reason},
	}...)
	return append(all, c.amount.columns("amount")...)
}

// impactTargets are where an impact is scanned to: flow, anchor, title, severity,
// runbook, stage, state, reason and amount.
func impactTargets(i *slo.Impact) []any {
	all := append([]any{&i.Flow}, objectTargets(&i.Anchor)...)
	return append(all, &i.Title, (*string)(&i.Severity), &i.Runbook, &i.Stage, (*string)(&i.State), &i.Reason,
		&i.Amount.Minor, &i.Amount.Currency)
}
