package storetest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"throughline/lineage"
)

// Traffic makes spans like those of a shop of eight services: traces of ten
// spans, twelve attributes a span, about 478 bytes of OTLP each. The same seed
// gives the same spans. It is not safe for concurrent use.
type Traffic struct {
	rand  *rand.Rand
	now   time.Time
	order int
}

// NewTraffic starts traffic at a moment.
func NewTraffic(seed uint64, now time.Time) *Traffic {
	return &Traffic{rand: rand.New(rand.NewPCG(seed, 478)), now: now, order: 1_000_000}
}

// Block is a block of n spans, with an identifier for every trace's order.
func (t *Traffic) Block(writer string, id uint64, n int) *lineage.Block {
	b := &lineage.Block{Writer: writer, ID: id, Day: t.now.Truncate(24 * time.Hour)}
	for len(b.Spans) < n {
		b.Spans = t.trace(b.Spans)
		last := &b.Spans[len(b.Spans)-1]
		b.Identifiers = append(b.Identifiers, lineage.Identifier{
			Tenant: last.Tenant, Object: lineage.Object{Type: "order", System: "erp", ID: fmt.Sprintf("SO-%d", t.order)},
			Kind: lineage.SpanEvent, TraceID: last.TraceID, Source: "otel:" + last.Service, Time: last.Start,
		})
	}
	return b
}

func (t *Traffic) trace(to []lineage.Span) []lineage.Span {
	services := []string{"gateway", "crm", "quote", "order", "stock", "delivery", "invoice", "payment"}
	operations := []string{"GET /orders/{id}", "POST /orders", "db.query", "publish order.created", "process order.created", "PUT /invoices/{id}"}
	kinds := []string{"Server", "Client", "Internal", "Producer", "Consumer"}

	t.order++
	t.now = t.now.Add(time.Duration(t.rand.IntN(2_000_000)))
	var id lineage.TraceID
	t.fill(id[:])
	spans := make([]lineage.Span, 10)
	start, user := t.now, t.rand.IntN(50_000)
	for i := range spans {
		service, operation := services[t.rand.IntN(len(services))], operations[t.rand.IntN(len(operations))]
		s := &spans[i]
		*s = lineage.Span{
			Tenant: "default", TraceID: id, Name: operation, Kind: kinds[t.rand.IntN(len(kinds))], Service: service,
			Start: start, Duration: time.Duration(t.rand.ExpFloat64() * 3e6), Status: "Unset",
			ScopeName: "go.opentelemetry.io/contrib/" + service, ScopeVersion: "0.62.0",
			Resource: fmt.Sprintf(`{"service.name":%q,"service.version":"1.4.2","deployment.environment.name":"production","host.name":"node-%d"}`, service, len(service)),
			Attributes: fmt.Sprintf(`{"http.request.method":"POST","http.route":%q,"http.response.status_code":"%d","url.scheme":"https","server.address":"%s.internal","server.port":"8080",`+
				`"network.protocol.version":"1.1","client.address":"10.0.%d.%d","user.id":"u-%d","thread.id":"%d","order.id":"SO-%d","code.function":"handle%d"}`,
				operation, 200+t.rand.IntN(3), service, t.rand.IntN(4), t.rand.IntN(256), user, t.rand.IntN(64), t.order, t.rand.IntN(12)),
			Ingested: t.now.Add(50 * time.Millisecond).Truncate(100 * time.Millisecond), Hash: t.rand.Uint64(),
		}
		t.fill(s.SpanID[:])
		if i > 0 {
			s.Parent = spans[t.rand.IntN(i)].SpanID
		}
		if t.rand.IntN(50) == 0 {
			s.Status, s.StatusMessage = "Error", "deadline exceeded"
			s.Events = fmt.Sprintf(`[{"t":%d,"name":"exception","attrs":{"exception.type":"Timeout"}}]`, start.UnixNano())
		}
		start = start.Add(time.Duration(t.rand.IntN(1_500_000)))
	}
	return append(to, spans...)
}

func (t *Traffic) fill(id []byte) {
	for i := range id {
		id[i] = byte(t.rand.UintN(256))
	}
}
