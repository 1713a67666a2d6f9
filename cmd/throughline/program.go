package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	_ "time/tzdata" // a reader's time zone is a setting of theirs, wherever this runs

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"throughline/alerts"
	"throughline/clickhouse"
	"throughline/clickhouse/embedded"
	"throughline/collector"
	"throughline/collector/journal"
	"throughline/collector/otlp"
	"throughline/collector/pipeline"
	"throughline/collector/queues"
	"throughline/jobs"
	"throughline/lineage"
	"throughline/lineage/stitcher"
	"throughline/reference"
	"throughline/slo/sweeper"
	"throughline/web"
)

// The edges never know each other; here they are joined.
var (
	_ pipeline.Sink    = (*clickhouse.Store)(nil)
	_ pipeline.Memory  = memory{}
	_ pipeline.Feed    = (*stitcher.Stitcher)(nil)
	_ stitcher.Store   = (*clickhouse.Store)(nil)
	_ web.Lineage      = (*stitcher.Stitcher)(nil)
	_ web.Quarantine   = (*clickhouse.Store)(nil)
	_ web.Traces       = traces{}
	_ web.StatusSource = (*Program)(nil)
	_ web.Suppressed   = (*stitcher.Stitcher)(nil)
	_ web.Texts        = (*clickhouse.Store)(nil)
	_ web.Decisions    = (*stitcher.Stitcher)(nil)
	_ web.Guards       = (*stitcher.Stitcher)(nil)
	_ web.Absences     = (*stitcher.Stitcher)(nil)
	_ web.Audit        = (*clickhouse.Store)(nil)
	_ web.Exports      = exports{}
	_ web.Clocks       = (*sweeper.Sweeper)(nil)
	_ web.Incidents    = (*alerts.Alerts)(nil)
	_ web.Queues       = (*queueBoard)(nil)
	_ web.Judged       = (*clickhouse.Store)(nil)
	_ web.Trends       = (*clickhouse.Store)(nil)
	_ web.Traffic      = (*clickhouse.Store)(nil)
	_ web.Variants     = (*clickhouse.Store)(nil)
	_ web.Stitching    = (*clickhouse.Store)(nil)
	_ web.Rules        = (*inForce)(nil)

	_ stitcher.Listener = (*sweeper.Sweeper)(nil)
	_ stitcher.Recorder = recorder{}
	_ sweeper.Store     = (*clickhouse.Store)(nil)
	_ alerts.Ledger     = (*sweeper.Sweeper)(nil)
	_ alerts.Store      = (*clickhouse.Store)(nil)
	_ jobs.Store        = (*clickhouse.Store)(nil)
	_ jobs.Feed         = (*stitcher.Stitcher)(nil)
	_ queues.Store      = (*clickhouse.Store)(nil)
)

// Program is the whole house.
//
//	collector ──▶ journal ──▶ pipeline ──▶ clickhouse.Store ◀── engine (child)
//	                             └───────▶ stitcher ──▶ sweeper ──▶ alerts ──▶ webhook
//	                                          └───────────┴───────────┴──────▶ web
type Program struct {
	cfg     Config
	log     *slog.Logger
	started time.Time
	metrics *prometheus.Registry
	failed  chan error
	stops   []part // in the order of starting
	life    context.Context
	end     context.CancelFunc
	loops   sync.WaitGroup

	engine    *embedded.Supervisor // nil with a server
	store     *clickhouse.Store
	shelf     shelf
	catalogue atomic.Pointer[lineage.Catalogue]
	inForce   *inForce
	remap     *jobs.Remap
	journal   *journal.Journal
	ledger    *journal.Journal
	stitcher  *stitcher.Stitcher
	sweeper   *sweeper.Sweeper
	alerts    *alerts.Alerts
	queues    queueBoard
	pipeline  *pipeline.Pipeline
	flows     atomic.Bool // the pipeline runs
	collector *collector.Collector
	web       *web.Server
	reference *reference.Reference // nil unless demo
}

