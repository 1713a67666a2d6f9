package clickhouse

import (
	"context"
	_ "embed"
	"encoding/binary"

	driver "github.com/ClickHouse/clickhouse-go/v2"
)

//go:embed query/evidence_numbers.sql
var evidenceNumbersSQL string

// The numbers have 40 bits (lineage/evidence.go), and are read in ranges: each is one
// text, and takes a hundredth of what all take.
const (
	numberBits  = 40
	numberParts = 128 // of names and then of events
)

// EvidenceNumbers yields the numbers that evidence is found by, in no order and some of
// them several times: of all events, and of what they name of some types or carry. What
// it yields is used again.
func (s *Store) EvidenceNumbers(ctx context.Context, tenant string, types []string, yield func([]uint64) error) error {
	var packed []byte
	var numbers []uint64
	for part := range uint64(numberParts) {
		const size = 2 << numberBits / numberParts
		args := []any{
			driver.Named("kinds", evidenceKinds(tenant, types)), driver.Named("from", part*size), driver.Named("to", (part+1)*size),
		}
		err := s.each(ctx, "clickhouse.EvidenceNumbers", evidenceNumbersSQL, args, func(rows row) error { return rows.Scan(&packed) })
		if err != nil {
			return err
		}
		numbers = numbers[:0]
		for ; len(packed) >= 8; packed = packed[8:] {
			numbers = append(numbers, binary.LittleEndian.Uint64(packed)&(1<<numberBits-1))
		}
		if len(numbers) == 0 {
			continue
		}
		if err := yield(numbers); err != nil {
			return err
		}
	}
	return nil
}
