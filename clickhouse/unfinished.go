package clickhouse

import (
	"context"
	_ "embed"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/unfinished.sql
	unfinishedSQL string
	//go:embed query/unfinished_members.sql
	unfinishedMembersSQL string
)

// Unfinished streams the events of all executions that are there and have no anchor, are
// in none of the states finished, or were stored with a version since or later: whatever
// came under their ids, each once, by writer, block and row, as they are mapped now,
// without payload and envelope. The engine keeps some 16 bytes of an event of theirs.
func (s *Store) Unfinished(ctx context.Context, tenant string, finished []lineage.State, since uint64, yield func(*lineage.Stored) error) error {
	return s.remapped(ctx, "clickhouse.Unfinished", unfinishedSQL, remappedSQL, unfinished(tenant, finished, since), yield)
}

// UnfinishedMembers streams the members of these executions, once for each that has them.
func (s *Store) UnfinishedMembers(ctx context.Context, tenant string, finished []lineage.State, since uint64, yield func(lineage.Object) error) error {
	return s.each(ctx, "clickhouse.UnfinishedMembers", unfinishedMembersSQL, unfinished(tenant, finished, since), func(rows row) error {
		var o lineage.Object
		if err := rows.Scan(objectTargets(&o)...); err != nil {
			return err
		}
		return yield(o)
	})
}

func unfinished(tenant string, finished []lineage.State, since uint64) []any {
	states := make([]string, len(finished))
	for i, state := range finished {
		states[i] = string(state)
	}
	return []any{driver.Named("tenant", tenant), driver.Named("finished", states), driver.Named("since", since)}
}
