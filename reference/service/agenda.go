package service

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Agenda runs things at their times, one after the other and in the order of
// their times. It may be added to from any goroutine.
type Agenda struct {
	mu   sync.Mutex
	due  queue
	seq  int
	wake chan struct{}
	now  func() time.Time
}

// NewAgenda makes an empty agenda that goes by the clock now.
func NewAgenda(now func() time.Time) *Agenda {
	return &Agenda{wake: make(chan struct{}, 1), now: now}
}

// At has do called at t, or as soon as possible when that is past.
func (a *Agenda) At(t time.Time, do func(context.Context)) {
	a.mu.Lock()
	a.seq++
	heap.Push(&a.due, task{t, a.seq, do})
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// Run does what is due until ctx ends.
func (a *Agenda) Run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		do, wait := a.next()
		if do != nil {
			do(ctx)
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-a.wake:
		case <-timer.C:
		}
	}
}

// next takes what is due, or says how long nothing will be.
func (a *Agenda) next() (do func(context.Context), wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.due) == 0 {
		return nil, time.Hour
	}
	if wait := a.due[0].at.Sub(a.now()); wait > 0 {
		return nil, wait
	}
	return heap.Pop(&a.due).(task).do, 0
}

type task struct {
	at  time.Time
	seq int
	do  func(context.Context)
}

// queue is a heap of tasks by time, then by the order in which they came.
type queue []task

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if !q[i].at.Equal(q[j].at) {
		return q[i].at.Before(q[j].at)
	}
	return q[i].seq < q[j].seq
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(task)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = task{}
	*q = old[:len(old)-1]
	return last
}
