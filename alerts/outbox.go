package alerts

import (
	"cmp"
	"encoding/json"
	"slices"

	"go.etcd.io/bbolt"

	"throughline/lineage"
	"throughline/slo"
)

// owed is a notice in the outbox; the book has its content.
type owed struct {
	seq      uint64
	at       int64 // nanoseconds since 1970
	incident string
}

func (m *memory) owe(n *notice) {
	m.outbox = append(m.outbox, owed{n.seq, n.At.UnixNano(), n.Incident.ID})
	m.next = n.seq + 1
}

// settle takes a notice out. Few are before it, as most are dealt with in order, so
// those move and not the many behind.
func (m *memory) settle(seq uint64) {
	n, found := slices.BinarySearchFunc(m.outbox, seq, func(o owed, seq uint64) int { return cmp.Compare(o.seq, seq) })
	if !found {
		return
	}
	copy(m.outbox[1:n+1], m.outbox[:n])
	m.outbox[0] = owed{}
	m.outbox = m.outbox[1:]
}

// untoldFiring counts the incidents that fire and that the webhook refused to hear of.
func (m *memory) untoldFiring() (n int) {
	for id := range m.untold {
		if i := m.incidents[id]; i != nil && i.State == slo.Firing {
			n++
		}
	}
	return n
}

func (d *draft) writeOutbox(tx *bbolt.Tx) error {
	b, told := tx.Bucket([]byte(outboxBucket)), tx.Bucket([]byte(toldBucket))
	for _, seq := range d.settled {
		if err := b.Delete(number(seq)); err != nil {
			return err
		}
	}
	for i := range d.notices {
		n := &d.notices[i]
		if err := n.label(told); err != nil {
			return err
		}
		if err := put(b, number(n.seq), n); err != nil {
			return err
		}
	}
	return nil
}

func (d *draft) writeUntold(b *bbolt.Bucket) error {
	for id, untold := range d.untold {
		var err error
		if untold {
			err = b.Put([]byte(id), []byte{})
		} else {
			err = b.Delete([]byte(id))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// label keeps the labels of what fires, and gives them to what is resolved: a
// receiver knows an alert by them, whatever the incident says by then.
func (n *notice) label(told *bbolt.Bucket) error {
	id := []byte(n.Incident.ID)
	if n.Kind == slo.Opening {
		return put(told, id, labels(&n.Incident))
	}
	if raw := told.Get(id); raw != nil {
		return json.Unmarshal(raw, &n.Labels)
	}
	return nil
}

// notice reads what is owed at a place of the outbox.
func (b *book) notice(seq uint64) (*notice, error) {
	n := notice{seq: seq}
	err := b.db.View(func(tx *bbolt.Tx) error {
		return json.Unmarshal(tx.Bucket([]byte(outboxBucket)).Get(number(seq)), &n)
	})
	if err != nil {
		return nil, lineage.E(lineage.Unavailable, "read alerts.db", err)
	}
	return &n, nil
}
