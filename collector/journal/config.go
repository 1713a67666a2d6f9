package journal

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/lineage"
)

// Config is what an operator may set.
type Config struct {
	Dir            string // made with mode 0700; one journal, one process
	SegmentBytes   int64  // a new segment is begun when the last has reached this; default 64 MiB
	MaxBytes       int64  // data records are refused when all segments together reach this; default 8 GiB
	MaxRecordBytes int    // a larger payload is refused; default 64 MiB
	// ReserveBytes are kept in a file of their own and given up when the disk is
	// full, so that what frees space can still be written. Default 0.
	ReserveBytes int64
}

// Deps is what a journal stands on; every field may be left empty.
type Deps struct {
	FS         FS               // default Disk
	Now        func() time.Time // default time.Now
	Log        *slog.Logger     // default none
	Registerer prometheus.Registerer
	Name       string // the value of the metrics' label "journal"; default "data"
}

func (c Config) withDefaults() (Config, error) {
	if c.Dir == "" {
		return c, lineage.Errorf(lineage.Invalid, "journal", "Dir is required")
	}
	if c.SegmentBytes == 0 {
		c.SegmentBytes = 64 << 20
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 8 << 30
	}
	if c.MaxRecordBytes == 0 {
		c.MaxRecordBytes = 64 << 20
	}
	if c.SegmentBytes <= segmentHeader {
		return c, lineage.Errorf(lineage.Invalid, "journal", "SegmentBytes must be more than %d", segmentHeader)
	}
	if c.MaxBytes < 4*c.SegmentBytes {
		return c, lineage.Errorf(lineage.Invalid, "journal",
			"MaxBytes must be at least four times SegmentBytes (%d), since space is freed by the segment", 4*c.SegmentBytes)
	}
	return c, nil
}

func (d Deps) withDefaults() Deps {
	if d.FS == nil {
		d.FS = Disk{}
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Name == "" {
		d.Name = "data"
	}
	return d
}
