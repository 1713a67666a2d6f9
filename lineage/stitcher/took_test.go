package stitcher

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/lineage"
)

// plainly tells latency by sorting all there is.
func plainly(took []time.Duration) lineage.Latency {
	if len(took) == 0 {
		return lineage.Latency{}
	}
	slices.Sort(took)
	rank := func(percent int) time.Duration { return took[(len(took)*percent+99)/100-1] }
	return lineage.Latency{Samples: len(took), P50: rank(50), P95: rank(95), Max: took[len(took)-1]}
}

func TestLatencyIsThatOfAllThatWasCompletedWhateverWasTakenBack(t *testing.T) {
	t.Parallel()
	type done struct {
		ended time.Time
		took  time.Duration
	}
	rapid.Check(t, func(t *rapid.T) {
		took, now := make(took), noon
		clock := func() time.Time { return now }
		var all []done
		for range rapid.IntRange(0, 300).Draw(t, "times") {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "later")) * time.Minute)
			case 1, 2:
				if len(all) > 0 {
					i := rapid.IntRange(0, len(all)-1).Draw(t, "taken back")
					took.count(nanos(all[i].ended), all[i].took, -1, clock)
					all = slices.Delete(all, i, i+1)
				}
			default:
				d := done{now.Add(time.Duration(rapid.IntRange(-9000, 600).Draw(t, "ended")) * time.Second), time.Duration(rapid.IntRange(-3, 30).Draw(t, "took"))}
				took.count(nanos(d.ended), d.took, 1, clock)
				all = append(all, d)
			}
		}
		var hour, before []time.Duration
		perMinute := make([][]time.Duration, trendMinutes)
		for _, d := range all {
			switch ago := int(minuteOf(now) - minuteOf(d.ended)); {
			case ago < 0 || ago >= 2*trendMinutes:
			case ago >= trendMinutes:
				before = append(before, d.took)
			default:
				hour = append(hour, d.took)
				perMinute[trendMinutes-1-ago] = append(perMinute[trendMinutes-1-ago], d.took)
			}
		}
		var want []lineage.Latency
		for _, minute := range perMinute {
			want = append(want, plainly(minute))
		}
		minutes, gotHour, gotBefore := took.trend(now)
		if diff := cmp.Diff(want, minutes); diff != "" {
			t.Fatal(diff)
		}
		if gotHour != plainly(hour) || gotBefore != plainly(before) {
			t.Fatalf("the hour is %+v, that before %+v; want %+v, %+v", gotHour, gotBefore, plainly(hour), plainly(before))
		}
		if len(took) > 2*trendMinutes+60 {
			t.Fatalf("%d minutes are kept", len(took))
		}
	})
}
