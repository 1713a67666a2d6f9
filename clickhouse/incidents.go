package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
	"throughline/slo"
)

//go:embed query/incident.sql
var incidentSQL string

// SaveIncidents stores the state of incidents. Of several states of one incident
// the greatest version holds, whatever the order in which they come; the same
// call twice changes nothing.
func (s *Store) SaveIncidents(ctx context.Context, incidents []slo.Incident) error {
	r := newIncidentRows()
	return wrap("clickhouse.SaveIncidents", save(ctx, s, r, incidents, r.add))
}

// Incident returns the state of one incident, or NotFound.
func (s *Store) Incident(ctx context.Context, tenant, id string) (*slo.Incident, error) {
	const op = "clickhouse.Incident"
	var found *slo.Incident
	err := s.each(ctx, op, incidentSQL, []any{driver.Named("tenant", tenant), driver.Named("id", id)}, func(rows row) (err error) {
		found, err = scanIncident(rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, lineage.Errorf(lineage.NotFound, op, "there is no incident %s", id)
	}
	return found, nil
}

func scanIncident(rows row) (*slo.Incident, error) {
	var i slo.Incident
	var at []int64
	var texts []string
	targets := append([]any{&i.Tenant, &i.ID, &i.Version, (*string)(&i.Kind), &i.SLA}, objectTargets(&i.Subject)...)
	targets = append(targets, count{&i.Episode}, &i.Source)
	targets = append(targets, impactTargets(&i.Impact)...)
	err := rows.Scan(append(targets, &i.Impact.Source, (*string)(&i.State), instant{&i.StartedAt}, instant{&i.DueAt}, instant{&i.OpenedAt},
		&i.LateBy, instant{&i.ResolvedAt}, (*string)(&i.Resolution), &i.Told, count{&i.Waiting},
		instant{&i.AcknowledgedAt}, &i.Owner, &i.Comment, &at, &texts)...)
	if err != nil {
		return nil, err
	}
	if len(at) != len(texts) {
		return nil, lineage.Errorf(lineage.Internal, "clickhouse.Incident", "the arrays of history of incident %s do not fit each other", i.ID)
	}
	for n, text := range texts {
		i.History = append(i.History, slo.Entry{At: moment(at[n]), Text: text})
	}
	return &i, nil
}
