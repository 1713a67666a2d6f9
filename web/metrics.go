package web

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	requests *prometheus.CounterVec   // route, code
	seconds  *prometheus.HistogramVec // route
	live     prometheus.Gauge
	rooms    prometheus.Gauge
	pushes   prometheus.Counter
	pushed   prometheus.Counter
	draws    *prometheus.CounterVec // result
	cut      *prometheus.CounterVec // reason
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_web_requests_total", Help: "Requests answered, by route and status code.",
		}, []string{"route", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "throughline_web_request_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"route"}),
		live: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "throughline_web_live_clients", Help: "Pages that are being watched live.",
		}),
		rooms: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "throughline_web_live_rooms", Help: "Different pages that are being watched live.",
		}),
		pushes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "throughline_web_live_pushes_total", Help: "Updates handed to live clients.",
		}),
		pushed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "throughline_web_live_pushed_bytes_total", Help: "Bytes of updates handed to live clients, before compression.",
		}),
		draws: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_web_live_draws_total", Help: "Times a live page was drawn, by result: changed, same or failed.",
		}, []string{"result"}),
		cut: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "throughline_web_live_cut_total", Help: "Live clients turned away or cut off, by reason: origin, full or slow.",
		}, []string{"reason"}),
	}
	var errs []error
	for _, c := range []prometheus.Collector{m.requests, m.seconds, m.live, m.rooms, m.pushes, m.pushed, m.draws, m.cut} {
		errs = append(errs, r.Register(c))
	}
	return m, errors.Join(errs...)
}

// counted counts and times the answers of a route. A WebSocket is counted when
// it is opened.
func (m *metrics) counted(now func() time.Time, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := now()
		code := &recorder{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(code, r)
		route := r.Pattern
		if route == "" {
			route = "none"
		}
		m.requests.WithLabelValues(route, strconv.Itoa(code.code)).Inc()
		if code.code != http.StatusSwitchingProtocols {
			m.seconds.WithLabelValues(route).Observe(now().Sub(start).Seconds())
		}
	})
}

// recorder remembers the status code of an answer.
type recorder struct {
	http.ResponseWriter
	code int
}

func (r *recorder) WriteHeader(code int) {
	r.code = code
	r.ResponseWriter.WriteHeader(code)
}

// Hijack hands the connection over to a WebSocket.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	r.code = http.StatusSwitchingProtocols
	return http.NewResponseController(r.ResponseWriter).Hijack()
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
