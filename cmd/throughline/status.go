package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"throughline/web"
)

// Status accounts for what came in, from socket to store.
func (p *Program) Status(context.Context) (web.Status, error) {
	flow := p.pipeline.Status()
	bound := p.collector.Addrs()
	s := web.Status{
		Version: version, Started: p.started, InFlight: int64(flow.InFlight), Notes: flow.Troubles,
		Endpoints: web.Endpoints{OTLPHTTP: bound.OTLPHTTP, OTLPGRPC: bound.OTLPGRPC},
	}
	if note := remapNote(p.remap.Remapping()); note != "" {
		s.Notes = append(s.Notes, note)
	}
	counts := p.collector.Counts()
	for _, sig := range flow.Signals {
		refused := int64(counts[sig.Signal].Refused)
		s.Signals = append(s.Signals, web.Signal{
			Signal: sig.Signal, Received: int64(sig.Received) + refused, Refused: refused,
			Quarantined: int64(sig.Quarantined), Deduplicated: int64(sig.Deduplicated),
			Stored: int64(sig.Stored), Stitched: int64(sig.Stitched), Lag: sig.Lag,
		})
	}
	return s, nil
}

// pingWithin bounds the question whether ClickHouse answers.
const pingWithin = 2 * time.Second

// notReady says why the house is not ready to be relied on.
func (p *Program) notReady() []string {
	var reasons []string
	if err := p.journal.Stats().Err; err != nil {
		reasons = append(reasons, fmt.Sprintf("the journal does not accept anything any more: %v; restart once the disk is sound", err))
	}
	ctx, cancel := context.WithTimeout(p.life, pingWithin)
	defer cancel()
	if err := p.store.Ping(ctx); err != nil {
		reasons = append(reasons, "ClickHouse does not answer; what comes in waits in the journal: "+firstLine(err))
	}
	if !p.stitcher.Loaded() {
		read, total := p.stitcher.Rebuilding()
		reasons = append(reasons, fmt.Sprintf("the transactions are being rebuilt from the store: %d of %d events are read", read, total))
	}
	if !p.sweeper.Judging() {
		reasons = append(reasons, "deadlines are not judged yet: first everything must be stitched that was acknowledged before the start")
	}
	return reasons
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
