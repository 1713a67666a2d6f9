package collector

import (
	"context"

	"throughline/collector/journal"
	"throughline/lineage"
)

// Decide keeps a decision in the journal, as the event as which it is a part of the
// evidence. It returns nil only when that is durable: Invalid for a decision that
// lacks something, and what the journal says when it has no room.
func (c *Collector) Decide(ctx context.Context, d lineage.Decision) (err error) {
	in := &intake{signal: lineage.Events, protocol: "decision", source: journal.Own, items: 1}
	defer c.metrics.begin(in).end(&err)
	if d.Tenant != tenant {
		return lineage.Errorf(lineage.Invalid, "keep decision", "tenant is %q; want %q", d.Tenant, tenant)
	}
	payload, err := d.CloudEvent()
	if err != nil {
		return err
	}
	in.bytes = len(payload)
	return c.keep(ctx, in, journal.CloudEvent, payload)
}

// refuseOurs refuses events of a sender that claim to be decisions.
func refuseOurs(events []lineage.CloudEvent, batch bool) error {
	for i := range events {
		err := events[i].Refuse()
		if err != nil && batch {
			return lineage.Errorf(lineage.Invalid, "read the batch", "event %d: %w", i, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
