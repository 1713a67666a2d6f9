package web

import (
	"context"
	"slices"
	"time"

	"throughline/lineage"
	"throughline/slo"
	"throughline/web/view"
)

const (
	maxKnown     = 500             // transitions read of one clock
	knownFresh   = 5 * time.Second // how long what was read is shown again
	knownTimeout = 3 * time.Second // a slow store must not hold back the incident
)

// knownOf reads what was known of the incident of one page, and remembers it.
type knownOf struct {
	server *Server
	read   time.Time
	list   []slo.Transition
	failed bool
}

// load never fails: the page says what could not be read.
func (k *knownOf) load(ctx context.Context, i *slo.Incident, c view.Clock) view.Known {
	if i.Kind == slo.LateIncident {
		return view.Known{Nothing: true}
	}
	if k.read.IsZero() || c.Now.Sub(k.read) >= knownFresh || c.Now.Before(k.read) {
		list, err := k.server.transitions(ctx, i)
		k.read, k.failed = c.Now, err != nil
		if err == nil {
			k.list = list
		} else {
			k.server.deps.Log.Warn("what was known of an incident cannot be read", "error", err)
		}
	}
	if k.failed {
		return view.Known{Away: true}
	}
	return view.NewKnown(k.list, c)
}

// transitions reads what happened to the clock of an incident, in its episode.
func (s *Server) transitions(ctx context.Context, i *slo.Incident) ([]slo.Transition, error) {
	if i.Kind == slo.LateIncident {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, knownTimeout)
	defer cancel()
	list, err := s.deps.History.Transitions(ctx, s.config.Tenant, s.origin(ctx, i), maxKnown)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(list), func(t slo.Transition) bool { return t.Clock.Episode != i.Episode }), nil
}

// origin is the key that the store has the clock of an incident under: by the name
// that its subject had when the clock started. The sweeper knows it for as long as
// it keeps the clock; of an older one it is taken to have kept its name.
func (s *Server) origin(ctx context.Context, i *slo.Incident) slo.Key {
	key := i.Key
	clocks, err := s.deps.Clocks.ClocksOf(ctx, s.config.Tenant, []lineage.Object{key.Subject})
	if err != nil {
		return key
	}
	for _, r := range clocks {
		if r.Key == key && !r.Origin.IsZero() {
			key.Subject = r.Origin
		}
	}
	return key
}
