package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

//go:embed query/identifiers.sql
var identifiersSQL string

// maxPage is the most that one page of a list holds.
const maxPage = 1000

// Find returns where an id was seen, newest first, limit (1 to 1000) at a time,
// and the cursor of the next page, "" on the last. The id is compared as it is:
// normalised, like those that were stored; its type is not asked for.
func (s *Store) Find(ctx context.Context, tenant, id string, limit int, cursor string) ([]lineage.Identifier, string, error) {
	const op = "clickhouse.Find"
	args, err := after(op, cursor, limit, maxPage)
	if err != nil {
		return nil, "", err
	}
	args = append(args, driver.Named("tenant", tenant), driver.Named("id", id))
	return page(ctx, s, op, identifiersSQL, limit, args, scanIdentifier)
}

func scanIdentifier(rows row, at *place) (lineage.Identifier, error) {
	var i lineage.Identifier
	var kind, trace string
	var time int64
	err := rows.Scan(append(at.targets(), &i.Tenant, &i.Object.Type, &i.Object.System, &i.Object.Scope, &i.Object.ID,
		&kind, &trace, &i.Source, &i.EventID, &time)...)
	copy(i.TraceID[:], trace)
	i.Kind, i.Time = kindNamed(kind), moment(time)
	return i, err
}
