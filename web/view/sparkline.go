package view

import (
	"strings"
	"time"

	"throughline/lineage"
)

// Sparkline is how deep a queue was over the last hour, as a small drawing. It
// stands still between two measurements that are not drawn.
type Sparkline struct {
	Lines []string // point lists of the SVG, one for each unbroken run
	Dots  []Dot    // measurements that stand alone
	Label string   // the same in words
}

// The measures of the drawing, in its own units, and what it spans.
const (
	sparkWidth  = 120
	sparkHeight = 24
	sparkSpan   = time.Hour
	sparkGap    = 3 * time.Minute // of silence that breaks the line
)

// queueName is what makes a queue the same one.
type queueName struct{ system, name, consumer string }

func identityOf(q lineage.Queue) queueName { return queueName{q.System, q.Name, q.Consumer} }

func byQueue(list []lineage.Queue) map[queueName][]lineage.Queue {
	out := make(map[queueName][]lineage.Queue)
	for _, q := range list {
		out[identityOf(q)] = append(out[identityOf(q)], q)
	}
	return out
}

// newSparkline draws measurements, which come by time; now is the latest depth.
func newSparkline(past []lineage.Queue, now int64, since time.Time) Sparkline {
	if len(past) == 0 {
		return Sparkline{}
	}
	most := now
	for _, q := range past {
		most = max(most, q.Depth)
	}
	out := Sparkline{Label: "Depth over the last hour: at most " + Count(most) + ", now " + Count(now)}
	var run []Dot
	flush := func() {
		if len(run) == 1 {
			out.Dots = append(out.Dots, run[0])
		} else if len(run) > 1 {
			out.Lines = append(out.Lines, line(run))
		}
		run = nil
	}
	for i, q := range past {
		if i > 0 && q.At.Sub(past[i-1].At) > sparkGap {
			flush()
		}
		run = append(run, Dot{
			X: int(min(max(q.At.Sub(since), 0), sparkSpan) * sparkWidth / sparkSpan),
			Y: sparkHeight - int(max(q.Depth, 0)*sparkHeight/max(most, 1)),
		})
	}
	flush()
	return out
}

// line is the point list of a run.
func line(run []Dot) string {
	points := make([]string, 0, len(run))
	for _, p := range run {
		points = append(points, point(p.X, p.Y))
	}
	return strings.Join(points, " ")
}
