package otlp

import (
	"fmt"
	"time"
)

const (
	unspecified = "Unspecified"
	unset       = "Unset"
)

// kindName is a span's kind as pdata writes it: nothing for one that OTLP does
// not have.
func kindName(n uint64) string {
	switch int32(n) {
	case 0:
		return unspecified
	case 1:
		return "Internal"
	case 2:
		return "Server"
	case 3:
		return "Client"
	case 4:
		return "Producer"
	case 5:
		return "Consumer"
	default:
		return ""
	}
}

// statusName is a status code as pdata writes it.
func statusName(n uint64) string {
	switch int32(n) {
	case 0:
		return unset
	case 1:
		return "Ok"
	case 2:
		return "Error"
	default:
		return ""
	}
}

// possible tells whether a time in nanoseconds since 1970 can be one. A sender
// without a clock tells 0 or little more; one that mixes up its units is far
// out; and ClickHouse's DateTime ends in February 2106.
func possible(ns uint64) bool {
	const (
		first = uint64(24 * time.Hour)
		last  = uint64(4291747200) * uint64(time.Second) // 2106-01-01
	)
	return ns >= first && ns < last
}

func impossible(field string, ns uint64) string {
	return fmt.Sprintf("%s is %d; want nanoseconds since 1970 of a time from 1970-01-02 to 2105", field, ns)
}

func instant(ns uint64) time.Time { return time.Unix(0, int64(ns)).UTC() }
