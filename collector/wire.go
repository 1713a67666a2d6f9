package collector

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"throughline/lineage"
)

// wire is a request's body as it comes from the socket. It moves the read
// deadline with every byte, so that a sender who trickles is cut: a pause ends
// it, and so does a rate below the least one. Times are the machine's own,
// since the deadlines are.
type wire struct {
	body    io.Reader
	control *http.ResponseController
	idle    time.Duration
	rate    int64

	began time.Time
	read  int64
	err   error // the socket's own, as against a decompressor's
}

func (c *Collector) wire(w http.ResponseWriter, r *http.Request, limit int64) *wire {
	return &wire{
		body:    http.MaxBytesReader(w, r.Body, limit),
		control: http.NewResponseController(w),
		idle:    c.cfg.BodyTimeout,
		rate:    c.cfg.MinBodyRate,
		began:   time.Now(),
	}
}

func (w *wire) Read(p []byte) (int, error) {
	pause := time.Now().Add(w.idle)
	slow := w.began.Add(w.idle + time.Duration(w.read/w.rate)*time.Second)
	if slow.Before(pause) {
		pause = slow
	}
	if err := w.control.SetReadDeadline(pause); err != nil {
		w.err = err
		return 0, err
	}
	n, err := w.body.Read(p)
	w.read += int64(n)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// finish lifts the deadline: what follows is the journal's time, not the sender's.
func (w *wire) finish() { _ = w.control.SetReadDeadline(time.Time{}) }

// explain gives an error of reading its kind and a sentence.
func (w *wire) explain(err error) error {
	const op = "read the body"
	if e := new(lineage.Error); errors.As(err, &e) {
		return err
	}
	if tooLarge := new(http.MaxBytesError); errors.As(w.err, &tooLarge) {
		return lineage.Errorf(lineage.TooLarge, op, "more than %d bytes were sent: send smaller batches", tooLarge.Limit)
	}
	switch {
	case errors.Is(w.err, os.ErrDeadlineExceeded):
		return lineage.Errorf(lineage.Unavailable, op, "it came too slowly, %d bytes in %s", w.read, time.Since(w.began).Round(time.Millisecond))
	case w.err != nil:
		return lineage.Errorf(lineage.Invalid, op, "it broke off after %d bytes: %w", w.read, w.err)
	default:
		return lineage.E(lineage.Invalid, op, err)
	}
}
