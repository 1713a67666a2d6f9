package clickhouse

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

var (
	//go:embed query/variants.sql
	variantsSQL string
	//go:embed query/variant_bottlenecks.sql
	variantBottlenecksSQL string
	//go:embed query/variant_executions.sql
	variantExecutionsSQL string
)

// Variants returns the variants of a flow. It reads the steps of every execution of
// the flow, twice; BenchmarkVariants tells what that costs.
func (s *Store) Variants(ctx context.Context, q lineage.VariantQuery) (lineage.Variants, error) {
	const op = "clickhouse.Variants"
	args, err := variantParameters(op, q)
	if err != nil {
		return lineage.Variants{}, err
	}
	v := lineage.Variants{AsOf: s.now()}
	place := map[uint64]int{} // of a variant in Top
	var ids []uint64
	err = s.each(ctx, op, variantsSQL, append(args, driver.Named("limit", uint32(q.Limit+1))), func(rows row) error {
		var one lineage.Variant
		var whole bool
		var id uint64
		var uncounted, distinct int
		err := rows.Scan(&whole, &id, &one.Stages, count{&one.Executions}, count{&uncounted}, count{&distinct}, count{&one.Unanchored},
			count{&one.Completed}, count{&one.Rework}, (*int64)(&one.P50), (*int64)(&one.P95))
		if whole {
			one.Stages = nil
			v.All, v.Uncounted, v.Distinct = one, uncounted, distinct
			return err
		}
		one.ID = fmt.Sprintf("%016x", id)
		place[id], ids = len(v.Top), append(ids, id)
		v.Top = append(v.Top, one)
		return err
	})
	if err != nil {
		return lineage.Variants{}, err
	}
	err = s.each(ctx, op, variantBottlenecksSQL, append(args, driver.Named("variants", ids)), func(rows row) error {
		var hop lineage.Hop
		var whole bool
		var id uint64
		if err := rows.Scan(&whole, &id, &hop.From, &hop.To, count{&hop.Taken}, &hop.Share, (*int64)(&hop.Median)); err != nil {
			return err
		}
		if whole {
			v.All.Bottleneck = hop
		} else if i, ok := place[id]; ok {
			v.Top[i].Bottleneck = hop
		}
		return nil
	})
	if err != nil {
		return lineage.Variants{}, err
	}
	return v, nil
}

// VariantExecutions lists the executions behind the variants of a flow: those on anchors
// of a type, or of any when it is empty.
func (s *Store) VariantExecutions(ctx context.Context, q lineage.VariantListQuery, ofType string) (lineage.VariantPage, error) {
	const op = "clickhouse.VariantExecutions"
	var result lineage.VariantPage
	args, err := variantParameters(op, q.VariantQuery)
	if err != nil {
		return result, err
	}
	var id uint64
	if q.Variant != "" {
		if id, err = strconv.ParseUint(q.Variant, 16, 64); err != nil || len(q.Variant) != 16 {
			return result, lineage.Errorf(lineage.Invalid, op, "variant is %q: it has to be the 16 hex digits that a list of variants gave it", q.Variant)
		}
	}
	switch q.Which {
	case lineage.AnyVariety, lineage.Reworked, lineage.Loose, lineage.Uncounted:
	default:
		return result, lineage.Errorf(lineage.Invalid, op, "which is %q: it has to be %s, %s, %s or nothing", q.Which, lineage.Reworked, lineage.Loose, lineage.Uncounted)
	}
	at := executionPlace{Age: math.MinInt64}
	if err := decodeCursor(op, q.Cursor, &at); err != nil {
		return result, err
	}
	args = append(append(args, at.parameters()...), driver.Named("variant", id), driver.Named("which", string(q.Which)), driver.Named("of_type", ofType), driver.Named("limit", uint32(q.Limit+1)))
	var stages []string
	if result.Page, err = s.executionsPage(ctx, op, variantExecutionsSQL, args, q.Limit, at, &stages); err == nil && id != 0 {
		result.Stages = stages
	}
	return result, err
}

// variantParameters name what all queries on variants share. A window that is open
// at an end takes every time that the table can hold.
func variantParameters(op string, q lineage.VariantQuery) ([]any, error) {
	if q.Flow == "" {
		return nil, lineage.Errorf(lineage.Invalid, op, "flow is empty: variants are of one flow")
	}
	if q.Limit < 1 || q.Limit > maxPage {
		return nil, lineage.Errorf(lineage.Invalid, op, "limit is %d: it has to be 1 to %d", q.Limit, maxPage)
	}
	from, to := int64(earliest)*int64(time.Second), int64(latest)*int64(time.Second)
	if !q.From.IsZero() {
		from = nanos(q.From)
	}
	if !q.To.IsZero() {
		to = nanos(q.To)
	}
	if from >= to {
		return nil, lineage.Errorf(lineage.Invalid, op, "from is %s and to is %s: from has to be before to",
			q.From.UTC().Format(time.RFC3339), q.To.UTC().Format(time.RFC3339))
	}
	return []any{
		driver.Named("tenant", q.Tenant), driver.Named("flow", q.Flow), driver.Named("state", string(q.State)),
		driver.Named("from", from), driver.Named("to", to),
	}, nil
}
