package web

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// pages are the pages that can be opened, and watched live.
func (s *Server) pages() map[string]opener {
	return map[string]opener{
		"GET /{$}":                    s.overviewPage,
		"GET /lineage/{type}/{id...}": s.lineagePage,
		"GET /executions":             s.executionsPage,
		"GET /incidents":              s.incidentsPage,
		"GET /incidents/{id}":         s.incidentPage,
		"GET /queues":                 s.queuesPage,
		"GET /quarantine":             s.quarantinePage,
		"GET /status":                 s.statusPage,
		"GET /decisions":              s.decisionsPage,
		"GET /guards":                 s.heldBackPage,
		"GET /guards/{type}/{id...}":  s.heldPage,
		"GET /placeholders":           s.placeholdersPage,
	}
}

// stills are the pages that are read once: what they ask of the store is too much to
// be asked again and again.
func (s *Server) stills() map[string]opener {
	return map[string]opener{
		"GET /missing":             s.missingPage,
		"GET /decide":              s.decidePage,
		"GET /variants":            s.variantsPage,
		"GET /variants/executions": s.variantExecutionsPage,
		"GET /stitchability":       s.stitchabilityPage,
		"GET /drift":               s.driftPage,
	}
}

// api are the addresses that scripts ask. They answer JSON, and failures as
// problem+json.
func (s *Server) api() map[string]answerer {
	return map[string]answerer{
		"GET /api/v1/search":                      s.searchJSON,
		"GET /api/v1/lineage/{type}/{id...}":      s.lineageJSON,
		"GET /api/v1/missing":                     s.missingJSON,
		"GET /api/v1/executions":                  s.executionsJSON,
		"GET /api/v1/variants":                    s.variantsJSON,
		"GET /api/v1/variants/executions":         s.variantExecutionsJSON,
		"GET /api/v1/stitchability":               s.stitchabilityJSON,
		"GET /api/v1/drift":                       s.driftJSON,
		"GET /api/v1/incidents":                   s.incidentsJSON,
		"GET /api/v1/incidents/{id}":              s.incidentJSON,
		"POST /api/v1/incidents/{id}/acknowledge": s.acknowledgeJSON,
		"GET /api/v1/figures":                     s.figuresJSON,
		"GET /api/v1/queues":                      s.queuesJSON,
		"GET /api/v1/quarantine":                  s.quarantineJSON,
		"GET /api/v1/status":                      s.statusJSON,
		"GET /api/v1/decisions":                   s.decisionsJSON,
		"GET /api/v1/decisions/preview":           s.previewJSON,
		"POST /api/v1/decisions":                  s.decideJSON,
		"GET /api/v1/catalogue":                   s.catalogueJSON,
		"POST /api/v1/catalogue":                  s.promoteJSON,
		"GET /api/v1/catalogue/remap":             s.remappingJSON,
		"GET /api/v1/guards":                      s.guardsJSON,
		"GET /api/v1/guards/{type}/{id...}":       s.heldJSON,
		"GET /api/v1/placeholders":                s.placeholdersJSON,
	}
}

// anywhere takes what no other pattern does.
const anywhere = "/"

// routes is every address that the server answers.
func (s *Server) routes() http.Handler {
	mux, live := http.NewServeMux(), http.NewServeMux()
	for pattern, open := range s.pages() {
		mux.Handle(pattern, gzhttp.GzipHandler(s.show(open)))
		live.Handle(pattern, s.watch(open))
	}
	bounds := s.newBounds()
	for pattern, open := range s.stills() {
		mux.Handle(pattern, gzhttp.GzipHandler(bounds.around(pattern, s.show(open))))
	}
	for pattern, answer := range s.api() {
		mux.Handle(pattern, gzhttp.GzipHandler(bounds.around(pattern, s.answerJSON(answer))))
	}
	out := s.newExport()
	mux.Handle("GET /api/v1/export/{flow}/events", gzhttp.GzipHandler(out.stream(s.exportEvents)))
	mux.Handle("GET /api/v1/export/{flow}/executions", gzhttp.GzipHandler(out.stream(s.exportExecutions)))
	mux.Handle("GET /api/v1/export/received", gzhttp.GzipHandler(out.streamed("received", s.exportReceived)))
	mux.Handle("GET /search", gzhttp.GzipHandler(http.HandlerFunc(s.search)))
	mux.HandleFunc("POST /settings", s.settings)
	mux.HandleFunc("POST /incidents/{id}/acknowledge", s.acknowledge)
	mux.HandleFunc("POST /decide", s.decide)
	mux.Handle("GET /live", s.live(live))
	mux.Handle("GET /static/", gzhttp.GzipHandler(s.assets))
	mux.HandleFunc("GET /-/healthy", s.healthy)
	mux.HandleFunc("GET /-/ready", s.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.deps.Gatherer, promhttp.HandlerOpts{}))
	mux.HandleFunc(anywhere, s.nowhere(mux))
	return s.metrics.counted(s.deps.Now, s.guarded(mux))
}
