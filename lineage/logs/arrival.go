package logs

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"throughline/lineage"
)

// Straight has a log arrive as it was told, in one batch.
func (l *Log) Straight(subject Subject) {
	for i := range l.Events {
		subject.Add(&l.Events[i])
	}
	subject.Recompute()
}

// Arrival is one way in which a log came in. Beside the subject goes what somebody has
// noted who reads an execution when it is announced, as a store does, and at no other
// time.
type Arrival struct {
	Subject  Subject // as it was left
	Adds     int
	Batches  int
	Restarts int
	Fault    *Fault // the first one; nil: there is none

	log    *Log
	random *rand.Rand
	begin  func() Subject
	noted  map[lineage.ExecutionRef]string
}

// Fault is where a subject contradicts itself on the way.
type Fault struct{ What, Want, Got string }

// Arrive has a log arrive as it may: shuffled, every event up to ten times, in batches
// that are cut anywhere, and with restarts in between, when a new subject is given all
// that had come, in another order, and goes on from there. At every restart, at the end
// and now and then what was announced must be all that has changed; and a restart
// changes nothing.
func (l *Log) Arrive(seed uint64, begin func() Subject) *Arrival {
	a := &Arrival{
		Subject: begin(), log: l, random: rand.New(rand.NewPCG(seed, 0x61727269)), begin: begin,
		noted: make(map[lineage.ExecutionRef]string),
	}
	var order []int
	copies := []int{1, 2, 10}[a.random.IntN(3)]
	for i := range l.Events {
		for range 1 + a.random.IntN(copies) {
			order = append(order, i)
		}
	}
	a.shuffle(order)
	batch := []int{4, 20, 100, 500}[a.random.IntN(4)] // on average
	for at, i := range order {
		a.add(i)
		if a.random.IntN(batch) > 0 {
			continue
		}
		a.settle()
		switch turn := a.random.IntN(len(order)) / batch; { // twice and thrice in a log, however it is cut
		case turn < 2:
			a.restart(order[:at+1])
		case turn < 5:
			a.audit()
		}
	}
	a.settle()
	a.audit()
	return a
}

func (a *Arrival) shuffle(order []int) {
	a.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
}

func (a *Arrival) add(i int) {
	a.Subject.Add(&a.log.Events[i])
	a.Adds++
}

// settle recomputes, and notes what is announced.
func (a *Arrival) settle() {
	a.Batches++
	w := briefly()
	for _, ref := range a.Subject.Recompute() {
		if x := a.Subject.Execution(ref); x != nil {
			a.noted[ref] = w.line(x)
		} else {
			delete(a.noted, ref)
		}
	}
}

// audit compares what was noted with what is.
func (a *Arrival) audit() {
	w := briefly()
	standing := 0
	for _, flow := range flowsOf(a.log.Catalogue) {
		anchored, loose := a.Subject.Executions(flow)
		standing += len(anchored) + len(loose)
		for _, ref := range append(anchored, loose...) {
			if now := w.line(a.Subject.Execution(ref)); a.noted[ref] != now {
				a.fault(fmt.Sprintf("%s of %s changed and was not announced", ref.Flow, ref.Anchor), now, a.noted[ref])
			}
		}
	}
	if len(a.noted) > standing {
		for ref, noted := range a.noted {
			if a.Subject.Execution(ref) == nil {
				a.fault(fmt.Sprintf("%s of %s is gone, which was not announced", ref.Flow, ref.Anchor), "", noted)
			}
		}
	}
}

// restart gives a new subject all that has come, which must come to the same.
func (a *Arrival) restart(come []int) {
	a.audit()
	a.Restarts++
	noted, beside := a.noted, a.beside()
	come = slices.Clone(come)
	slices.Sort(come)
	come = slices.Compact(come)
	a.shuffle(come)
	a.Subject, a.noted = a.begin(), make(map[lineage.ExecutionRef]string)
	for i, at := range come {
		a.add(at)
		if i == len(come)/2 {
			a.settle()
		}
	}
	a.settle()
	for ref := range noted {
		if noted[ref] != a.noted[ref] {
			a.fault(fmt.Sprintf("%s of %s is another after a restart", ref.Flow, ref.Anchor), noted[ref], a.noted[ref])
		}
	}
	for ref := range a.noted {
		if noted[ref] == "" {
			a.fault(fmt.Sprintf("%s of %s is there since a restart", ref.Flow, ref.Anchor), "", a.noted[ref])
		}
	}
	if now := a.beside(); now != beside {
		a.fault("claims or quarantine are others after a restart", beside, now)
	}
}

// beside is what a subject tells beside executions.
func (a *Arrival) beside() string {
	return strings.Join(newWriter().beside(a.log.Catalogue, a.Subject), "\n")
}

func (a *Arrival) fault(what, want, got string) {
	if a.Fault == nil {
		a.Fault = &Fault{fmt.Sprintf("after %d events in %d batches with %d restarts, %s", a.Adds, a.Batches, a.Restarts, what), want, got}
	}
}
