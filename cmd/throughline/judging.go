package main

import (
	"context"
	"sync/atomic"
	"time"

	"throughline/alerts"
	"throughline/collector/queues"
	"throughline/lineage"
	"throughline/reference/service"
	"throughline/slo/sweeper"
)

// alertsReader is the name under which alerts reads the ledger of transitions.
const alertsReader = "alerts"

// newSweeper makes the sweeper that the stitcher tells of executions.
func (p *Program) newSweeper() (err error) {
	p.sweeper, err = sweeper.New(
		sweeper.Config{Dir: p.cfg.Data, Readers: []string{alertsReader}},
		sweeper.Deps{
			Mark: p.mark, Heard: func() map[string]time.Time { return p.stitcher.Heard() },
			Store: p.store, Log: p.log, Registerer: p.metrics,
		},
	)
	return err
}

// mark says up to when everything that was acknowledged has been stored and fed.
// When something is in flight of which it is not known yet how old it is, it says
// nothing, and neither does it while the pipeline does not run.
func (p *Program) mark() sweeper.Mark {
	if !p.flows.Load() {
		return sweeper.Mark{}
	}
	now := time.Now() // before the status is read, never after
	flow := p.pipeline.Status()
	lag := flow.Lag()
	if flow.InFlight > 0 && lag == 0 {
		return sweeper.Mark{}
	}
	return sweeper.Mark{Block: flow.Block, At: now.Add(-lag)}
}

func (p *Program) newAlerts() (err error) {
	p.alerts, err = alerts.New(
		alerts.Config{Dir: p.cfg.Data, Webhook: p.cfg.Webhook, Token: p.cfg.HookToken, Version: version, URL: p.pagesURL},
		alerts.Deps{Ledger: p.sweeper, Store: p.store, Log: p.log, Registerer: p.metrics},
	)
	return err
}

// pagesURL is where people reach the pages, for links.
func (p *Program) pagesURL() string {
	if p.cfg.URL != "" {
		return p.cfg.URL
	}
	return "http://" + p.web.Addr()
}

func (p *Program) startAlerts(ctx context.Context) error {
	p.onStop("alerts", p.alerts.Stop)
	return p.alerts.Start(ctx)
}

// startQueues watches the queues of the broker that was named, or else of the
// reference pipeline.
func (p *Program) startQueues(ctx context.Context) error {
	url := p.cfg.WatchNATS
	if url == "" && p.reference != nil {
		url = p.reference.NATS()
	}
	if url == "" {
		return nil
	}
	watcher, err := queues.New(queues.Config{NATS: url}, queues.Deps{Store: p.store, Log: p.log, Registerer: p.metrics})
	if err != nil {
		return err
	}
	p.queues.watcher.Store(watcher)
	p.onStop("queues", watcher.Stop)
	return watcher.Start(ctx)
}

// queueBoard shows the queues that are watched, if any are.
type queueBoard struct {
	watcher atomic.Pointer[queues.Watcher]
}

// Queues returns the latest measurements.
func (b *queueBoard) Queues(ctx context.Context, tenant string) ([]lineage.Queue, error) {
	w := b.watcher.Load()
	if w == nil {
		return nil, nil
	}
	return w.Queues(ctx, tenant)
}

// What of the orders that go wrong goes wrong how, and after which time somebody
// puts it right.
const (
	demoSlowBy      = 90 * time.Second
	demoRepairAfter = 2 * time.Minute
)

// demoFaults spreads a share of the orders over all faults.
func demoFaults(share float64) service.Faults {
	return service.Faults{
		Seed: 1, SlowBy: demoSlowBy, RepairAfter: demoRepairAfter,
		Shares: map[service.Fault]float64{
			service.FaultRejected: 0.25 * share, service.FaultFlaky: 0.25 * share, service.FaultSlow: 0.15 * share,
			service.FaultDuplicate: 0.15 * share, service.FaultDown: 0.1 * share, service.FaultLost: 0.1 * share,
		},
	}
}
