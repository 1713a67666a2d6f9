package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// courier brings CloudEvents into a house, batch by batch, as fast as it takes them.
type courier struct {
	to     string // address of the collector
	token  string // "": it asks for none
	client *http.Client
	wait   func(context.Context, time.Duration) error
	told   func(sent int) // after every batch

	batch bytes.Buffer
	n     int // in the batch
	sent  int
}

// A batch is sent before it has more than so many events or bytes. They are far
// below what a collector takes: a batch that is refused is refused whole.
const (
	batchEvents = 1000
	batchBytes  = 1 << 20
)

// patience is how long a house that does not answer is tried again. One that answers
// that it has no room now is waited for, however long that takes.
const patience = time.Minute

// put takes one structured CloudEvent.
func (c *courier) put(ctx context.Context, event []byte) error {
	if c.n > 0 && (c.n == batchEvents || c.batch.Len()+len(event) > batchBytes) {
		if err := c.flush(ctx); err != nil {
			return err
		}
	}
	if c.n == 0 {
		c.batch.WriteByte('[')
	} else {
		c.batch.WriteByte(',')
	}
	c.batch.Write(event)
	c.n++
	return nil
}

// flush sends what is there, and comes back when it was taken in.
func (c *courier) flush(ctx context.Context) error {
	if c.n == 0 {
		return nil
	}
	c.batch.WriteByte(']')
	pause, away := 100*time.Millisecond, time.Duration(0)
	for {
		again, err := c.post(ctx, c.batch.Bytes())
		if err == nil {
			break
		}
		if again <= 0 {
			return fmt.Errorf("after %d events: %w", c.sent, err)
		}
		var answered *busy
		if errors.As(err, &answered) {
			away = 0
		} else {
			again, pause = pause, min(2*pause, 5*time.Second)
			if away += again; away > patience {
				return fmt.Errorf("after %d events: %w; bring it in again later, what was taken in is not taken twice", c.sent, err)
			}
		}
		if err := c.wait(ctx, again); err != nil {
			return err
		}
	}
	c.sent += c.n
	c.n = 0
	c.batch.Reset()
	c.told(c.sent)
	return nil
}

// busy is a house's answer that it has no room now.
type busy struct{ err error }

func (b *busy) Error() string { return b.err.Error() }

// post sends one batch. After an error, again is how long to wait before the next
// try, and 0 when there is no point in one.
func (c *courier) post(ctx context.Context, body []byte) (again time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.to+"/v1/events", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/cloudevents-batch+json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return time.Second, err
	}
	said, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return time.Second, err
	}
	switch answer.StatusCode {
	case http.StatusOK, http.StatusAccepted, http.StatusNoContent:
		return 0, nil
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		return retryAfter(answer.Header.Get("Retry-After")), &busy{problemOf(answer, said)}
	}
	return 0, problemOf(answer, said)
}

// retryAfter reads the header's seconds: a second where it says nothing, and at most
// a minute.
func retryAfter(text string) time.Duration {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		n = 1
	}
	return min(time.Duration(n)*time.Second, time.Minute)
}

// pause waits, unless ctx ends before.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
