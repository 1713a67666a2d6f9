package embedded

import (
	"errors"
	"fmt"
	"math/big"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// compressions are all that clickhouse-go can ask for over HTTP.
func compressions() map[string]func(*clickhouse.Options) {
	by := func(method clickhouse.CompressionMethod) func(*clickhouse.Options) {
		return func(o *clickhouse.Options) { o.Compression = &clickhouse.Compression{Method: method, Level: 3} }
	}
	return map[string]func(*clickhouse.Options){
		"uncompressed": by(clickhouse.CompressionNone), "lz4": by(clickhouse.CompressionLZ4), "zstd": by(clickhouse.CompressionZSTD),
		"gzip": by(clickhouse.CompressionGZIP), "deflate": by(clickhouse.CompressionDeflate), "brotli": by(clickhouse.CompressionBrotli),
	}
}

// everyType is a column of each common type with a value for it.
var everyType = []struct {
	kind  string
	value any
}{
	{"UInt8", uint8(255)},
	{"UInt16", uint16(65535)},
	{"UInt32", uint32(1 << 31)},
	{"UInt64", uint64(1 << 63)},
	{"Int8", int8(-128)},
	{"Int16", int16(-1)},
	{"Int32", int32(-1 << 31)},
	{"Int64", int64(-1 << 63)},
	{"UInt128", *new(big.Int).Lsh(big.NewInt(1), 100)},
	{"Int256", *new(big.Int).Neg(new(big.Int).Lsh(big.NewInt(1), 200))},
	{"Float32", float32(1.5)},
	{"Float64", -2.25},
	{"Bool", true},
	{"String", "quote → invoice \x00 \xff"},
	{"FixedString(4)", "abcd"},
	{"LowCardinality(String)", "order"},
	{"Date", time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)},
	{"Date32", time.Date(1926, 1, 1, 0, 0, 0, 0, time.UTC)},
	{"DateTime('UTC')", time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)},
	{"DateTime64(9, 'UTC')", time.Date(2026, 11, 23, 1, 2, 3, 123456789, time.UTC)},
	{"UUID", uuid.MustParse("7b4a2f1e-6c0d-4f39-9b51-0c8a6e5d2f10")},
	{"IPv4", net.IPv4(10, 0, 0, 1).To4()},
	{"IPv6", net.ParseIP("2001:db8::1")},
	{"Decimal(18, 4)", decimal.RequireFromString("-12345.6789")},
	{"Enum8('met' = 1, 'breached' = 2)", "breached"},
	{"Nullable(String)", ptr("x")},
	{"Nullable(Int64)", (*int64)(nil)},
	{"Array(String)", []string{"a", "", "b"}},
	{"Array(Array(UInt8))", [][]uint8{{1}, {}, {2, 3}}},
	{"Map(String, String)", map[string]string{"a": "1", "b": ""}},
	{"Map(LowCardinality(String), Array(UInt64))", map[string][]uint64{"x": {1, 2}}},
	{"Tuple(a String, b UInt8)", map[string]any{"a": "t", "b": uint8(7)}},
	{"Array(LowCardinality(Nullable(String)))", []*string{ptr("a"), nil}},
	{"SimpleAggregateFunction(max, UInt64)", uint64(9)},
}

func ptr[T any](value T) *T { return &value }

func TestTypesGoThroughUnchanged(t *testing.T) {
	t.Parallel()
	columns, values := make([]string, len(everyType)), make([]any, len(everyType))
	for i, each := range everyType {
		columns[i], values[i] = fmt.Sprintf("c%d %s", i, each.kind), each.value
	}
	for name, compression := range compressions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dial(t, compression)
			into := table(t, strings.Join(columns, ", "), "MergeTree ORDER BY tuple()")
			batch, err := conn.PrepareBatch(t.Context(), "INSERT INTO "+into)
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if err := batch.Append(values...); err != nil {
					t.Fatal(err)
				}
			}
			if err := batch.Send(); err != nil {
				t.Fatal(err)
			}
			rows, err := conn.Query(t.Context(), "SELECT * FROM "+into)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for ; rows.Next(); n++ {
				got := make([]any, len(everyType))
				for i, each := range everyType {
					got[i] = reflect.New(reflect.TypeOf(each.value)).Interface()
				}
				if err := rows.Scan(got...); err != nil {
					t.Fatal(err)
				}
				for i, each := range everyType {
					if back := reflect.ValueOf(got[i]).Elem().Interface(); !same(back, each.value) {
						t.Errorf("%s: %v came back as %v", each.kind, each.value, back)
					}
				}
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil || n != 3 {
				t.Errorf("%d rows, %v", n, err)
			}
		})
	}
}

