package alerts

import (
	"log/slog"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"throughline/slo/boltfile"
)

// bookFile is the name of the book in its directory.
const bookFile = "alerts.db"

// format is the layout that this code reads and writes.
const format = "1"

// openBook opens the book, or begins one. A damaged one is put aside, loudly: the
// next breach must be told, and the ledger still holds what was not taken in.
func openBook(cfg *Config, log *slog.Logger, now func() time.Time) (*book, *memory, error) {
	var m *memory
	db, err := boltfile.Open(boltfile.Config{
		Path: filepath.Join(cfg.Dir, bookFile), Format: format, NoSync: cfg.noSync,
		Buckets: []string{incidentsBucket, waitingBucket, outboxBucket, unsavedBucket, toldBucket, untoldBucket},
		Aside: "alerts begin anew with what the ledger still holds. " +
			"Earlier incidents and acknowledgements are in the store only; close by hand at the receiver what still fires there",
		Log: log, Now: now,
	}, func(db *bbolt.DB) (err error) {
		m, err = (&book{db: db}).load()
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return &book{db: db}, m, nil
}
