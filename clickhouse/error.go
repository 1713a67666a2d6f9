package clickhouse

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"throughline/lineage"
)

// The engine's codes for failures that pass.
var passing = map[int32]lineage.Kind{
	159: lineage.Unavailable, // TIMEOUT_EXCEEDED
	202: lineage.Unavailable, // TOO_MANY_SIMULTANEOUS_QUERIES
	209: lineage.Unavailable, // SOCKET_TIMEOUT
	210: lineage.Unavailable, // NETWORK_ERROR
	236: lineage.Unavailable, // ABORTED
	242: lineage.Unavailable, // TABLE_IS_READ_ONLY
	252: lineage.Unavailable, // TOO_MANY_PARTS
	319: lineage.Unavailable, // UNKNOWN_STATUS_OF_INSERT
	394: lineage.Unavailable, // QUERY_WAS_CANCELLED
	241: lineage.Exhausted,   // MEMORY_LIMIT_EXCEEDED
	243: lineage.Exhausted,   // NOT_ENOUGH_SPACE
}

// wrap makes an error of the house from the client's.
func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	var ours *lineage.Error
	if errors.As(err, &ours) {
		return err
	}
	return lineage.E(kindOfFailure(err), op, err)
}

// tooMuch tells a failure for want of time or memory as what it is for whoever asked
// about a window: to ask again does not help, a shorter window does.
func tooMuch(op string, from, to time.Time, err error) error {
	var exception *driver.Exception
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &exception) && (exception.Code == 159 || exception.Code == 241) {
		return lineage.Errorf(lineage.TooLarge, op, "from is %s and to is %s, and too much came in between to be read in the time and memory there is: set from later or to earlier",
			from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339))
	}
	return err
}

func kindOfFailure(err error) lineage.Kind {
	var exception *driver.Exception
	var status *driver.HTTPError
	var network net.Error
	switch {
	case errors.As(err, &exception):
		if kind, ok := passing[exception.Code]; ok {
			return kind
		}
		return lineage.Internal
	case errors.As(err, &status) && status.StatusCode < 500 && status.StatusCode != 429:
		return lineage.Internal
	case errors.As(err, &status), errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, driver.ErrAcquireConnTimeout), errors.Is(err, driver.ErrConnectionClosed),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return lineage.Unavailable
	}
	return lineage.Unknown
}
