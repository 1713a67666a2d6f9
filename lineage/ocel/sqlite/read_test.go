package sqlite_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"throughline/lineage"
	"throughline/lineage/ocel"
	"throughline/lineage/ocel/oceltest"
	"throughline/lineage/ocel/sqlite"
)

// foreign is a file as another tool writes it: without keys, with times that have no
// zone, and with types in other words.
const foreign = `
CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
CREATE TABLE event_PayOrder (ocel_id TEXT, ocel_time TEXT, "due date" DATETIME, paid BOOLEAN, steps BIGINT);
CREATE TABLE object_Order (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT, price DOUBLE, note VARCHAR(10));
INSERT INTO event_map_type VALUES ('Pay Order', 'PayOrder');
INSERT INTO object_map_type VALUES ('Order', 'Order');
INSERT INTO object VALUES ('o1', 'Order'), ('o2', 'Order');
INSERT INTO object_Order VALUES ('o1', '1970-01-01 00:00:00', NULL, 10, 'first'), ('o1', '2019-03-02 09:30:00', 'price', 12.5, 'again'), ('o1', '2019-03-03 09:30:00', 'note', NULL, NULL);
INSERT INTO event VALUES ('e1', 'Pay Order');
INSERT INTO event_PayOrder VALUES ('e1', '2019-03-02T09:00:00', '2019-03-05 00:00:00', 1, 3.0);
INSERT INTO event_object VALUES ('e1', 'o1', NULL);
INSERT INTO object_object VALUES ('o1', 'o2', 'before');
`

