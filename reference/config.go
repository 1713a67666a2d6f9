package reference

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"throughline/reference/service"
)

// Config says where the pipeline listens and sends, and how fast it goes.
type Config struct {
	OTLPHTTP string // base URL or host:port of an OTLP/HTTP receiver; /v1/traces is appended
	Events   string // base URL or host:port of a CloudEvents receiver; /v1/events is appended
	CRM      string // address of the CRM; empty takes 127.0.0.1:0
	ERP      string // address of the ERP; empty takes 127.0.0.1:0
	NATS     string // URL of a NATS server with JetStream; empty starts one in this process
	Dir      string // folder of all documents and messages

	Rate    float64       // orders per second; 0 takes 0.5
	Journey time.Duration // of a usual order from won to paid; 0 takes 12 s
	Orders  int           // after which no more are won; 0: never
	Seed    uint64        // the same seed makes the same business

	// Faults says which orders something goes wrong with. Zero: with none. Its Seed
	// is the pipeline's where it is 0; its SlowBy twice Journey.
	Faults service.Faults
}

// Deps are what the pipeline is given.
type Deps struct {
	Log     *slog.Logger          // nil: nothing is logged
	Now     func() time.Time      // nil: time.Now
	Metrics prometheus.Registerer // required
}

func (c Config) complete() (Config, error) {
	if c.OTLPHTTP == "" || c.Events == "" || c.Dir == "" {
		return c, errors.New("reference: OTLPHTTP, Events and Dir are all wanted")
	}
	if c.Rate < 0 || c.Journey < 0 || c.Orders < 0 {
		return c, fmt.Errorf("reference: Rate %v, Journey %v, Orders %d: none may be less than 0", c.Rate, c.Journey, c.Orders)
	}
	if c.CRM == "" {
		c.CRM = "127.0.0.1:0"
	}
	if c.ERP == "" {
		c.ERP = "127.0.0.1:0"
	}
	if c.Rate == 0 {
		c.Rate = 0.5
	}
	if c.Journey == 0 {
		c.Journey = 12 * time.Second
	}
	if err := c.Faults.Check(); err != nil {
		return c, fmt.Errorf("reference: %w", err)
	}
	if c.Faults.Seed == 0 {
		c.Faults.Seed = c.Seed
	}
	if c.Faults.SlowBy == 0 {
		c.Faults.SlowBy = 2 * c.Journey
	}
	return c, nil
}
