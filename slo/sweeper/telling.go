package sweeper

import (
	"bytes"
	"encoding/binary"

	"go.etcd.io/bbolt"

	"throughline/slo/boltfile"
)

// telling numbers the times at which all was told anew. What is in the ledger of
// another one is void. by is the hash of the catalogue once all of it is there.
type telling struct {
	number uint64
	by     string
}

// put writes it where the ledger has another.
func (t telling) put(tx *bbolt.Tx) error {
	meta, is := tx.Bucket([]byte(boltfile.Meta)), binary.BigEndian.AppendUint64(nil, t.number)
	if is = append(is, t.by...); bytes.Equal(is, meta.Get([]byte(tellingName))) {
		return nil
	}
	return meta.Put([]byte(tellingName), is)
}

// readTelling reads the one that has a name.
func readTelling(tx *bbolt.Tx, name string) (t telling, found bool) {
	raw := tx.Bucket([]byte(boltfile.Meta)).Get([]byte(name))
	if len(raw) < 8 {
		return telling{}, false
	}
	return telling{binary.BigEndian.Uint64(raw), string(raw[8:])}, true
}

// tell begins a telling, or notes by which catalogue all of it is in the ledger.
func (s *Sweeper) tell(t telling) {
	s.telling = t
	s.by.Store(&t.by)
}
