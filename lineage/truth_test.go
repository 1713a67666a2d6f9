package lineage

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// ledgerTruth is a made-up business: how much of every paper is whose, order by order.
// Of that the events tell a part.
type ledgerTruth struct {
	orders   []int64            // amounts
	invoices map[string][]int64 // by order: how much of it the invoice bills
	back     map[string][]int64 // by order: how much of the invoice was cancelled
	paid     map[string][]int64 // by order: how much of the invoice was paid
	lines    []string
}

func sumOf(parts []int64) (sum int64) {
	for _, p := range parts {
		sum += p
	}
	return sum
}

// share takes up to n out of what is left, part by part.
func share(t *rapid.T, left []int64, n int64) []int64 {
	parts := make([]int64, len(left))
	for i := range left {
		parts[i] = rapid.Int64Range(0, min(left[i], n)).Draw(t, "part")
		n -= parts[i]
	}
	return parts
}

func drawTruth(t *rapid.T) *ledgerTruth {
	truth := &ledgerTruth{invoices: map[string][]int64{}, back: map[string][]int64{}, paid: map[string][]int64{}}
	second := 0
	tell := func(format string, args ...any) {
		second++
		truth.lines = append(truth.lines, fmt.Sprintf("%d ", second)+fmt.Sprintf(format, args...))
	}
	orders := rapid.IntRange(1, 3).Draw(t, "orders")
	for i := range orders {
		truth.orders = append(truth.orders, rapid.Int64Range(1, 60).Draw(t, "order"))
		tell("order/O%d =%d", i, truth.orders[i])
	}
	for n := range rapid.IntRange(1, 3).Draw(t, "invoices") {
		name := fmt.Sprintf("I%d", n)
		parts := make([]int64, orders)
		for i := range parts {
			if rapid.Bool().Draw(t, "for it") {
				parts[i] = rapid.Int64Range(1, 40).Draw(t, "billed")
			}
		}
		total := sumOf(parts)
		if total == 0 {
			continue
		}
		truth.invoices[name] = parts
		line, says := fmt.Sprintf("invoice/%s =%d", name, total), rapid.Bool().Draw(t, "says")
		for i, part := range parts {
			if part > 0 && says {
				line += fmt.Sprintf(" bills=order/O%d:%d", i, part)
			} else if part > 0 {
				line += fmt.Sprintf(" bills=order/O%d", i)
			}
		}
		tell("%s", line)
		truth.back[name], truth.paid[name] = make([]int64, orders), make([]int64, orders)
		if rapid.IntRange(0, 2).Draw(t, "credited") == 0 {
			truth.credit(t, name, tell)
		}
	}
	for n := range rapid.IntRange(0, 4).Draw(t, "payments") {
		truth.pay(t, fmt.Sprintf("P%d", n), tell)
	}
	return truth
}

func (truth *ledgerTruth) credit(t *rapid.T, invoice string, tell func(string, ...any)) {
	parts := share(t, truth.invoices[invoice], 1000)
	if rapid.Bool().Draw(t, "all of it") {
		parts = slices.Clone(truth.invoices[invoice])
	}
	if sumOf(parts) == 0 {
		return
	}
	truth.back[invoice] = parts
	line, says := fmt.Sprintf("credit_note/C%s =%d cancels=invoice/%s", invoice, sumOf(parts), invoice), rapid.Bool().Draw(t, "says")
	for i, part := range parts {
		if says && truth.invoices[invoice][i] > 0 {
			line += fmt.Sprintf(" credits=order/O%d:%d", i, part)
		}
	}
	tell("%s", line)
}

func (truth *ledgerTruth) pay(t *rapid.T, name string, tell func(string, ...any)) {
	relations, total, says := "", int64(0), rapid.Bool().Draw(t, "says")
	for _, invoice := range sortedNames(truth.invoices) {
		if rapid.Bool().Draw(t, "not this") {
			continue
		}
		left := make([]int64, len(truth.orders))
		for i := range left {
			left[i] = truth.invoices[invoice][i] - truth.back[invoice][i] - truth.paid[invoice][i]
		}
		parts := left
		if rapid.Bool().Draw(t, "in part") {
			parts = share(t, left, 1000)
		}
		if sumOf(parts) == 0 {
			continue
		}
		for i := range parts {
			truth.paid[invoice][i] += parts[i]
		}
		total += sumOf(parts)
		if relations += " pays=invoice/" + invoice; says {
			relations += fmt.Sprintf(":%d", sumOf(parts))
		}
	}
	if total > 0 {
		tell("payment/%s =%d%s", name, total, relations)
	}
}

