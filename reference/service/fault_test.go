package service_test

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"throughline/reference/service"
)

func TestFaultIsAFunctionOfSeedAndQuote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		quote, n := rapid.String().Draw(t, "quote"), rapid.IntRange(1, 9).Draw(t, "reasons")
		one := service.Faults{Seed: rapid.Uint64().Draw(t, "seed"), Shares: map[service.Fault]float64{}}
		for _, f := range service.AllFaults() {
			one.Shares[f] = rapid.Float64Range(0, 1.0/6).Draw(t, string(f))
		}
		two := service.Faults{Seed: one.Seed, Shares: one.Shares, RepairAfter: time.Hour, SlowBy: time.Minute}
		if one.Of(quote) != two.Of(quote) || one.Pick(quote, n) != two.Pick(quote, n) {
			t.Errorf("%q has fault %q and %q", quote, one.Of(quote), two.Of(quote))
		}
		if at := one.Pick(quote, n); at < 0 || at >= n {
			t.Errorf("picked %d of %d", at, n)
		}
		if got := (service.Faults{Seed: one.Seed}).Of(quote); got != service.FaultNone {
			t.Errorf("fault %q out of nothing", got)
		}
	})
}

func TestFaultsHaveTheirShares(t *testing.T) {
	t.Parallel()
	const quotes = 20_000
	f := service.Faults{Seed: 3, Shares: map[service.Fault]float64{
		service.FaultSlow: 0.3, service.FaultLost: 0.05, service.FaultRejected: 0.25,
	}}
	count := make(map[service.Fault]int)
	for n := range quotes {
		count[f.Of("0Q05g0000"+strconv.Itoa(n))]++
	}
	for fault, share := range map[service.Fault]float64{
		service.FaultNone: 0.4, service.FaultSlow: 0.3, service.FaultLost: 0.05, service.FaultRejected: 0.25, service.FaultDown: 0,
	} {
		if got := float64(count[fault]) / quotes; math.Abs(got-share) > 0.015 {
			t.Errorf("%q has %v of the quotes, want %v", fault, got, share)
		}
	}
	for _, fault := range service.AllFaults() {
		all := service.Faults{Seed: 1, Shares: map[service.Fault]float64{fault: 1}}
		for n := range 1000 {
			if got := all.Of(strconv.Itoa(n)); got != fault {
				t.Fatalf("quote %d has fault %q, want %q with all", n, got, fault)
			}
		}
	}
}

func TestSharesThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults service.Faults
		says   string
	}{
		"more than all":        {service.Faults{Shares: map[service.Fault]float64{"slow": 0.6, "lost": 0.5}}, "add up to 1.1"},
		"less than none":       {service.Faults{Shares: map[service.Fault]float64{"down": -0.1}}, "share of down is -0.1"},
		"no number":            {service.Faults{Shares: map[service.Fault]float64{"down": math.NaN()}}, "share of down is NaN"},
		"one that nobody made": {service.Faults{Shares: map[service.Fault]float64{"late": 0.1}}, `no fault "late"`},
		"no fault at all":      {service.Faults{Shares: map[service.Fault]float64{"": 0.1}}, `no fault ""`},
		"a repair before":      {service.Faults{RepairAfter: -1}, "RepairAfter"},
		"a delivery before":    {service.Faults{SlowBy: -1}, "SlowBy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := c.faults.Check(); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error is %v, want %q", err, c.says)
			}
		})
	}
	tenths := map[service.Fault]float64{"slow": 0.1, "flaky": 0.2, "down": 0.3, "lost": 0.1, "duplicate": 0.1, "rejected": 0.2}
	if err := (service.Faults{Shares: tenths}).Check(); err != nil {
		t.Errorf("shares that are all: %v", err)
	}
}
