package clickhouse

import (
	"strconv"

	"throughline/lineage"
)

// awaited is what executions name and nothing has come of, as parallel arrays.
type awaited struct {
	objects             objects
	kinds, sources, typ *list[*word]
	eventIDs            *list[*text]
	at                  *list[*number[int64]]

	sights lineage.Sights // scratch
}

func newAwaited() awaited {
	return awaited{objects: newObjects(), kinds: words(), sources: words(), typ: words(), eventIDs: texts(), at: times()}
}

func (c *awaited) columns() []named {
	return append(c.objects.columns("awaited"), []named{
		{"awaited_kinds", c.kinds},
		{"awaited_sources", c.sources},
		{"awaited_event_types", c.typ},
		{"awaited_event_ids", c.eventIDs},
		{"awaited_at", c.at},
	}...)
}

// add adds a row.
func (c *awaited) add(e *lineage.Execution) {
	all := c.sights.Of(e)
	for i := range all {
		a := &all[i]
		c.objects.add(a.Object)
		c.kinds.items.add(kindOf(&a.By))
		c.sources.items.add(a.By.Source)
		c.typ.items.add(a.By.Type)
		c.eventIDs.items.add(a.By.ID)
		c.at.items.add(nanos(a.By.Time))
	}
	c.objects.end(len(all))
	c.kinds.end(len(all))
	c.sources.end(len(all))
	c.typ.end(len(all))
	c.eventIDs.end(len(all))
	c.at.end(len(all))
	c.sights.Forget() // the buffer outlives the execution
}

// kindOf is the kind of what says something: none where nothing does.
func kindOf(by *lineage.Cited) string {
	if by.Time.IsZero() {
		return ""
	}
	return by.Kind.String()
}

// awaitedArrays is how many arrays query/outlines.sql has put into one.
const awaitedArrays = 9

// readAwaited appends what query/outlines.sql tells of one execution to all.
func readAwaited(op string, all []lineage.Awaited, told []string) ([]lineage.Awaited, error) {
	n := len(told) / awaitedArrays
	if len(told) != n*awaitedArrays {
		return nil, lineage.Errorf(lineage.Internal, op, "what is awaited are %d texts, which are no %d arrays of one length", len(told), awaitedArrays)
	}
	take := func(uint64) []string {
		var head []string
		head, told = cut(told, n)
		return head
	}
	awaited := arrays(take, uint64(n))
	kinds, sources, types, ids, at := take(0), take(0), take(0), take(0), take(0)
	for i := range n {
		nanos, err := strconv.ParseInt(at[i], 10, 64)
		if err != nil {
			return nil, lineage.E(lineage.Internal, op, err)
		}
		all = append(all, lineage.Awaited{Object: awaited.at(i), By: lineage.Cited{
			Evidence: lineage.Evidence{Kind: kindNamed(kinds[i]), Source: sources[i], ID: ids[i]}, Type: types[i], Time: moment(nanos),
		}})
	}
	return all, nil
}
