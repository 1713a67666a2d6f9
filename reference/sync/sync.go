// Package sync is the middleware between CRM and ERP: it takes their webhooks
// into NATS JetStream, and moves customers and orders to the ERP and order
// numbers back to the CRM. What it does twice has the effect of once.
package sync

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"throughline/reference/bus"
	"throughline/reference/erp"
	"throughline/reference/service"
)

// Config says between which systems it stands.
type Config struct {
	Service service.Config // Name and Source are its own
	CRM     func() string  // base URL, once it is started
	ERP     func() string  // base URL, once it is started
	Faults  service.Faults
}

// Sync is the middleware.
type Sync struct {
	*service.Service
	cfg      Config
	bus      *bus.Bus
	refusals *bus.Refusals
	stuck    *service.Table[Halt] // by quote
}

// New makes a middleware that is not started. The bus must be started before it.
func New(cfg Config, b *bus.Bus, deps service.Deps) (*Sync, error) {
	if b == nil || cfg.CRM == nil || cfg.ERP == nil {
		return nil, errors.New("sync: want a bus and the base URLs of CRM and ERP")
	}
	cfg.Service.Name, cfg.Service.Source = "sync", "urn:example:sync"
	s, err := service.New(cfg.Service, deps)
	if err != nil {
		return nil, err
	}
	y := &Sync{Service: s, cfg: cfg, bus: b, refusals: bus.NewRefusals(s)}
	y.stuck = service.NewTable[Halt](s.DB, "stuck").Keep(remembered, func(Halt) bool { return true })
	s.Handle("POST /hooks/{system}", y.takeHook)
	if cfg.Faults.RepairAfter > 0 {
		s.Go(y.redrive)
	}
	return y, nil
}

// Start takes messages, answers webhooks and subscribes to both systems.
func (y *Sync) Start(ctx context.Context) error {
	if err := y.Open(ctx); err != nil {
		return err
	}
	for _, c := range []bus.Consumer{
		// One consumer for all of the CRM, so that a customer comes before its
		// order. The CRM's side hands the trace on; what came from the ERP has none.
		{Stream: "CRM", Name: "sync-crm", Subject: "crm.>", Continues: true, IDs: ids, Handle: y.moveToERP, Refusals: y.refusals},
		{Stream: "ERP", Name: "sync-numbers", Subject: "erp." + erp.HookBooked, IDs: ids, Handle: y.moveNumber, Refusals: y.refusals},
	} {
		if err := y.bus.Consume(ctx, y.Service, c); err != nil {
			return fmt.Errorf("sync: %w", err)
		}
	}
	y.Run()
	for system, base := range map[string]string{"crm": y.cfg.CRM(), "erp": y.cfg.ERP()} {
		hook := map[string]string{"url": y.URL() + "/hooks/" + system}
		if err := y.Call(ctx, base, service.Call{Method: http.MethodPost, Route: "/api/webhooks", In: hook}); err != nil {
			return fmt.Errorf("sync: subscribe to %s: %w", system, err)
		}
	}
	return nil
}
