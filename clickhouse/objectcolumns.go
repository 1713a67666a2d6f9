package clickhouse

import (
	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

// object is one object as four columns.
type object struct {
	typ, system word
	scope, id   text
}

func (c *object) add(o lineage.Object) {
	c.typ.add(o.Type)
	c.system.add(o.System)
	c.scope.add(o.Scope)
	c.id.add(o.ID)
}

func (c *object) columns(prefix string) []named {
	return []named{
		{prefix + "_type", &c.typ},
		{prefix + "_system", &c.system},
		{prefix + "_scope", &c.scope},
		{prefix + "_id", &c.id},
	}
}

// objectTargets are where the four columns of an object are scanned to.
func objectTargets(o *lineage.Object) []any { return []any{&o.Type, &o.System, &o.Scope, &o.ID} }

// objectParameters name one object in a query.
func objectParameters(o lineage.Object) []any {
	return []any{
		driver.Named("type", o.Type), driver.Named("system", o.System), driver.Named("scope", o.Scope), driver.Named("id", o.ID),
	}
}

// objects is a list of objects as four parallel arrays.
type objects struct {
	types, systems, scopes *list[*word]
	ids                    *list[*text]
}

func newObjects() objects {
	return objects{types: words(), systems: words(), scopes: words(), ids: texts()}
}

func (c *objects) add(o lineage.Object) {
	c.types.items.add(o.Type)
	c.systems.items.add(o.System)
	c.scopes.items.add(o.Scope)
	c.ids.items.add(o.ID)
}

func (c *objects) end(n int) {
	c.types.end(n)
	c.systems.end(n)
	c.scopes.end(n)
	c.ids.end(n)
}

func (c *objects) columns(prefix string) []named {
	return []named{
		{prefix + "_types", c.types},
		{prefix + "_systems", c.systems},
		{prefix + "_scopes", c.scopes},
		{prefix + "_ids", c.ids},
	}
}

// objectArrays are the objects of one row, as they are read back.
type objectArrays struct{ types, systems, scopes, ids []string }

// arrays takes the four arrays of n objects, in the order of their columns.
func arrays(take func(n uint64) []string, n uint64) objectArrays {
	return objectArrays{types: take(n), systems: take(n), scopes: take(n), ids: take(n)}
}

func (a *objectArrays) at(i int) lineage.Object {
	return lineage.Object{Type: a.types[i], System: a.systems[i], Scope: a.scopes[i], ID: a.ids[i]}
}
