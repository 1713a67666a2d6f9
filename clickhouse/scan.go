package clickhouse

import (
	"fmt"
	"time"
)

// instant reads what nanos wrote into a time.
type instant struct{ to *time.Time }

func (i instant) Scan(value any) error {
	n, ok := value.(int64)
	if !ok {
		return fmt.Errorf("a time is read as %T, not as nanoseconds", value)
	}
	*i.to = moment(n)
	return nil
}

// count reads an unsigned column into an int.
type count struct{ to *int }

func (c count) Scan(value any) error {
	switch n := value.(type) {
	case uint32:
		*c.to = int(n)
	case uint64:
		*c.to = int(n)
	default:
		return fmt.Errorf("a count is read as %T, not as an unsigned number", value)
	}
	return nil
}