func sortedNames(m map[string][]int64) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// of returns what is billed of an order, and what is paid of that.
func (truth *ledgerTruth) of(order int) (billed, paid int64) {
	for name, parts := range truth.invoices {
		billed += parts[order] - truth.back[name][order]
		paid += truth.paid[name][order]
	}
	return billed, paid
}

// Whatever part of a business the events tell: a stage that is done has come so far in
// truth, one that is partial has not and counts what is true, and only where something
// was left out is a stage ambiguous.
func TestAStageOfAmountsNeverGuesses(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, billing)
	seen := map[State]int{}
	rapid.Check(t, func(t *rapid.T) {
		truth := drawTruth(t)
		events := says(t, cat, truth.lines...)
		for i, order := range truth.orders {
			x := settled(t, cat, fmt.Sprintf("O%d", i), events)
			billed, paid := truth.of(i)
			for _, s := range x.Stages {
				covered, target := billed, order
				if s.Name == "paid" {
					covered, target = paid, billed
				}
				seen[s.State]++
				fail := func(why string) {
					t.Fatalf("%s\nO%d %s: %s; in truth %d of %d\n%s", why, i, s.Name, stands(x, s.Name), covered, target, strings.Join(truth.lines, "\n"))
				}
				switch s.State {
				case StateDone:
					if covered < target {
						fail("done too early")
					}
				case StatePartial:
					if covered >= target || s.Covered.Minor != 100*covered || s.Target.Minor != 100*target {
						fail("partial, which is not so")
					}
				case StateAmbiguous:
					if len(truth.orders) == 1 && !strings.Contains(strings.Join(truth.lines, " "), "credit") && len(truth.invoices) == 1 {
						fail("there is nothing to be in doubt of")
					}
				case StatePending:
				default:
					fail("a state of no sense")
				}
			}
		}
	})
	for _, s := range []State{StateDone, StatePartial, StateAmbiguous, StatePending} {
		if seen[s] == 0 {
			t.Errorf("no stage was ever %s, of %v", s, seen)
		}
	}
}

// Where events tell of everything how much it is, nothing is in doubt.
func TestWithAllAllocationsNothingIsAmbiguous(t *testing.T) {
	t.Parallel()
	cat := flowOf(t, billing)
	rapid.Check(t, func(t *rapid.T) {
		orders := rapid.IntRange(1, 4).Draw(t, "orders")
		var lines []string
		billed := make([]int64, orders)
		for i := range orders {
			lines = append(lines, fmt.Sprintf("1 order/O%d =%d", i, rapid.Int64Range(0, 50).Draw(t, "order")))
		}
		for n := range rapid.IntRange(1, 4).Draw(t, "invoices") {
			line, total := "", int64(0)
			for i := range orders {
				part := rapid.Int64Range(-9, 30).Draw(t, "part")
				billed[i], total = billed[i]+part, total+part
				line += fmt.Sprintf(" bills=order/O%d:%d", i, part)
			}
			lines = append(lines, fmt.Sprintf("2 invoice/I%d =%d%s", n, total, line))
		}
		events := says(t, cat, lines...)
		for i := range orders {
			s := settled(t, cat, fmt.Sprintf("O%d", i), events).Stages[0]
			done := s.Covered.Minor >= s.Target.Minor
			if s.State == StateAmbiguous || s.Covered.Minor != 100*billed[i] || done != (s.State == StateDone) || done != (s.Short().Minor == 0) {
				t.Fatalf("O%d has %+v, with %d billed\n%s", i, s, billed[i], strings.Join(lines, "\n"))
			}
		}
	})
}
