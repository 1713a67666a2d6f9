package clickhouse_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"
	"pgregory.net/rapid"

	"throughline/clickhouse"
	"throughline/lineage"
)

func TestAConfigurationThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config clickhouse.Config
		says   string
	}{
		"no DSN":                       {clickhouse.Config{}, "the DSN is empty"},
		"a DSN that is none":           {clickhouse.Config{DSN: "://"}, "the DSN cannot be read"},
		"a database that cannot be":    {clickhouse.Config{DSN: "http://h:1", Database: "a`b"}, "cannot name a database"},
		"a tenant that would be SQL":   {clickhouse.Config{DSN: "http://h:1", Tenants: []string{"x' OR 1"}}, "cannot name a database"},
		"a prefix of views with a dot": {clickhouse.Config{DSN: "http://h:1", Views: "a.b"}, "cannot name a database"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := clickhouse.New(c.config, clickhouse.Deps{})
			if lineage.KindOf(err) != lineage.Invalid || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAStoreThatIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for _, scheme := range []string{"http", "clickhouse"} {
		s, err := clickhouse.New(clickhouse.Config{DSN: scheme + "://" + address + "?dial_timeout=1s"}, clickhouse.Deps{})
		if err != nil {
			t.Fatal(err)
		}
		for name, call := range map[string]func(context.Context) error{
			"Migrate": s.Migrate, "Start": s.Start, "Ping": s.Ping,
			"Append": func(ctx context.Context) error { return s.Append(ctx, small(1), false) },
			"Counts": func(ctx context.Context) error { _, err := s.Counts(ctx); return err },
		} {
			if err := call(t.Context()); lineage.KindOf(err) != lineage.Unavailable {
				t.Errorf("%s, %s: %v", scheme, name, err)
			}
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Errorf("stopping what never started: %v", err)
		}
	}
}

func TestFailuresHaveTheirKind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want lineage.Kind
	}{
		"no memory is exhausted":                    {&driver.Exception{Code: 241}, lineage.Exhausted},
		"no disk is exhausted":                      {&driver.HTTPError{StatusCode: 500, Err: &driver.Exception{Code: 243}}, lineage.Exhausted},
		"too many queries pass":                     {&driver.Exception{Code: 202}, lineage.Unavailable},
		"a syntax error is our fault":               {&driver.Exception{Code: 62}, lineage.Internal},
		"a gateway that is away passes":             {&driver.HTTPError{StatusCode: 502, Err: errors.New("bad gateway")}, lineage.Unavailable},
		"a wrong token does not pass":               {&driver.HTTPError{StatusCode: 401, Err: errors.New("no")}, lineage.Internal},
		"a connection that is cut passes":           {io.ErrUnexpectedEOF, lineage.Unavailable},
		"a refused connection passes":               {&net.OpError{Op: "dial", Err: errors.New("refused")}, lineage.Unavailable},
		"a caller who does not wait may come again": {context.DeadlineExceeded, lineage.Unavailable},
		"a stranger is unknown":                     {errors.New("?"), lineage.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := clickhouse.KindOf(c.err); got != c.want {
				t.Errorf("%v, not %v", got, c.want)
			}
		})
	}
}

func TestTimesComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-2208988800_000_000_000, 9223372035_000_000_000).Draw(t, "ns")
		if n == 0 {
			return
		}
		want := time.Unix(0, n).UTC()
		if got := clickhouse.Moment(clickhouse.Nanos(want)); !got.Equal(want) {
			t.Fatalf("%v became %v", want, got)
		}
	})
	for _, c := range []struct{ in, out time.Time }{
		{time.Time{}, time.Time{}},
		{time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Unix(9223372035, 0)},
		{time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), time.Unix(-2208988800, 0)},
	} {
		if got := clickhouse.Moment(clickhouse.Nanos(c.in)); !got.Equal(c.out) {
			t.Errorf("%v became %v, not %v", c.in, got, c.out)
		}
	}
}

func FuzzDecodeCursor(f *testing.F) {
	for _, seed := range []string{"", "x", "e30", "eyJrIjoxLCJ3IjoidyIsImIiOjIsInIiOjN9", "bnVsbA", "W10", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		var p clickhouse.Place
		if err := clickhouse.DecodeCursor("op", cursor, &p); err != nil && lineage.KindOf(err) != lineage.Invalid {
			t.Errorf("%q: %v", cursor, err)
		}
	})
}

func TestMuchIsLookedAtInPart(t *testing.T) {
	t.Parallel()
	to := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		rows, hours, every int
	}{{0, 10, 1}, {99_999, 10, 1}, {100_000, 10, 2}, {2_000_000, 10, 21}, {4_000_000, 5, 21}, {20_000_000, 1, 21}} {
		since, every := clickhouse.LatestOf(to.Add(-10*time.Hour), to, c.rows)
		if every != c.every || !since.Equal(to.Add(-time.Duration(c.hours)*time.Hour)) {
			t.Errorf("of %d rows one in %d since %s", c.rows, every, since)
		}
	}
}
