package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// writeBanner tells a person what runs, and what to try first.
func writeBanner(w io.Writer, cfg Config, a Addresses) error {
	data, err := filepath.Abs(cfg.Data)
	if err != nil {
		data = cfg.Data
	}
	var b strings.Builder
	line := func(name, value string) { fmt.Fprintf(&b, "  %-12s %s\n", name, value) }
	fmt.Fprintf(&b, "\nThroughline %s\n\n", version)
	line("Pages", "http://"+a.HTTP+"/")
	line("Events", "http://"+a.OTLPHTTP+"/v1/events (CloudEvents)")
	line("OTLP", "http://"+a.OTLPHTTP+", grpc "+a.OTLPGRPC)
	line("Metrics", "http://"+a.HTTP+"/metrics")
	line("ClickHouse", a.ClickHouse+engineNote(cfg))
	line("Data", data)
	if a.Reference != nil {
		line("CRM, ERP", "http://"+a.Reference.CRM+", http://"+a.Reference.ERP)
	}
	auth := ""
	if cfg.Token != "" {
		auth = ` -H "authorization: Bearer $THROUGHLINE_TOKEN"`
	}
	fmt.Fprintf(&b, "\nSend a first event, then search for A-1 on the page:\n\n"+
		"  curl%s http://%s/v1/events -H 'content-type: application/cloudevents+json' \\\n"+
		"    -d '{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/shop\",\"type\":\"order.created\",\"subject\":\"order/A-1\",\"correlationid\":\"c-1\"}'\n\n"+
		"Ctrl+C stops.\n\n", auth, a.OTLPHTTP)
	_, err = io.WriteString(w, b.String())
	return err
}

func engineNote(cfg Config) string {
	if cfg.ClickHouse != "" {
		return " (server)"
	}
	return " (embedded, at most " + cfg.Memory.String() + ")"
}
