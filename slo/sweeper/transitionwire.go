package sweeper

import (
	"encoding/json"
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// writeTransition is a transition as it is kept until all have read it.
func writeTransition(t *slo.Transition) []byte {
	w := append(make(wire, 0, 256), compact)
	w.number(t.Seq)
	w.text(t.ID)
	w.text(string(t.Kind))
	w.time(t.At)
	w.time(t.Due)
	w.signed(int64(t.LateBy))
	w.text(string(t.Verdict))
	w = append(w, bit(t.Provisional, 1))
	w.time(t.Recorded)
	w.text(t.Clock.SLA)
	w.object(t.Clock.Subject)
	w.clock(&t.Clock)
	i := &t.Impact
	w.text(i.Flow)
	w.same(i.Anchor, t.Clock.Subject)
	for _, s := range []string{i.Title, string(i.Severity), i.Runbook, i.Source, i.Stage, string(i.State), i.Reason} {
		w.text(s)
	}
	w.money(i.Amount)
	return w.sealed()
}

// readTransition reads it, also as earlier releases wrote it.
func readTransition(raw []byte) (t slo.Transition, err error) {
	if len(raw) > 0 && raw[0] == '{' {
		err = json.Unmarshal(raw, &t)
		return t, err
	}
	r := unseal(raw)
	t = slo.Transition{
		Seq: r.number(), ID: r.text(), Kind: slo.Kind(r.word()), At: r.time(), Due: r.time(), LateBy: time.Duration(r.signed()),
		Verdict: slo.Verdict(r.word()), Provisional: r.byte() == 1, Recorded: r.time(),
	}
	t.Clock = r.clock(slo.Key{SLA: r.word(), Subject: r.object()})
	t.Impact = slo.Impact{
		Flow: r.word(), Anchor: r.same(t.Clock.Subject), Title: r.word(), Severity: lineage.Severity(r.word()), Runbook: r.word(),
		Source: r.word(), Stage: r.word(), State: lineage.State(r.word()), Reason: r.text(), Amount: r.money(),
	}
	return t, r.err()
}
