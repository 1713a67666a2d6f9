package clickhouse

import (
	"context"
	_ "embed"
	"encoding/json"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/execution.sql
	executionSQL string
	//go:embed query/executions.sql
	executionsSQL string
)

// SaveExecutions stores the state of executions: live ones whole, gone ones as
// tombstones. Of several states of one execution the greatest version holds,
// whatever the order in which they come; the same call twice changes nothing.
func (s *Store) SaveExecutions(ctx context.Context, tenant string, version uint64, live []*lineage.Execution, gone []lineage.ExecutionRef) error {
	const op = "clickhouse.SaveExecutions"
	conn, err := s.conn()
	if err != nil {
		return err
	}
	buf := s.borrow()
	r := buf.executions
	a := appender{store: s, conn: conn, rows: r}
	for _, e := range live {
		if err := r.add(tenant, version, e, false); err != nil {
			return lineage.E(lineage.Internal, op, err)
		}
		if err := a.added(ctx); err != nil {
			return wrap(op, err)
		}
	}
	for _, ref := range gone {
		if err := r.add(tenant, version, &lineage.Execution{Flow: ref.Flow, Anchor: ref.Anchor}, true); err != nil {
			return lineage.E(lineage.Internal, op, err)
		}
		if err := a.added(ctx); err != nil {
			return wrap(op, err)
		}
	}
	if err := a.flush(ctx); err != nil {
		return wrap(op, err) // as in Append, the buffer is not used again
	}
	s.giveBack(buf)
	return nil
}

// Execution returns the state of one execution, or NotFound. Of its events it
// has the names alone: Tenant, Source and ID.
func (s *Store) Execution(ctx context.Context, tenant string, ref lineage.ExecutionRef) (*lineage.Execution, error) {
	const op = "clickhouse.Execution"
	var found *lineage.Execution
	args := append(objectParameters(ref.Anchor), driver.Named("tenant", tenant), driver.Named("flow", ref.Flow))
	err := s.each(ctx, op, executionSQL, args, func(rows row) (err error) {
		found, err = scanExecution(rows)
		return err
	})
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, lineage.Errorf(lineage.NotFound, op, "there is no execution of %s in the flow %s", ref.Anchor, ref.Flow)
	}
	found.Tenant, found.Flow, found.Anchor = tenant, ref.Flow, ref.Anchor
	for _, e := range found.Events {
		e.Tenant = tenant
	}
	return found, nil
}

func scanExecution(rows row) (*lineage.Execution, error) {
	var e lineage.Execution
	var unanchored, truncated uint8
	var state, detail string
	var started, last, ended int64
	var sources, ids []string
	if err := rows.Scan(&unanchored, &truncated, &state, &e.Stage, &started, &last, &ended, &detail, &sources, &ids); err != nil {
		return nil, err
	}
	var d executionDetail
	if err := json.Unmarshal([]byte(detail), &d); err != nil {
		return nil, err
	}
	e.Unanchored, e.Truncated, e.State = unanchored != 0, truncated != 0, lineage.State(state)
	e.StartedAt, e.LastAt, e.EndedAt = moment(started), moment(last), moment(ended)
	e.Members, e.Edges, e.Claims, e.Stages = d.Members, d.Edges, d.Claims, d.Stages
	for i := range ids {
		e.Events = append(e.Events, &lineage.Event{Source: sources[i], ID: ids[i]})
	}
	return &e, nil
}

// executionPlace is where a page of executions ended.
type executionPlace lineage.ListPlace

// Executions lists executions, newest first, as q says.
func (s *Store) Executions(ctx context.Context, q lineage.ListQuery) (lineage.Page, error) {
	const op = "clickhouse.Executions"
	var result lineage.Page
	if q.Limit < 1 || q.Limit > maxPage {
		return result, lineage.Errorf(lineage.Invalid, op, "limit is %d: it has to be 1 to %d", q.Limit, maxPage)
	}
	after, err := lineage.PlaceAt(op, q.Cursor)
	if err != nil {
		return result, err
	}
	at := executionPlace(after)
	args := append(at.parameters(), driver.Named("tenant", q.Tenant), driver.Named("flow", q.Flow), driver.Named("state", string(q.State)),
		driver.Named("stage", q.Stage), driver.Named("limit", uint32(q.Limit+1)))
	return s.executionsPage(ctx, op, executionsSQL, args, q.Limit, at)
}

// parameters name the place in a query.
func (p executionPlace) parameters() []any {
	return append(objectParameters(p.Anchor), driver.Named("after_age", p.Age), driver.Named("after_flow", p.Flow))
}

// executionsPage runs a query that lists executions and returns at most limit of
// them, with the cursor of the next page. Columns beyond theirs are scanned into more.
func (s *Store) executionsPage(ctx context.Context, op, query string, args []any, limit int, at executionPlace, more ...any) (lineage.Page, error) {
	var result lineage.Page
	scan := newSummaryScan()
	targets := append(scan.targets, more...)
	err := s.each(ctx, op, query, args, func(rows row) error {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if len(result.Executions) == limit {
			result.Next = lineage.ListPlace(at).Cursor()
			return nil
		}
		e := scan.read()
		result.Executions = append(result.Executions, *e)
		at = executionPlace{Age: -scan.started, Flow: e.Flow, Anchor: e.Anchor}
		return nil
	})
	if err != nil {
		return lineage.Page{}, err
	}
	return result, nil
}
