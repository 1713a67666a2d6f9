package stitcher

import (
	"cmp"
	"maps"
	"time"

	"throughline/lineage"
)

const (
	// trendMinutes is how far back latency is told; what it is compared with is as
	// long before that.
	trendMinutes = 60
	// aheadMinutes is how far the clocks of senders may be ahead.
	aheadMinutes = 24 * 60
)

// took is how long executions took, by the minute in which they were completed. It is
// kept apart from their summaries, which may be dropped within the hour.
type took map[int64]*ordered[time.Duration]

// count enters one execution, or takes it out again.
func (t took) count(ended int64, d time.Duration, by int, now func() time.Time) {
	minute := ended / int64(time.Minute)
	of := t[minute]
	if by < 0 {
		if of != nil && of.remove(d) && of.size == 0 {
			delete(t, minute)
		}
		return
	}
	if of == nil {
		this := minuteOf(now())
		if minute <= this-2*trendMinutes || minute > this+aheadMinutes {
			return
		}
		maps.DeleteFunc(t, func(m int64, _ *ordered[time.Duration]) bool { return m <= this-2*trendMinutes })
		of = &ordered[time.Duration]{compare: cmp.Compare[time.Duration]}
		t[minute] = of
	}
	of.add(d)
}

func minuteOf(t time.Time) int64 { return nanos(t) / int64(time.Minute) }

// trend returns the latency of each minute up to now, of all of them, and of as many
// before.
func (t took) trend(now time.Time) (minutes []lineage.Latency, hour, before lineage.Latency) {
	this := minuteOf(now)
	lists := func(last int64) (all []*ordered[time.Duration]) {
		for m := last - trendMinutes + 1; m <= last; m++ {
			if of := t[m]; of != nil {
				all = append(all, of)
			}
		}
		return all
	}
	for m := this - trendMinutes + 1; m <= this; m++ {
		var one lineage.Latency
		if of := t[m]; of != nil {
			one = latencyOf(of)
		}
		minutes = append(minutes, one)
	}
	return minutes, latencyOf(lists(this)...), latencyOf(lists(this - trendMinutes)...)
}

// latencyOf tells the latency of what lies in several lists.
func latencyOf(lists ...*ordered[time.Duration]) lineage.Latency {
	if len(lists) == 0 {
		return lineage.Latency{}
	}
	var l lineage.Latency
	least := lists[0].runs[0][0]
	l.Max = lists[0].last()
	for _, of := range lists {
		l.Samples += of.size
		least, l.Max = min(least, of.runs[0][0]), max(l.Max, of.last())
	}
	rank := func(percent int) time.Duration { return ranked(lists, (l.Samples*percent+99)/100, least, l.Max) }
	l.P50, l.P95 = rank(50), rank(95)
	return l
}

// ranked returns the value, from least to most, that n values are not greater than. It
// halves what is between them: merging the lists would read all of them.
func ranked(lists []*ordered[time.Duration], n int, least, most time.Duration) time.Duration {
	for least < most {
		middle := least + (most-least)/2
		upTo := 0
		for _, of := range lists {
			upTo += of.before(of.seek(func(d time.Duration) bool { return d > middle }))
		}
		if upTo >= n {
			most = middle
		} else {
			least = middle + 1
		}
	}
	return least
}
