package clickhouse

import (
	"context"
	_ "embed"
	"encoding/binary"

	driver "github.com/ClickHouse/clickhouse-go/v2"
)

//go:embed query/evidence_numbers.sql
var evidenceNumbersSQL string

// The numbers have 40 bits (lineage/evidence.go), and are read in ranges: each is one text,
// of some megabytes at most, and a look takes some time whatever it finds.
const (
	numberBits   = 40
	numbersAPart = 1 << 20
	numbersNamed = 4 // by an event, mostly
)

// EvidenceNumbers yields the numbers that all evidence is found by, in no order and some of
// them several times: of events, and of what they name and carry; and of how many events
// they were. What it yields is used again.
func (s *Store) EvidenceNumbers(ctx context.Context, tenant string, yield func(numbers []uint64, events int) error) error {
	total, err := s.EventCount(ctx, tenant)
	if err != nil {
		return err
	}
	parts := uint64(2)
	for parts < 1<<16 && parts*numbersAPart < total*numbersNamed {
		parts *= 2
	}
	var packed []byte
	var numbers []uint64
	for part := range 2 * parts {
		size := 1 << numberBits / parts
		from, ofEvents := part/2*size, part%2 == 1
		if ofEvents {
			from += 1 << numberBits
		}
		args := []any{driver.Named("tenant", tenant), driver.Named("from", from), driver.Named("to", from+size)}
		err := s.each(ctx, "clickhouse.EvidenceNumbers", evidenceNumbersSQL, args, func(rows row) error { return rows.Scan(&packed) })
		if err != nil {
			return err
		}
		numbers = numbers[:0]
		for ; len(packed) >= 8; packed = packed[8:] {
			numbers = append(numbers, binary.LittleEndian.Uint64(packed)&(1<<numberBits-1))
		}
		events := 0
		if ofEvents {
			events = len(numbers)
		}
		if len(numbers) == 0 {
			continue
		}
		if err := yield(numbers, events); err != nil {
			return err
		}
	}
	return nil
}
