package sweeper

import (
	"bytes"
	"encoding/binary"
	"time"

	"go.etcd.io/bbolt"

	"throughline/slo"
)

// window is how far back kept and missed deadlines are counted.
const window = 24 * time.Hour

// tally counts the clocks that ended, by the minute of their end, so that a
// verdict can be taken back and old ones fall out.
type tally struct {
	minutes map[int64]ends
}

type ends struct{ met, missed int }

func (e ends) plus(f ends) ends { return ends{e.met + f.met, e.missed + f.missed} }

func newTally() *tally { return &tally{minutes: make(map[int64]ends)} }

// endOf says in which minute a clock ended, and how.
func endOf(c *slo.Clock, by int) (minute int64, e ends, ended bool) {
	if c == nil || c.State != slo.Ended {
		return 0, ends{}, false
	}
	if c.Verdict == slo.Breached {
		e.missed = by
	} else {
		e.met = by
	}
	return minuteOf(c.EndedAt), e, true
}

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

func (t *tally) add(c *slo.Clock, by int) {
	if minute, e, ended := endOf(c, by); ended {
		t.minutes[minute] = t.minutes[minute].plus(e)
	}
}

// sum counts what ended within the window before now, and forgets what is older.
func (t *tally) sum(now time.Time) (met, missed int) {
	first := minuteOf(now.Add(-window))
	for minute, e := range t.minutes {
		if minute < first {
			delete(t.minutes, minute)
			continue
		}
		met, missed = met+e.met, missed+e.missed
	}
	return met, missed
}

// tallied is what the ledger keeps of one SLA in one minute: a start reads these, and
// not each clock that ended.
type tallied struct {
	minute int64
	sla    string
	ends
}

// counts are what one commit changes of the tallies, by minute and SLA.
type counts map[tallied]ends

func (c counts) add(clock *slo.Clock, by int) {
	if minute, e, ended := endOf(clock, by); ended {
		at := tallied{minute: minute, sla: clock.SLA}
		c[at] = c[at].plus(e)
	}
}

// put adds them to what the ledger has, and drops what is from before first.
func (c counts) put(tx *bbolt.Tx, first int64) error {
	b := tx.Bucket([]byte(talliesBucket))
	for at, e := range c {
		if at.minute < first || e == (ends{}) {
			continue
		}
		key := binary.BigEndian.AppendUint64(nil, uint64(at.minute))
		key = append(key, at.sla...)
		if raw := b.Get(key); raw != nil {
			was, err := readTallied(key, raw)
			if err != nil {
				return err
			}
			e = e.plus(was.ends)
		}
		w := wire{compact}
		w.signed(int64(e.met))
		w.signed(int64(e.missed))
		if err := b.Put(key, w.sealed()); err != nil {
			return err
		}
	}
	if first < 0 {
		return nil
	}
	var old [][]byte
	cursor := b.Cursor()
	for k, _ := cursor.First(); len(k) >= 8 && int64(binary.BigEndian.Uint64(k)) < first && len(old) < 1000; k, _ = cursor.Next() {
		old = append(old, bytes.Clone(k))
	}
	for _, k := range old {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

func readTallied(key, raw []byte) (tallied, error) {
	if len(key) < 8 {
		return tallied{}, errDamaged
	}
	r := unseal(raw)
	t := tallied{minute: int64(binary.BigEndian.Uint64(key)), sla: string(key[8:])}
	t.met, t.missed = int(r.signed()), int(r.signed())
	return t, r.err()
}
