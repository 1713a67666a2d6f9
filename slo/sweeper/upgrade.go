package sweeper

import (
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"throughline/slo"
	"throughline/slo/boltfile"
)

// oldClocksBucket is where format "1" kept all clocks, as JSON, by a longer key.
const oldClocksBucket = "clocks"

// upgrade moves what format "1" kept to where this release looks for it, commit by
// commit: one that is killed goes on at the next start. What was told of the subjects
// is not there, so all has to be told once.
func upgrade(db *bbolt.DB) error {
	for more := true; more; {
		err := boltfile.Update(db, func(tx *bbolt.Tx) (err error) {
			more, err = upgradeSome(tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func upgradeSome(tx *bbolt.Tx) (more bool, err error) {
	old := tx.Bucket([]byte(oldClocksBucket))
	if old == nil {
		return false, nil
	}
	counts := make(counts)
	var moved [][]byte
	cursor := old.Cursor()
	k, raw := cursor.First()
	for ; k != nil && len(moved) < maxRecorded; k, raw = cursor.Next() {
		var c slo.Clock
		if err := json.Unmarshal(raw, &c); err != nil {
			return false, err
		}
		if err := replace(tx, idOf(c.Key), &row{key: c.Key, body: body(&c)}, counts); err != nil {
			return false, err
		}
		moved = append(moved, k)
	}
	if err := counts.put(tx, minuteOf(time.Time{})); err != nil {
		return false, err
	}
	if k == nil {
		return false, tx.DeleteBucket([]byte(oldClocksBucket))
	}
	for _, k := range moved {
		if err := old.Delete(k); err != nil {
			return false, err
		}
	}
	return true, nil
}
