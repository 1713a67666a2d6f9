package alerts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"throughline/slo"
)

// receiver is what the webhook is called in messages and metrics.
const receiver = "webhook"

// lateAlert is the alert of a source that is behind; any other has the name of its SLA.
const lateAlert = "SourceLate"

// packet is the body of Alertmanager's webhook, version 4, which receivers know.
type packet struct {
	Version           string            `json:"version"`
	GroupKey          string            `json:"groupKey"`
	TruncatedAlerts   int               `json:"truncatedAlerts"`
	Status            string            `json:"status"`
	Receiver          string            `json:"receiver"`
	GroupLabels       map[string]string `json:"groupLabels"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
	ExternalURL       string            `json:"externalURL"`
	Alerts            []alert           `json:"alerts"`
}

type alert struct {
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"` // the zero time while it fires
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
}

// message is the body that tells a notice. The same notice makes the same body.
func message(n *notice, base string) ([]byte, error) {
	i, known := &n.Incident, n.Labels
	if known == nil {
		known = labels(i)
	}
	one := alert{
		Status: string(n.Kind), Labels: known, Annotations: annotations(i),
		StartsAt: i.OpenedAt.UTC(), GeneratorURL: link(base, i.ID), Fingerprint: i.ID,
	}
	if n.Kind == slo.Closing {
		one.EndsAt = i.ResolvedAt.UTC()
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	err := e.Encode(packet{
		Version: "4", GroupKey: fmt.Sprintf("{}:{fingerprint=%q}", i.ID), Status: one.Status, Receiver: receiver,
		GroupLabels: map[string]string{"alertname": alertName(i)}, CommonLabels: one.Labels, CommonAnnotations: one.Annotations,
		ExternalURL: base, Alerts: []alert{one},
	})
	return body.Bytes(), err
}

// alertName is the rule that an incident comes from.
func alertName(i *slo.Incident) string {
	if i.Kind == slo.LateIncident {
		return lateAlert
	}
	return i.SLA
}

// labels are the identity of an alert as it fires. They are kept for when it is
// resolved: by then the incident may be known to stick elsewhere.
func labels(i *slo.Incident) map[string]string {
	return told(map[string]string{
		"alertname": alertName(i), "severity": string(i.Impact.Severity), "flow": i.Impact.Flow, "sla": i.SLA,
		"subject_type": i.Subject.Type, "subject_id": i.Subject.ID, "subject_system": i.Subject.System,
		"source": i.Source, "stage": i.Impact.Stage, "tenant": i.Tenant,
	})
}

func annotations(i *slo.Incident) map[string]string {
	a := map[string]string{
		"summary": summary(i), "description": description(i), "runbook": i.Impact.Runbook,
		"due_at": moment(i.DueAt), "started_at": moment(i.StartedAt), "owner": i.Owner,
	}
	if m := i.Impact.Amount; !m.IsZero() {
		a["amount"], a["currency"] = m.Decimal(), m.Currency
	}
	return told(a)
}

// told leaves out what is not told.
func told(all map[string]string) map[string]string {
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

// link is the page of an incident.
func link(base, id string) string {
	if base == "" {
		return ""
	}
	return strings.TrimRight(base, "/") + "/incidents/" + id
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// last is the last line of an incident's history, which says how it was resolved
// when it has just been.
func last(i *slo.Incident) string {
	if len(i.History) == 0 {
		return ""
	}
	return i.History[len(i.History)-1].Text
}
