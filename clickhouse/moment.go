package clickhouse

import "time"

// hour is one hour in nanoseconds.
const hour = int64(time.Hour)

// The times that DateTime64(9) can say, in seconds since 1970: from 1900 to 2262.
const (
	earliest = -2208988800
	latest   = 9223372036
)

// nanos is t as ClickHouse's DateTime64(9) keeps it. The zero time, "not told",
// is 1970 there; what it cannot say becomes the nearest that it can.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return time.Unix(min(max(t.Unix(), earliest), latest-1), int64(t.Nanosecond())).UnixNano()
}

// millis is t as ClickHouse's DateTime64(3) keeps it.
func millis(t time.Time) int64 { return nanos(t) / int64(time.Millisecond) }

// moment reads what nanos wrote.
func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// momentMillis reads what millis wrote.
func momentMillis(n int64) time.Time { return moment(n * int64(time.Millisecond)) }
