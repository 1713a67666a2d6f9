package view

import (
	"time"

	"throughline/lineage"
	"throughline/slo"
)

// Overview is the first page: every flow, or how to send the first event.
type Overview struct {
	Flows []Flow
	First FirstEvent
}

// FirstEvent is what an empty house teaches: where to send what.
type FirstEvent struct {
	Events string // URL that takes CloudEvents
	HTTP   string // URL that takes OTLP over HTTP
	GRPC   string // URL that takes OTLP over gRPC
}

// Flow is one flow with its transactions by stage, its latency and the latest.
type Flow struct {
	Name       string
	URL        string
	Total      int
	Unanchored int
	AsOf       Time // to the minute
	Tiles      []Tile
	Promises   []Promise
	Window     string // of what the deadlines came to
	Owes       bool   // it names stages, so that deadlines could be promised
	Stages     []FlowStage
	Samples    int
	Max        string
	Trend      Trend
	Latest     Executions
}

// FlowStage counts the transactions whose furthest stage is this one.
type FlowStage struct {
	Name   string
	URL    string
	Total  int
	Shares []Share
}

// Share is the part of a stage's transactions in one state. X and Width are
// thousandths of the bar.
type Share struct {
	Badge    Badge
	Count    int
	URL      string
	X, Width int
}

// NewFlow makes the view of one flow; figures are those of every SLA.
func NewFlow(f lineage.FlowOverview, figures []slo.Figures, l Lore, c Clock) Flow {
	var mine []slo.Figures
	for _, g := range figures {
		if g.SLA.Flow == f.Flow {
			mine = append(mine, g)
		}
	}
	total := sum(mine)
	out := Flow{
		Name: f.Flow, URL: Filter{Flow: f.Flow}.URL(""), Total: f.Total, Unanchored: f.Unanchored,
		AsOf: asOf(total.AsOf, c), Tiles: newTiles(f, mine, l), Promises: newPromises(mine, c), Window: window(total.Window),
		Samples: f.Latency.Samples, Max: Span(f.Latency.Max),
		Trend: NewTrend(f.Trend, c), Latest: Executions{Rows: NewSummaries(f.Latest, c), Zone: c.ZoneName()},
	}
	for _, s := range f.Stages {
		out.Owes = out.Owes || s.Stage != ""
		if stage, some := newFlowStage(f.Flow, s); some || s.Stage != "" {
			out.Stages = append(out.Stages, stage)
		}
	}
	draw(out.Stages)
	return out
}

// asOf tells how fresh figures are, to the minute: those that stand still are not
// drawn again.
func asOf(t time.Time, c Clock) Time {
	if t.IsZero() || t.After(c.Now) {
		t = c.Now
	}
	t = t.Truncate(time.Minute)
	return Time{Text: c.format(t, "15:04 MST"), ISO: c.ISO(t)}
}

func newFlowStage(flow string, s lineage.StageCount) (FlowStage, bool) {
	out := FlowStage{Name: s.Stage, URL: Filter{Flow: flow, Stage: s.Stage}.URL("")}
	if s.Stage == "" {
		out.Name = "not begun"
	}
	for _, part := range []struct {
		state lineage.State
		count int
	}{
		{lineage.StateFailed, s.Failed},
		{lineage.StateRetrying, s.Retrying},
		{lineage.StateOpen, s.Open},
		{lineage.StateCompleted, s.Completed},
		{lineage.StateObserved, s.Observed},
	} {
		out.Total += part.count
		if part.count > 0 {
			out.Shares = append(out.Shares, Share{
				Badge: StateBadge(part.state), Count: part.count,
				URL: Filter{Flow: flow, Stage: s.Stage, State: string(part.state)}.URL(""),
			})
		}
	}
	return out, out.Total > 0
}

// draw sets the bars of all stages to one scale.
func draw(stages []FlowStage) {
	most := 1
	for _, s := range stages {
		most = max(most, s.Total)
	}
	for _, s := range stages {
		x := 0
		for i := range s.Shares {
			s.Shares[i].X, s.Shares[i].Width = x, max(s.Shares[i].Count*1000/most, 8)
			x += s.Shares[i].Width
		}
	}
}

// Curl is a command that sends one CloudEvent.
func (f FirstEvent) Curl() string {
	return "curl -i " + f.Events + ` \
  -H 'Content-Type: application/cloudevents+json' \
  -d '{"specversion":"1.0","id":"1","source":"my-erp","type":"order.created",
       "subject":"order/SO-1","correlationid":"c-1","data":{}}'`
}

// Env is the environment that points an OpenTelemetry SDK here.
func (f FirstEvent) Env() string {
	return "export OTEL_EXPORTER_OTLP_ENDPOINT=" + f.HTTP + `
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_SERVICE_NAME=my-service`
}
