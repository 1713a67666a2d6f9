package sweeper

import (
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"throughline/slo"
	"throughline/slo/boltfile"
)

const (
	oldClocksBucket = "clocks" // where format "1" kept all clocks, as JSON, by a longer key
	oldTellingName  = "told"   // where format "2" had the telling
)

// upgrade brings what earlier formats kept to this one. A file counts as of this format
// before, so what is still to be done shows by what is there, and one that is killed goes
// on at the next start.
func upgrade(db *bbolt.DB) error {
	if err := boltfile.Update(db, upgradeTelling); err != nil {
		return err
	}
	return upgradeClocks(db)
}

// upgradeTelling has all told once. Format "2" did not keep what is told of open clocks,
// and took for whole what was there. The number stays, for the next one to be another.
func upgradeTelling(tx *bbolt.Tx) error {
	t, found := readTelling(tx, oldTellingName)
	if !found {
		return nil
	}
	if err := (telling{number: t.number}).put(tx); err != nil {
		return err
	}
	return tx.Bucket([]byte(boltfile.Meta)).Delete([]byte(oldTellingName))
}

// upgradeClocks moves the clocks of format "1", commit by commit. What was told of their
// subjects is not there, so all has to be told once.
func upgradeClocks(db *bbolt.DB) error {
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
		if err := replace(tx, idOf(c.Key), &row{key: c.Key, body: body(&c), is: c}, counts); err != nil {
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