// part is something that was started and must be stopped.
type part struct {
	name string
	stop func(context.Context) error
}

// NewProgram is inert; Start begins.
func NewProgram(cfg Config, log *slog.Logger) (*Program, error) {
	p := &Program{cfg: cfg, log: log, metrics: prometheus.NewRegistry(), failed: make(chan error, 1)}
	p.life, p.end = context.WithCancel(context.Background())
	p.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return p, nil
}

// Start starts every part, ground first. What was started is stopped by Stop
// also when a later part fails.
func (p *Program) Start(ctx context.Context) error {
	p.started = time.Now()
	for _, step := range []struct {
		name  string
		start func(context.Context) error
	}{
		{"journal", p.startJournal},
		{"clickhouse", p.startStore},
		{"pipeline", p.startPipeline},
		{"collector", p.startCollector},
		{"web", p.startWeb},
		{"alerts", p.startAlerts},
		{"reference", p.startReference},
		{"queues", p.startQueues},
	} {
		if err := step.start(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// onStop registers the end of a part the moment it has begun.
func (p *Program) onStop(name string, stop func(context.Context) error) {
	p.stops = append(p.stops, part{name, stop})
}

// Stop stops every part in reverse. It is safe to call twice.
func (p *Program) Stop(ctx context.Context) error {
	p.end()
	var errs []error
	for _, part := range slices.Backward(p.stops) {
		began := time.Now()
		if err := part.stop(ctx); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", part.name, err))
		}
		p.log.Debug("stopped a part", "part", part.name, "took", time.Since(began))
	}
	p.stops = nil
	p.loops.Wait()
	return errors.Join(errs...)
}

// Reload reads the catalogue again and puts it in force, for what comes in and
// for the executions that stand. When it is wrong, the old one stays, and so does one
// that somebody has put in force by a decision.
func (p *Program) Reload(ctx context.Context) error { return p.inForce.reload(ctx) }

// Failed yields the error of a part that died while running.
func (p *Program) Failed() <-chan error { return p.failed }

// Addresses are where the parts listen.
func (p *Program) Addresses() Addresses {
	bound := p.collector.Addrs()
	a := Addresses{HTTP: p.web.Addr(), OTLPHTTP: bound.OTLPHTTP, OTLPGRPC: bound.OTLPGRPC, ClickHouse: hostOf(p.cfg.ClickHouse)}
	if p.engine != nil {
		a.ClickHouse = p.engine.Addr()
	}
	if p.reference != nil {
		a.Reference = &Reference{CRM: hostOf(p.reference.CRM()), ERP: hostOf(p.reference.ERP())}
	}
	return a
}

func (p *Program) startJournal(context.Context) error {
	var err error
	deps := journal.Deps{Log: p.log, Registerer: p.metrics}
	p.journal, err = journal.Open(journal.Config{
		Dir: filepath.Join(p.cfg.Data, "journal"), MaxBytes: int64(p.cfg.JournalMax),
	}, deps)
	if err != nil {
		return err
	}
	p.onStop("journal", func(context.Context) error { return p.journal.Close() })
	deps.Name = "ledger"
	p.ledger, err = journal.Open(journal.Config{
		Dir: filepath.Join(p.cfg.Data, "ledger"), SegmentBytes: 4 << 20, MaxBytes: 256 << 20, ReserveBytes: 16 << 20,
	}, deps)
	if err != nil {
		return err
	}
	p.onStop("ledger", func(context.Context) error { return p.ledger.Close() })
	return nil
}

func (p *Program) startPipeline(ctx context.Context) error {
	cat, err := p.openCatalogue()
	if err != nil {
		return err
	}
	if err := p.newSweeper(); err != nil {
		return err
	}
	p.stitcher, err = stitcher.New(
		stitcher.Config{Dir: p.cfg.Data, Writer: p.journal.ID(), Resident: p.cfg.Resident},
		stitcher.Deps{Catalogue: cat, Store: p.store, Stored: p.storedBlock, Listener: p.sweeper, Recorder: recorder{p}, Log: p.log, Registerer: p.metrics},
	)
	if err != nil {
		return err
	}
	if err := p.newRemap(); err != nil {
		return err
	}
	p.pipeline, err = pipeline.New(pipeline.Config{}, pipeline.Deps{
		Journal: p.journal, Ledger: p.ledger, Decoder: pipeline.NewDecoder(), Sink: p.store, Memory: memory{p.store},
		Feed: p.stitcher, Catalogue: p.catalogue.Load, Catalogues: p.shelf.Catalogue, Log: p.log, Registerer: p.metrics,
	})
	if err != nil {
		return err
	}
	p.onStop("stitcher", p.stitcher.Stop) // after the sweeper, whose last word moves the checkpoint
	p.onStop("sweeper", p.sweeper.Stop)
	if err := p.sweeper.Start(ctx); err != nil { // before the stitcher, which asks what it holds
		return err
	}
	if err := p.stitcher.Start(ctx); err != nil {
		return err
	}
	p.onStop("pipeline", func(ctx context.Context) error {
		p.flows.Store(false)
		return p.pipeline.Stop(ctx)
	})
	if err := p.pipeline.Start(ctx); err != nil {
		return err
	}
	p.flows.Store(true)
	return nil
}

// storedBlock is the last block of the journal that is in the store, with all before it.
func (p *Program) storedBlock() uint64 { return p.pipeline.Stored() }

func (p *Program) startCollector(ctx context.Context) error {
	var err error
	p.collector, err = collector.New(
		collector.Config{OTLPHTTP: p.cfg.OTLPHTTP, OTLPGRPC: p.cfg.OTLPGRPC, Hosts: p.cfg.Hosts, Token: p.cfg.Token},
		collector.Deps{Journal: p.journal, Scanner: otlp.NewScanner(otlp.DefaultLimits()), Log: p.log, Registerer: p.metrics},
	)
	if err != nil {
		return err
	}
	p.onStop("collector", p.collector.Stop)
	if err := p.collector.Start(ctx); err != nil {
		return err
	}
	p.loops.Go(func() { p.inForce.keep(p.life) })
	return p.startRemap(ctx)
}

func (p *Program) startWeb(ctx context.Context) error {
	err := p.newAlerts()
	if err != nil {
		return err
	}
	p.web, err = web.New(web.Config{Addr: p.cfg.HTTP, Hosts: p.cfg.Hosts, Version: version}, web.Deps{
		Lineage: p.stitcher, Traces: traces{p.store}, Quarantine: p.store, Status: p, Ready: p.notReady, Suppressed: p.stitcher, Texts: p.store,
		Decisions: p.stitcher, Guards: p.stitcher, Absences: p.stitcher, Audit: p.store,
		Clocks: p.sweeper, Incidents: p.alerts, History: p.store, Queues: &p.queues, Trends: p.store, Variants: p.store, Stitching: p.store, Traffic: p.store, Exports: exports{p.store}, Catalogue: p.catalogue.Load, Rules: p.inForce,
		Registerer: p.metrics, Gatherer: p.metrics, Log: p.log,
	})
	if err != nil {
		return err
	}
	p.onStop("web", p.web.Stop)
	return p.web.Start(ctx)
}

func (p *Program) startReference(ctx context.Context) error {
	if !p.cfg.Demo {
		return nil
	}
	var err error
	takesIn := "http://" + p.collector.Addrs().OTLPHTTP
	p.reference, err = reference.New(
		reference.Config{
			OTLPHTTP: takesIn, Events: takesIn, NATS: p.cfg.NATS, Dir: filepath.Join(p.cfg.Data, "reference"), Rate: p.cfg.Rate, Seed: 1,
			Faults: demoFaults(p.cfg.Faults),
		},
		reference.Deps{Log: p.log, Metrics: p.metrics},
	)
	if err != nil {
		return err
	}
	p.onStop("reference", p.reference.Stop)
	return p.reference.Start(ctx)
}