// file makes a file by SQL.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.sqlite")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhatAnotherToolWritesIsRead(t *testing.T) {
	t.Parallel()
	var notes []string
	got, err := sqlite.Read(t.Context(), file(t, foreign), ocel.Options{Note: func(s string) { notes = append(notes, s) }})
	if err != nil {
		t.Fatal(err)
	}
	value := func(typ ocel.ValueType, text string) ocel.Value { return ocel.Value{Type: typ, Text: text} }
	want := &ocel.Log{
		ObjectTypes: []ocel.Type{{Name: "Order", Attributes: []ocel.Attribute{{Name: "price", Type: ocel.Float}, {Name: "note", Type: ocel.String}}}},
		EventTypes: []ocel.Type{{Name: "Pay Order", Attributes: []ocel.Attribute{
			{Name: "due date", Type: ocel.Time}, {Name: "paid", Type: ocel.Boolean}, {Name: "steps", Type: ocel.Integer},
		}}},
		Objects: []ocel.Object{
			{
				ID: "o1", Type: "Order", Relationships: []ocel.Relationship{{ObjectID: "o2", Qualifier: "before"}},
				Attributes: []ocel.Change{
					{Name: "price", Time: ocel.Always(), Value: value(ocel.Float, "10")},
					{Name: "note", Time: ocel.Always(), Value: value(ocel.String, "first")},
					{Name: "price", Time: time.Date(2019, 3, 2, 9, 30, 0, 0, time.UTC), Value: value(ocel.Float, "12.5")},
				},
			},
			{ID: "o2", Type: "Order"},
		},
		Events: []ocel.Event{{
			ID: "e1", Type: "Pay Order", Time: time.Date(2019, 3, 2, 9, 0, 0, 0, time.UTC), Relationships: []ocel.Relationship{{ObjectID: "o1"}},
			Attributes: []ocel.Named{
				{Name: "due date", Value: value(ocel.Time, "2019-03-05T00:00:00Z")}, {Name: "paid", Value: value(ocel.Boolean, "true")}, {Name: "steps", Value: value(ocel.Integer, "3")},
			},
		}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	for _, want := range []string{"rows that change one field have values in others", "a row changes note to NULL"} {
		if !strings.Contains(strings.Join(notes, "\n"), want) {
			t.Errorf("nobody is told of %q; told is %q", want, notes)
		}
	}
}

func TestAFileThatIsNoLogIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sql, want string }{
		"no tables":             {"CREATE TABLE a (b)", "the file has no table event; an OCEL 2.0 log has one"},
		"a view for a table":    {foreign + "DROP TABLE event; CREATE VIEW event AS SELECT 'e1' AS ocel_id, 'Pay Order' AS ocel_type", "the file has no table event; an OCEL 2.0 log has one"},
		"a view for a type":     {foreign + "DROP TABLE object_Order; CREATE VIEW object_Order AS SELECT 'o1' AS ocel_id", `the file has no table object_Order, which is that of the type "Order"`},
		"no table of a type":    {foreign + "INSERT INTO object_map_type VALUES ('Item', 'Item'); INSERT INTO object VALUES ('i', 'Item')", "table object_Item"},
		"an event without time": {foreign + "INSERT INTO event VALUES ('e2', 'Pay Order')", `event "e2" has no row in the table of its type "Pay Order"`},
		"two rows of an event":  {foreign + "INSERT INTO event_PayOrder SELECT * FROM event_PayOrder", `read OCEL: table event_PayOrder: event "e1" has two rows`},
		"a row of nobody":       {foreign + "INSERT INTO object_Order VALUES ('x', NULL, NULL, 1, NULL)", `there is no object "x" of type "Order"`},
		"a wrong time":          {foreign + "UPDATE event_PayOrder SET ocel_time = 'soon'", `event "e1": ocel_time: "soon" is no time`},
		"no time":               {foreign + "UPDATE event_PayOrder SET ocel_time = NULL", `event "e1": ocel_time: it is NULL; want ISO 8601 text`},
		"a wrong value":         {foreign + "UPDATE object_Order SET price = 'much' WHERE ocel_changed_field = 'price'", `object "o1": price: "much" is no finite number`},
		"a value that is bytes": {foreign + "UPDATE object_Order SET note = x'00ff'", `object "o1": note: it is stored as []uint8; want text or a number`},
		"a changed field":       {foreign + "UPDATE object_Order SET ocel_changed_field = 'colour' WHERE ocel_changed_field = 'price'", `ocel_changed_field is "colour", and there is no such column`},
		"an unknown event":      {foreign + "INSERT INTO event_object VALUES ('e9', 'o1', '')", `table event_object: there is no event "e9"`},
		"an unknown source":     {foreign + "INSERT INTO object_object VALUES ('o9', 'o1', '')", `table object_object: there is no object "o9"`},
		"an unknown object":     {foreign + "INSERT INTO event_object VALUES ('e1', 'o9', '')", `event "e1": relationships[1]: objectId "o9" is not among the objects`},
		"an object twice":       {foreign + "INSERT INTO object VALUES ('o1', 'Order')", `object "o1" is there twice`},
	} {
		_, err := sqlite.Read(t.Context(), file(t, c.sql), ocel.Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || lineage.KindOf(err) != lineage.Invalid {
			t.Errorf("%s: got %v\nwant %s", name, err, c.want)
		}
	}
	broken := filepath.Join(t.TempDir(), "broken.sqlite")
	if err := os.WriteFile(broken, []byte("SQLite format 3\x00 and then nothing of it"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Read(t.Context(), broken, ocel.Options{}); lineage.KindOf(err) != lineage.Invalid {
		t.Errorf("a broken file: %v", err)
	}
}

// endless yields rows for ever: only what is counted while it is read ends.
const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "

func TestAViewIsNotRead(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := sqlite.Read(ctx, file(t, foreign+"DROP TABLE object; CREATE VIEW object AS "+endless+"'o' || i AS ocel_id, 'Order' AS ocel_type FROM n"), ocel.Options{})
	if err == nil || !strings.Contains(err.Error(), "the file has no table object") {
		t.Error(err)
	}
}

func TestALogThatIsTooLargeIsRefusedWhileItIsRead(t *testing.T) {
	t.Parallel()
	// What follows too much cannot be read: it is refused before.
	const later = "; INSERT INTO object_object VALUES ('o9', 'o1', '')"
	for name, c := range map[string]struct {
		sql, want string
		limits    ocel.Options
	}{
		"objects":      {foreign + later, "the log has more than 1 objects", ocel.Options{MaxObjects: 1}},
		"events":       {foreign + "INSERT INTO event VALUES ('e2', 'Pay Order')" + later, "the log has more than 1 events", ocel.Options{MaxEvents: 1}},
		"values":       {foreign + later, `object "o1" has more than 2 relationships and attribute values`, ocel.Options{MaxNames: 2}},
		"relations":    {foreign + "INSERT INTO event_object VALUES ('e1', 'o1', 'a'), ('e1', 'o1', 'b')" + later, `event "e1" has more than 5 relationships`, ocel.Options{MaxNames: 5}},
		"a long value": {foreign + "UPDATE object_Order SET note = '" + strings.Repeat("x", 31) + "'" + later, "has 31 bytes; at most 30 are taken", ocel.Options{MaxText: 30}},
		"a long id":    {foreign + "INSERT INTO object VALUES ('" + strings.Repeat("x", 101) + "', 'Order')" + later, "a name or id has 101 bytes; at most 100 are taken", ocel.Options{MaxName: 100}},
		"a long file":  {foreign + later, "at most 100 are taken", ocel.Options{MaxBytes: 100}},
	} {
		_, err := sqlite.Read(t.Context(), file(t, c.sql), c.limits)
		if err == nil || !strings.Contains(err.Error(), c.want) || lineage.KindOf(err) != lineage.TooLarge {
			t.Errorf("%s: got %v\nwant %s", name, err, c.want)
		}
	}
}

func TestWhatSQLiteCannotHoldIsSaidAndLeavesNoFile(t *testing.T) {
	t.Parallel()
	for name, attributes := range map[string][]string{
		`the attribute "Price" is the same column to SQLite as "price"`:     {"price", "Price"},
		`the attribute "OCEL_ID" is the same column to SQLite as "ocel_id"`: {"OCEL_ID"},
	} {
		typ := ocel.Type{Name: "order"}
		for _, a := range attributes {
			typ.Attributes = append(typ.Attributes, ocel.Attribute{Name: a, Type: ocel.String})
		}
		path := filepath.Join(t.TempDir(), "log.sqlite")
		err := sqlite.Write(t.Context(), path, &ocel.Log{ObjectTypes: []ocel.Type{typ}})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v\nwant %s", err, name)
		}
		if _, err := os.Stat(path); err == nil {
			t.Error("half a file is left behind")
		}
	}
}

func TestTablesAreNamedAsTheStandardNamesThem(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.sqlite")
	l := oceltest.NewOrders(1, 3).Log
	l.ObjectTypes = append(l.ObjectTypes, ocel.Type{Name: "object"}, ocel.Type{Name: "sales ORDER"}, ocel.Type{Name: "事"})
	if err := sqlite.Write(t.Context(), path, l); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for typ, want := range map[string]string{"Sales Order": "SalesOrder", "sales ORDER": "SalesORDER2", "object": "Object2", "事": "Type"} {
		var got string
		if err := db.QueryRowContext(t.Context(), "SELECT ocel_type_map FROM object_map_type WHERE ocel_type = ?", typ).Scan(&got); err != nil || got != want {
			t.Errorf("the table of %q is named by %q; want %q (%v)", typ, got, want, err)
		}
	}
	var rows int
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM "object_SalesOrder" WHERE ocel_changed_field = 'status' AND status = 'paid'`).Scan(&rows); err != nil || rows != 3 {
		t.Errorf("%d orders change their status; want 3 (%v)", rows, err)
	}
}