func same(a, b any) bool {
	switch a := a.(type) {
	case time.Time:
		return a.Equal(b.(time.Time))
	case decimal.Decimal:
		return a.Equal(b.(decimal.Decimal))
	case net.IP:
		return a.Equal(b.(net.IP))
	}
	return reflect.DeepEqual(a, b)
}

func TestParametersAreValuesAndNeverSQL(t *testing.T) {
	t.Parallel()
	conn := dial(t)
	evil := "'; DROP TABLE x; -- \\ \t\n\x00 \" ` {a:String} \\N"
	for name, test := range map[string]struct {
		query string
		value any
		want  any
	}{
		"text":              {"SELECT {v:String}", evil, evil},
		"empty text":        {"SELECT {v:String}", "", ""},
		"number":            {"SELECT {v:UInt64} + 1", uint64(41), uint64(42)},
		"time":              {"SELECT toUnixTimestamp64Milli({v:DateTime64(3)})", time.UnixMilli(1_700_000_000_123), int64(1_700_000_000_123)},
		"list":              {"SELECT length({v:Array(String)})", []string{evil, "b"}, uint64(2)},
		"list in a list":    {"SELECT {v:Array(String)}[1]", []string{evil}, evil},
		"identifier":        {"SELECT count() FROM system.{v:Identifier}", "one", uint64(1)},
		"in materialised":   {"SELECT {v:String} FROM system.one FORMAT Native", evil, evil},
		"positional binds?": {"SELECT {v:String} || '?'", "x", "x?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := reflect.New(reflect.TypeOf(test.want))
			if err := conn.QueryRow(t.Context(), test.query, clickhouse.Named("v", test.value)).Scan(got.Interface()); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Elem().Interface(), test.want) {
				t.Errorf("got %q, want %q", got.Elem(), test.want)
			}
		})
	}
}

func TestParametersOfAnInsert(t *testing.T) {
	t.Parallel()
	into := table(t, "a UInt32, b String", "MergeTree ORDER BY a")
	mustExec(t, dial(t), "INSERT INTO "+into+" VALUES ({a:UInt32}, {b:String})", clickhouse.Named("a", 7), clickhouse.Named("b", "it's"))
	mustExec(t, dial(t), "INSERT INTO "+into+" (a, b) VALUES (?, ?);", 8, "bound by the client's side")
	if n := count(t, into+" WHERE b IN ('it\\'s', 'bound by the client\\'s side')"); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

func TestSettingsOfTheClient(t *testing.T) {
	t.Parallel()
	conn := dial(t, func(o *clickhouse.Options) {
		o.Settings = clickhouse.Settings{"max_threads": 1, "max_execution_time": 60}
		o.Auth.Database = "system"
	})
	ctx := clickhouse.Context(t.Context(), clickhouse.WithSettings(clickhouse.Settings{"max_block_size": 12345}), clickhouse.WithQueryID("mine"))
	var threads, block, database string
	if err := conn.QueryRow(ctx, "SELECT toString(getSetting('max_threads')), toString(getSetting('max_block_size')), currentDatabase()").Scan(&threads, &block, &database); err != nil {
		t.Fatal(err)
	}
	if threads != "1" || block != "12345" || database != "system" {
		t.Errorf("settings are %s, %s, %s", threads, block, database)
	}
	version, err := conn.ServerVersion()
	if err != nil || version.Version.Major < 26 || version.Revision != 0 {
		t.Errorf("the engine introduces itself as %v, %v", version, err)
	}
	if err := conn.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestALongResultIsStreamed(t *testing.T) {
	t.Parallel()
	for name, compression := range compressions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := dial(t, compression).Query(t.Context(), "SELECT number, toString(number) FROM numbers(500000)")
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			var n, sum uint64
			for rows.Next() {
				var number uint64
				var text string
				if err := rows.Scan(&number, &text); err != nil {
					t.Fatal(err)
				}
				n, sum = n+1, sum+number
			}
			if rows.Err() != nil || n != 500000 || sum != 500000*499999/2 {
				t.Errorf("%d rows, sum %d, %v", n, sum, rows.Err())
			}
		})
	}
}

func TestDatabaseSQLWorksToo(t *testing.T) {
	t.Parallel()
	db := clickhouse.OpenDB(&clickhouse.Options{Protocol: clickhouse.HTTP, Addr: []string{shared.Addr()}, Auth: clickhouse.Auth{Username: user, Password: testToken}})
	defer db.Close()
	var n int
	if err := db.QueryRowContext(t.Context(), "SELECT 42").Scan(&n); err != nil || n != 42 {
		t.Errorf("%d, %v", n, err)
	}
}
