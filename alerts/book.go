package alerts

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"throughline/lineage"
	"throughline/slo"
	"throughline/slo/boltfile"
)

// The buckets of the book.
const (
	metaBucket      = boltfile.Meta // by name, below
	incidentsBucket = "incidents"   // by identity: slo.Incident
	waitingBucket   = "waiting"     // clocks with a provisional breach, by the identity of their incident: behind
	outboxBucket    = "outbox"      // by place, eight bytes: notice
	unsavedBucket   = "unsaved"     // identities of incidents that the store does not have
	toldBucket      = "told"        // by identity: the labels with which the webhook was told that it fires
	untoldBucket    = "untold"      // identities of incidents that the webhook refused to hear of
)

// The names in the bucket meta.
const (
	placeName = "place" // in the ledger, eight bytes
	lastName  = "last"  // identity of the transition there
	nextName  = "next"  // place of the next notice, eight bytes
)

// book is the file. A write is durable as a whole or not there at all.
type book struct {
	db   *bbolt.DB
	step func(string) error
}

func (b *book) close() error {
	if err := b.db.Close(); err != nil {
		return lineage.E(lineage.Unavailable, "close alerts.db", err)
	}
	return nil
}

// write commits a draft. Written twice it is there once: the outbox's places are
// the draft's.
func (b *book) write(d *draft) error {
	if err := b.step("write"); err != nil {
		return err
	}
	err := b.db.Update(func(tx *bbolt.Tx) error {
		if err := d.write(tx); err != nil {
			return err
		}
		return b.step("commit")
	})
	if err != nil {
		return lineage.E(lineage.Unavailable, "write alerts.db", err)
	}
	return b.step("committed")
}

func (d *draft) write(tx *bbolt.Tx) error {
	incidents, unsaved := tx.Bucket([]byte(incidentsBucket)), tx.Bucket([]byte(unsavedBucket))
	told, untold := tx.Bucket([]byte(toldBucket)), tx.Bucket([]byte(untoldBucket))
	for _, id := range d.saved {
		if err := unsaved.Delete([]byte(id)); err != nil {
			return err
		}
	}
	for id, i := range d.incidents {
		if err := put(incidents, []byte(id), i); err != nil {
			return err
		}
		if !d.marks {
			continue
		}
		if err := unsaved.Put([]byte(id), []byte{}); err != nil {
			return err
		}
	}
	for _, id := range d.forgotten {
		if err := errors.Join(incidents.Delete([]byte(id)), told.Delete([]byte(id)), untold.Delete([]byte(id))); err != nil {
			return err
		}
	}
	if err := d.writeWaiting(tx.Bucket([]byte(waitingBucket))); err != nil {
		return err
	}
	if err := d.writeOutbox(tx); err != nil {
		return err
	}
	if err := d.writeUntold(untold); err != nil {
		return err
	}
	return d.writeMeta(tx.Bucket([]byte(metaBucket)))
}

func (d *draft) writeWaiting(b *bbolt.Bucket) error {
	for id, source := range d.waiting {
		var err error
		if source == nil {
			err = b.Delete([]byte(id))
		} else {
			err = put(b, []byte(id), source)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) writeMeta(b *bbolt.Bucket) error {
	if n := len(d.notices); n > 0 {
		if err := b.Put([]byte(nextName), number(d.notices[n-1].seq+1)); err != nil {
			return err
		}
	}
	if d.seq == d.from.seq && d.last == d.from.last {
		return nil
	}
	if err := b.Put([]byte(placeName), number(d.seq)); err != nil {
		return err
	}
	return b.Put([]byte(lastName), []byte(d.last))
}

// load reads the whole book, so that damage shows at the start and nowhere else.
func (b *book) load() (*memory, error) {
	m := newMemory()
	err := b.db.View(func(tx *bbolt.Tx) error {
		if err := m.loadMeta(tx.Bucket([]byte(metaBucket))); err != nil {
			return err
		}
		err := each(tx, incidentsBucket, func(id []byte, i *slo.Incident) { m.put(string(id), i) })
		if err != nil {
			return err
		}
		err = each(tx, waitingBucket, func(id []byte, source *behind) {
			m.waiting[string(id)] = source
			m.counts[*source]++
		})
		if err != nil {
			return err
		}
		err = each(tx, outboxBucket, func(place []byte, n *notice) {
			if len(place) == 8 {
				n.seq = binary.BigEndian.Uint64(place)
				m.owe(n)
			}
		})
		if err != nil {
			return err
		}
		if err := each(tx, toldBucket, func([]byte, *map[string]string) {}); err != nil {
			return err
		}
		for bucket, into := range map[string]map[string]bool{unsavedBucket: m.unsaved, untoldBucket: m.untold} {
			err := tx.Bucket([]byte(bucket)).ForEach(func(id, _ []byte) error {
				into[string(id)] = true
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return m, err
}

func (m *memory) loadMeta(b *bbolt.Bucket) error {
	for name, into := range map[string]*uint64{placeName: &m.seq, nextName: &m.next} {
		switch raw := b.Get([]byte(name)); len(raw) {
		case 0:
		case 8:
			*into = binary.BigEndian.Uint64(raw)
		default:
			return fmt.Errorf("%s has %d bytes; want 8", name, len(raw))
		}
	}
	m.last = string(b.Get([]byte(lastName)))
	return nil
}

// each decodes every value of a bucket, in the order of keys.
func each[T any](tx *bbolt.Tx, bucket string, yield func(key []byte, value *T)) error {
	return tx.Bucket([]byte(bucket)).ForEach(func(key, raw []byte) error {
		var value T
		if err := json.Unmarshal(raw, &value); err != nil {
			return fmt.Errorf("%s %q: %w", bucket, key, err)
		}
		yield(key, &value)
		return nil
	})
}

func put(b *bbolt.Bucket, key []byte, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return b.Put(key, raw)
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
