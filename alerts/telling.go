package alerts

// tell logs and counts what opened and what was resolved. What was over when it was
// noticed, or was noticed so late that it is history, is counted and wakes nobody, so
// the log does not speak of it either.
func (a *Alerts) tell(d *draft) {
	for _, c := range d.changes {
		i := c.incident
		if c.opened {
			a.metrics.opened.WithLabelValues(alertName(i)).Inc()
		}
		if c.resolved {
			a.metrics.resolved.WithLabelValues(alertName(i), string(i.Resolution)).Inc()
		}
		if !i.Told {
			continue
		}
		fields := []any{
			"incident", i.ID, "alert", alertName(i), "tenant", i.Tenant, "subject", i.Subject.String(), "source", i.Source,
			"severity", string(i.Impact.Severity), "stage", i.Impact.Stage, "amount", i.Impact.Amount.String(),
			"summary", summary(i), "link", link(a.cfg.URL(), i.ID),
		}
		if c.resolved {
			a.deps.Log.Info("incident resolved", append(fields, "resolution", string(i.Resolution))...)
		} else {
			a.deps.Log.Warn("incident opened", append(fields, "due", i.DueAt, "late_by", i.LateBy, "reason", i.Impact.Reason)...)
		}
	}
}
