package service

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"
)

// Fault is what goes wrong with one order.
type Fault string

// The faults.
const (
	FaultNone      Fault = ""
	FaultSlow      Fault = "slow"      // the ERP ships late
	FaultFlaky     Fault = "flaky"     // the ERP refuses the order twice, then takes it
	FaultDown      Fault = "down"      // the ERP refuses the order until it is repaired
	FaultLost      Fault = "lost"      // the middleware says yes to the webhook and loses it
	FaultDuplicate Fault = "duplicate" // the middleware and the outboxes say everything twice
	FaultRejected  Fault = "rejected"  // the ERP takes the order, and finance rejects its invoice
)

// AllFaults returns the faults in the order in which their shares are laid side
// by side.
func AllFaults() []Fault {
	return []Fault{FaultSlow, FaultFlaky, FaultDown, FaultLost, FaultDuplicate, FaultRejected}
}

// Faults says which orders something goes wrong with. The zero Faults has none.
// An order's fault is a function of the seed and the quote's id alone, so that
// all services and every restart agree on it without telling each other.
type Faults struct {
	Seed        uint64
	Shares      map[Fault]float64 // of all orders, together at most 1
	SlowBy      time.Duration     // how much later the ERP ships than it planned
	RepairAfter time.Duration     // until somebody repairs what does not pass by itself; 0: nobody does
}

// Of returns the fault of the order that a quote becomes.
func (f Faults) Of(quote string) Fault {
	if len(f.Shares) == 0 {
		return FaultNone
	}
	at, sum := f.dice(quote).Float64(), 0.0
	for _, fault := range AllFaults() {
		if sum += f.Shares[fault]; at < sum {
			return fault
		}
	}
	return FaultNone
}

// Pick returns a number from 0 to less than n for a quote: always the same.
func (f Faults) Pick(quote string, n int) int {
	dice := f.dice(quote)
	dice.Uint64() // which has decided on the fault
	return dice.IntN(n)
}

func (f Faults) dice(quote string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(quote))
	return rand.New(rand.NewPCG(f.Seed, h.Sum64()))
}

// Forever tells whether an order stands still for good: its fault does not pass
// by itself, and nobody repairs it.
func (f Faults) Forever(quote string) bool {
	if f.RepairAfter > 0 {
		return false
	}
	switch f.Of(quote) {
	case FaultDown, FaultLost, FaultRejected:
		return true
	}
	return false
}

// Check says what is wrong with the shares and the times.
func (f Faults) Check() error {
	sum := 0.0
	for fault, share := range f.Shares {
		if !slices.Contains(AllFaults(), fault) {
			return fmt.Errorf("faults: there is no fault %q; want one of %v", fault, AllFaults())
		}
		if !(share >= 0 && share <= 1) { // so written, it refuses NaN too
			return fmt.Errorf("faults: the share of %s is %v; want 0 to 1", fault, share)
		}
		sum += share
	}
	const rounding = 1e-9
	if sum > 1+rounding {
		return fmt.Errorf("faults: the shares add up to %v; want at most 1", sum)
	}
	if f.SlowBy < 0 || f.RepairAfter < 0 {
		return fmt.Errorf("faults: SlowBy is %v and RepairAfter %v; neither may be less than 0", f.SlowBy, f.RepairAfter)
	}
	return nil
}
