package service

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// outboxRoom is how many letters may wait in an outbox before whoever writes
// another has to wait too.
const outboxRoom = 10_000

// The waits between tries, while nobody answers or an answer says "not now".
const (
	firstWait = 100 * time.Millisecond
	longWait  = 5 * time.Second
)

// Letter is one HTTP post that is owed to somebody.
type Letter struct {
	Header map[string]string `json:"header,omitempty"`
	Body   json.RawMessage   `json:"body"`
	IDs    IDs               `json:"ids,omitempty"` // what it is about, for its span
}

// Outbox keeps letters in a DB until they are accepted. A letter is put in the
// same Update as the change that it tells of, so neither is ever without the
// other. At-least-once: the receiver tells repeats apart by the letter's key.
type Outbox struct {
	db      *DB
	letters *Table[Letter]
	refused *Table[Letter]
	post    func(ctx context.Context, key string, l Letter) error
	width   int // letters under way at once
	log     *slog.Logger
	wake    chan struct{}
	room    chan struct{} // closed and forgotten when there is room again; guarded by db
}

func newOutbox(db *DB, name string, width int, log *slog.Logger, post func(context.Context, string, Letter) error) *Outbox {
	return &Outbox{
		db: db, post: post, width: width, log: log, wake: make(chan struct{}, 1),
		letters: NewTable[Letter](db, name), refused: NewTable[Letter](db, name+".refused"),
	}
}

// Put adds a letter. It is called inside DB.Update, after Wait.
func (o *Outbox) Put(key string, l Letter) {
	o.letters.Put(key, l)
	o.ring()
}

// Waiting returns how many letters wait, and how many were refused for good.
func (o *Outbox) Waiting() (unsent, refused int) {
	o.db.View(func() { unsent, refused = o.letters.Len(), o.refused.Len() })
	return unsent, refused
}

// Wait blocks while the outbox is full. It is called outside DB.Update.
func (o *Outbox) Wait(ctx context.Context) error {
	for {
		var room chan struct{}
		o.db.View(func() {
			if o.letters.Len() < outboxRoom {
				return
			}
			if o.room == nil {
				o.room = make(chan struct{})
			}
			room = o.room
		})
		if room == nil {
			return ctx.Err()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-room:
		}
	}
}

// Run posts the letters, oldest first, until ctx ends.
func (o *Outbox) Run(ctx context.Context) {
	wait := firstWait
	for ctx.Err() == nil {
		batch := o.oldest()
		if len(batch) == 0 {
			select {
			case <-ctx.Done():
			case <-o.wake:
			}
			continue
		}
		err := o.send(ctx, batch)
		if err == nil {
			wait = firstWait
			continue
		}
		o.log.Debug("post again later", "err", err)
		pause(ctx, max(wait, retryAfter(err)))
		wait = min(2*wait, longWait)
	}
}

type addressed struct {
	key    string
	letter Letter
}

func (o *Outbox) oldest() []addressed {
	var batch []addressed
	o.db.View(func() {
		o.letters.Each(func(key string, l Letter) bool {
			batch = append(batch, addressed{key, l})
			return len(batch) < o.width
		})
	})
	return batch
}

// send posts a batch side by side and forgets the letters that were accepted,
// and sets aside those that never will be.
func (o *Outbox) send(ctx context.Context, batch []addressed) error {
	results := make([]error, len(batch))
	var all sync.WaitGroup
	for i, a := range batch {
		all.Go(func() { results[i] = o.post(ctx, a.key, a.letter) })
	}
	all.Wait()
	failed := o.db.Update(func() error {
		for i, a := range batch {
			switch {
			case results[i] == nil:
				o.letters.Delete(a.key)
			case hopeless(results[i]):
				o.log.Error("a post was refused for good", "key", a.key, "err", results[i])
				o.letters.Delete(a.key)
				o.refused.Put(a.key, a.letter)
				results[i] = nil
			}
		}
		if o.room != nil && o.letters.Len() < outboxRoom {
			close(o.room)
			o.room = nil
		}
		return nil
	})
	return errors.Join(append(results, failed)...)
}

// ring tells Run that there is something to post.
func (o *Outbox) ring() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// hopeless tells whether the same letter would be refused again. A wrong
// address or token can be mended, so those are tried again.
func hopeless(err error) bool {
	var status *StatusError
	if !errors.As(err, &status) {
		return false
	}
	switch status.Code {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

func retryAfter(err error) time.Duration {
	var status *StatusError
	if errors.As(err, &status) {
		return min(status.RetryAfter, longWait)
	}
	return 0
}

// pause waits about d, so that those who failed together do not return together.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d*3/4 + rand.N(d/2+1))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
