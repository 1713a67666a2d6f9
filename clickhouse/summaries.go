package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

//go:embed query/summaries.sql
var summariesSQL string

// askedText is how many bytes of names are asked for at once, as asked.
const askedText = 100_000

// Summaries returns the stored state of those of some executions that are there, in no
// order. One that is gone is not.
func (s *Store) Summaries(ctx context.Context, tenant string, refs []lineage.ExecutionRef) ([]lineage.Summary, error) {
	var all []lineage.Summary
	for len(refs) > 0 {
		var flows, types, systems, scopes, ids []string
		for size := 0; len(refs) > 0 && size < askedText; refs = refs[1:] {
			a := refs[0].Anchor
			flows, types, systems, scopes, ids = append(flows, refs[0].Flow), append(types, a.Type), append(systems, a.System), append(scopes, a.Scope), append(ids, a.ID)
			size += len(refs[0].Flow) + len(a.Type) + len(a.System) + len(a.Scope) + len(a.ID)
		}
		args := []any{
			driver.Named("tenant", tenant), driver.Named("flows", flows), driver.Named("types", types), driver.Named("systems", systems),
			driver.Named("scopes", scopes), driver.Named("ids", ids),
		}
		page, err := s.executionsPage(ctx, "clickhouse.Summaries", summariesSQL, args, len(flows), executionPlace{})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Executions...)
	}
	return all, nil
}
