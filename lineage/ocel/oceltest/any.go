// Package oceltest makes logs for tests: any that the standard allows, and those of
// a company that is not ours.
package oceltest

import (
	"strconv"
	"time"

	"pgregory.net/rapid"

	"throughline/lineage/ocel"
)

// Any is any log that conforms, small, with names and texts as strangers may write
// them.
func Any() *rapid.Generator[*ocel.Log] { return rapid.Custom(anyLog) }

func anyLog(t *rapid.T) *ocel.Log {
	l := &ocel.Log{ObjectTypes: types(t, "object types"), EventTypes: types(t, "event types")}
	for i := range rapid.IntRange(0, 8).Draw(t, "objects") {
		typ := rapid.SampledFrom(l.ObjectTypes).Draw(t, "object type")
		o := ocel.Object{ID: name(t, "object id") + strconv.Itoa(i), Type: typ.Name}
		for range rapid.IntRange(0, 4).Draw(t, "changes") {
			if len(typ.Attributes) == 0 {
				break
			}
			a := rapid.SampledFrom(typ.Attributes).Draw(t, "attribute")
			at := rapid.OneOf(rapid.Just(ocel.Always()), moments()).Draw(t, "since")
			o.Attributes = append(o.Attributes, ocel.Change{Name: a.Name, Time: at, Value: value(t, a.Type)})
		}
		l.Objects = append(l.Objects, o)
	}
	for i := range l.Objects {
		l.Objects[i].Relationships = relationships(t, l)
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "events") {
		typ := rapid.SampledFrom(l.EventTypes).Draw(t, "event type")
		e := ocel.Event{ID: name(t, "event id") + strconv.Itoa(i), Type: typ.Name, Time: moments().Draw(t, "time"), Relationships: relationships(t, l)}
		for _, a := range typ.Attributes {
			if rapid.Bool().Draw(t, "told") {
				e.Attributes = append(e.Attributes, ocel.Named{Name: a.Name, Value: value(t, a.Type)})
			}
		}
		l.Events = append(l.Events, e)
	}
	l.Sort()
	return l
}

func types(t *rapid.T, label string) []ocel.Type {
	kinds := []ocel.ValueType{ocel.String, ocel.Time, ocel.Integer, ocel.Float, ocel.Boolean}
	var all []ocel.Type
	for i := range rapid.IntRange(1, 4).Draw(t, label) {
		typ := ocel.Type{Name: name(t, label) + strconv.Itoa(i)}
		for j := range rapid.IntRange(0, 3).Draw(t, "attributes") {
			typ.Attributes = append(typ.Attributes, ocel.Attribute{
				Name: name(t, "attribute") + strconv.Itoa(j), Type: rapid.SampledFrom(kinds).Draw(t, "value type"),
			})
		}
		all = append(all, typ)
	}
	return all
}

// name is what stands before a number that makes it one of its own. Words that mean
// something to SQL, JSON, YAML or lineage are among them.
func name(t *rapid.T, label string) string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"order", "Sales Order", "object", "map_type", `say "x"`, "a/b~c", "*", "x: y", "# no", "erp:1", "null", " ", "事", "ß", "É", "ocel_id", "it's", "\t", "\u2028", "-",
		}),
		rapid.StringN(0, 6, -1).Filter(func(s string) bool {
			for _, r := range s {
				if r == 0 {
					return false
				}
			}
			return true
		}),
	).Draw(t, label)
}

func moments() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).UTC()
	})
}

func value(t *rapid.T, typ ocel.ValueType) ocel.Value {
	var v ocel.Value
	switch typ {
	case ocel.Time:
		v.Text = moments().Draw(t, "value").Format(time.RFC3339Nano)
	case ocel.Integer:
		v.Text = strconv.FormatInt(rapid.Int64().Draw(t, "value"), 10)
	case ocel.Float:
		v.Text = strconv.FormatFloat(rapid.Float64().Draw(t, "value"), 'g', -1, 64)
	case ocel.Boolean:
		v.Text = strconv.FormatBool(rapid.Bool().Draw(t, "value"))
	default:
		v.Text = rapid.String().Draw(t, "value")
	}
	v, err := v.As(typ)
	if err != nil {
		t.Fatalf("the generator made %v", err)
	}
	return v
}

func relationships(t *rapid.T, l *ocel.Log) []ocel.Relationship {
	var all []ocel.Relationship
	if len(l.Objects) == 0 {
		return nil
	}
	for range rapid.IntRange(0, 4).Draw(t, "relationships") {
		all = append(all, ocel.Relationship{
			ObjectID:  rapid.SampledFrom(l.Objects).Draw(t, "object").ID,
			Qualifier: rapid.OneOf(rapid.Just(""), rapid.Just("subject"), rapid.Custom(func(t *rapid.T) string { return name(t, "qualifier") })).Draw(t, "qualifier"),
		})
	}
	return all
}
