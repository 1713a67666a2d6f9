package collector

import (
	"context"

	"throughline/collector/journal"
	"throughline/lineage"
)

// Journal keeps records. Append returns nil only when the record is durable.
// When there is no room now it MUST fail with Exhausted or Unavailable, or with
// a kind that nobody knows; such an error may have a method RetryAfter()
// time.Duration. It MUST NOT keep the payload once it has returned, and MUST be
// safe for concurrent use.
type Journal interface {
	Append(ctx context.Context, rec journal.Record) error
}

// Scanner checks an OTLP export request without decoding it and returns the
// number of spans or log records in it. It MUST bound what a decoder of the
// same bytes would allocate, fail with Invalid or TooLarge, and name the field.
// It MUST NOT keep the payload and MUST be safe for concurrent use.
type Scanner interface {
	Scan(signal lineage.Signal, encoding journal.Encoding, payload []byte) (items int, err error)
}
