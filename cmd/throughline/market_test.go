package main

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"throughline/lineage"
)

// market is many orders, over days that ended yesterday. Each goes from an opportunity
// and a quote to a delivery and an invoice within half a minute, which its deadlines
// want: six events about these five, with a correlation id, in a trace of two spans. It
// is paid a day later, which is a seventh event in a trace of its own and completes it;
// but for every so many, which stay open. Numbers count up as an ERP's do; opportunities,
// quotes, correlation ids and traces are random.
type market struct {
	orders    int
	days      int // on which orders come in; payments go on for a day
	openEvery int // 1: no order is paid; 50: every fiftieth is not
	first     time.Time
}

// newMarket spreads orders over days, as many a day as on any other.
func newMarket(orders, days, openEvery int, today time.Time) market {
	return market{orders: orders, days: days, openEvery: openEvery, first: today.UTC().Truncate(24*time.Hour).AddDate(0, 0, -days-1)}
}

// perOrder is how many events a paid order has.
const perOrder = 7

// perDay is how many orders come in on one day.
func (m market) perDay() int { return (m.orders + m.days - 1) / m.days }

func (m market) paid(order int) bool { return order%m.openEvery != 0 }

// events is how many there are in all.
func (m market) events() int {
	open := (m.orders + m.openEvery - 1) / m.openEvery
	return perOrder*m.orders - open
}

// at is when an order comes in.
func (m market) at(order int) time.Time {
	day, of := order/m.perDay(), order%m.perDay()
	return m.first.AddDate(0, 0, day).Add(time.Duration(of) * 80_000 * time.Second / time.Duration(m.perDay()))
}

