package collector

import (
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"throughline/lineage"
)

const noMetrics = "metrics are not taken in: send traces to /v1/traces, logs to /v1/logs or CloudEvents to /v1/events, " +
	"and set OTEL_METRICS_EXPORTER=none to stop this message"

// ServeHTTP is every address of the collector on one screen. Both ports answer
// all of it, so that a sender who takes the one for the other is served too.
func (c *Collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Also what is refused before its body is read must come to an end: net/http
	// reads on, to use the connection again.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(c.cfg.BodyTimeout))
	if r.ProtoMajor == 1 {
		c.hurry(w) // for "100 Continue"; in HTTP/2 it would end the stream, written to or not
	}
	if isGRPC(r) {
		c.grpc(w, r)
		return
	}
	where := path.Clean("/" + r.URL.Path) // a base URL that ends in a slash gives //v1/traces
	if err := c.guard.admit(r); err != nil {
		c.turnAway(w, r, where, http.StatusUnauthorized, err)
		return
	}
	if err := c.meant(r); err != nil {
		c.turnAway(w, r, where, http.StatusForbidden, err)
		return
	}
	switch where {
	case "/v1/traces":
		c.only(http.MethodPost, c.otlp(lineage.Traces))(w, r)
	case "/v1/logs":
		c.only(http.MethodPost, c.otlp(lineage.Logs))(w, r)
	case "/v1/events":
		if r.Method == http.MethodOptions {
			c.greet(w, r)
			return
		}
		c.only(http.MethodPost, c.events)(w, r)
	case "/v1/metrics":
		c.turnAway(w, r, where, http.StatusNotFound, lineage.Errorf(lineage.NotFound, "", noMetrics))
	default:
		c.turnAway(w, r, where, http.StatusNotFound, lineage.Errorf(lineage.NotFound, "",
			"nothing is taken in at %s: send OTLP traces to /v1/traces, logs to /v1/logs, CloudEvents to /v1/events "+
				"(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is used as it is, OTEL_EXPORTER_OTLP_ENDPOINT gets /v1/traces appended)", r.URL.Path))
	}
}

// only lets one method through.
func (c *Collector) only(method string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == method {
			next(w, r)
			return
		}
		w.Header().Set("Allow", method)
		c.turnAway(w, r, r.URL.Path, http.StatusMethodNotAllowed, lineage.Errorf(lineage.Invalid, "", "%s takes %s, not %s", r.URL.Path, method, r.Method))
	}
}

// turnAway refuses a request that never became an intake.
func (c *Collector) turnAway(w http.ResponseWriter, r *http.Request, where string, code int, err error) {
	err = c.metrics.turnAway(err)
	if strings.HasPrefix(where, "/v1/events") {
		c.refuseEvents(w, code, err)
		return
	}
	encoding, _ := encodingOf(r)
	c.refuse(w, encoding, code, err)
}

func isGRPC(r *http.Request) bool {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.ProtoMajor >= 2 && r.Method == http.MethodPost && (media == "application/grpc" || media == "application/grpc+proto")
}