// mix scatters numbers, each to another one (splitmix64).
func mix(n, salt int) uint64 {
	z := (uint64(n)<<8 | uint64(salt)) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// The ids of an order's objects, by type.
func marketID(typ string, order int) string {
	switch typ {
	case "opportunity":
		return fmt.Sprintf("O-%016X", mix(order, 8))
	case "quote":
		return fmt.Sprintf("Q-%016X", mix(order, 1))
	case "order":
		return strconv.Itoa(4_500_000_000 + order)
	case "delivery":
		return strconv.Itoa(8_000_000_000 + order)
	case "invoice":
		return strconv.Itoa(9_000_000_000 + order)
	case "payment":
		return strconv.Itoa(1_400_000_000 + order)
	case lineage.CorrelationType:
		return fmt.Sprintf("%016x-%016x", mix(order, 2), mix(order, 3))
	case lineage.TraceType:
		return fmt.Sprintf("%016x%016x", mix(order, 4), mix(order, 5))
	case paymentTrace:
		return fmt.Sprintf("%016x%016x", mix(order, 6), mix(order, 7))
	default:
		panic("a market has no " + typ)
	}
}

const paymentTrace = "payment's trace"

// booked is what comes in on the day of some orders, from the first up to the last,
// without that; and settles, a day later. Every request comes in when the last that it
// tells has happened.
func (m market) booked(t testing.TB, from, to int) []arrival { return m.arrivals(t, from, to, false) }

func (m market) settled(t testing.TB, from, to int) []arrival { return m.arrivals(t, from, to, true) }

// arrival is a request and when it comes in.
type arrival struct {
	request
	at    time.Time
	items int
}

// perRequest is how many orders one request tells of.
const perRequest = 100

func (m market) arrivals(t testing.TB, from, to int, payments bool) []arrival {
	t.Helper()
	var all []arrival
	for first := from; first < to; first += perRequest {
		last := min(first+perRequest, to)
		body, n := []byte{'['}, 0
		spans := newSpanSheet()
		for i := first; i < last; i++ {
			switch {
			case !payments:
				body = m.appendBooking(body, i)
				n += perOrder - 1
				spans.add(marketID(lineage.TraceType, i), 0, m.at(i), "erp")
				spans.add(marketID(lineage.TraceType, i), 1, m.at(i).Add(time.Second), "billing")
			case m.paid(i):
				body = m.appendPayment(body, i)
				n++
				spans.add(marketID(paymentTrace, i), 0, m.at(i).AddDate(0, 0, 1), "bank")
			}
		}
		if n == 0 {
			continue
		}
		body[len(body)-1] = ']' // was a comma
		at := m.at(last - 1).Add(time.Minute)
		if payments {
			at = at.AddDate(0, 0, 1)
		}
		all = append(all,
			arrival{request{"/v1/traces", "application/x-protobuf", spans.body(t)}, at, spans.n},
			arrival{request{"/v1/events", "application/cloudevents-batch+json", body}, at, n})
	}
	return all
}

// appendBooking writes the first six events of an order, each with a comma.
func (m market) appendBooking(to []byte, order int) []byte {
	id := func(typ string) string { return marketID(typ, order) }
	for step, data := range []string{
		`opportunity.won","source":"/crm","subject":"opportunity/` + id("opportunity") + `","data":{"outcome":"ok"`,
		`quote.accepted","source":"/cpq","subject":"quote/` + id("quote") + `","data":{"objects":{"opportunity":["` + id("opportunity") + `"]}`,
		`order.created","source":"/erp","subject":"order/` + id("order") + `","data":{"objects":{"quote":["` + id("quote") + `"]},"stage":"ordered"`,
		`delivery.created","source":"/wms","subject":"delivery/` + id("delivery") + `","data":{"objects":{"order":["` + id("order") + `"]}`,
		`delivery.left","source":"/wms","subject":"delivery/` + id("delivery") + `","data":{"outcome":"ok"`,
		`invoice.posted","source":"/billing","subject":"invoice/` + id("invoice") + `","data":{"relations":[{"from":"invoice/` + id("invoice") +
			`","to":"delivery/` + id("delivery") + `","qualifier":"bills"}],"amount":{"value":"` + strconv.Itoa(order%5000) + `.90","currency":"EUR"}`,
	} {
		to = m.appendEvent(to, order, step, m.at(order).Add(time.Duration(5*step)*time.Second), id(lineage.TraceType), data)
	}
	return to
}

func (m market) appendPayment(to []byte, order int) []byte {
	data := `payment.received","source":"/bank","subject":"payment/` + marketID("payment", order) + `","data":{"objects":{"invoice":["` +
		marketID("invoice", order) + `"]},"amount":{"value":"` + strconv.Itoa(order%5000) + `.90","currency":"EUR"}`
	return m.appendEvent(to, order, perOrder-1, m.at(order).AddDate(0, 0, 1), marketID(paymentTrace, order), data)
}

// appendEvent writes a CloudEvent; what begins with its type goes up to its data's end.
func (m market) appendEvent(to []byte, order, step int, at time.Time, trace, what string) []byte {
	return fmt.Appendf(to, `{"specversion":"1.0","id":"%d-%d","time":%q,"correlationid":%q,"traceparent":"00-%s-%016x-01","type":"%s}},`,
		order, step, at.Format(time.RFC3339), marketID(lineage.CorrelationType, order), trace, mix(order, 10+step), what)
}

// spanSheet is a request of spans that name no business object.
type spanSheet struct {
	traces ptrace.Traces
	by     map[string]ptrace.SpanSlice
	n      int
}

func newSpanSheet() *spanSheet {
	return &spanSheet{traces: ptrace.NewTraces(), by: make(map[string]ptrace.SpanSlice)}
}

func (s *spanSheet) add(trace string, step int, at time.Time, service string) {
	list, ok := s.by[service]
	if !ok {
		rs := s.traces.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", service)
		list = rs.ScopeSpans().AppendEmpty().Spans()
		s.by[service] = list
	}
	s.n++
	span := list.AppendEmpty()
	var id pcommon.TraceID
	_, _ = hex.Decode(id[:], []byte(trace))
	span.SetTraceID(id)
	span.SetSpanID(pcommon.SpanID(append([]byte{byte(step + 1)}, id[1:8]...)))
	span.SetName("POST /documents")
	span.SetKind(ptrace.SpanKindServer)
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(at))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(at.Add(40 * time.Millisecond)))
	span.Attributes().PutStr("http.request.method", "POST")
	span.Attributes().PutInt("http.response.status_code", 201)
	span.Attributes().PutStr("url.path", "/documents")
}

func (s *spanSheet) body(t testing.TB) []byte {
	t.Helper()
	body, err := ptraceotlp.NewExportRequestFromTraces(s.traces).MarshalProto()
	if err != nil {
		t.Fatal(err)
	}
	return body
}
