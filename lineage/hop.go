package lineage

import (
	"cmp"
	"slices"
	"strings"
)

// ContextHop is the way from one service to another with what becomes of the trace on
// it.
type ContextHop struct {
	Caller    string
	Callee    string
	Messaging bool
	Target    string // the destination; of requests, the address that was called most
	Calls     int
	Continued int
	Roots     int     // entries of the callee that begin a trace of their own
	Broken    TraceID // of a call that is not continued
}

// Dropped is how many calls lost their context, at most: a call that nobody continues is
// one only where the callee begins a trace of its own; else it may be lost, or not sampled.
func (h ContextHop) Dropped() int { return min(h.Calls-h.Continued, h.Roots) }

// Hops matches the calls of services with the entries of others, the one that drops most
// first. A message's callees are all who consume its destination. A request's callee is
// the service that is reached under the same address, or else the one that goes on in
// most traces of calls to it, or else the one that has the name of its host. A target
// that is no service of ours, such as a database, is no hop.
func (s *Stitchability) Hops() []ContextHop {
	var hops []ContextHop
	for _, c := range s.Calls {
		for callee, roots := range s.callees(c) {
			if callee == c.Caller {
				continue
			}
			continued := c.Callees[callee]
			if !c.Messaging {
				continued = c.Continued // whoever goes on, such as a proxy before the callee
			}
			hops = join(hops, ContextHop{
				Caller: c.Caller, Callee: callee, Messaging: c.Messaging, Target: c.Target,
				Calls: c.Calls, Continued: min(continued, c.Calls), Roots: roots, Broken: c.Broken,
			})
		}
	}
	slices.SortFunc(hops, func(a, b ContextHop) int {
		return cmp.Or(cmp.Compare(b.Dropped(), a.Dropped()), cmp.Compare(b.Calls, a.Calls), cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Callee, b.Callee), cmp.Compare(a.Target, b.Target))
	})
	return hops
}

// join adds a hop to the one between the same services: the addresses of a service are
// one hop, the destinations of messages are several.
func join(hops []ContextHop, h ContextHop) []ContextHop {
	for i := range hops {
		o := &hops[i]
		if o.Caller == h.Caller && o.Callee == h.Callee && o.Messaging == h.Messaging && (!h.Messaging || o.Target == h.Target) {
			o.Calls, o.Continued, o.Roots = o.Calls+h.Calls, o.Continued+h.Continued, o.Roots+h.Roots
			if o.Broken.IsZero() {
				o.Broken = h.Broken
			}
			return hops
		}
	}
	return append(hops, h)
}

// callees are the services that calls go to, with their roots under the same target.
func (s *Stitchability) callees(c Calls) map[string]int {
	found := map[string]int{}
	for _, e := range s.Entries {
		if e.Messaging == c.Messaging && e.Target == c.Target && e.Target != "" {
			found[e.Service] += e.Roots
		}
	}
	if len(found) > 0 || c.Messaging {
		return found
	}
	callee := s.goesOn(c.Target)
	host, _, _ := strings.Cut(c.Target, ":")
	first, _, _ := strings.Cut(host, ".")
	for _, e := range s.Entries {
		if !e.Messaging && (e.Service == callee || callee == "" && (e.Service == host || e.Service == first)) {
			found[e.Service] += e.Roots
		}
	}
	return found
}

// goesOn is the service that continues most requests to a target, whoever sends them.
func (s *Stitchability) goesOn(target string) string {
	counts := map[string]int{}
	for _, c := range s.Calls {
		if !c.Messaging && c.Target == target {
			for callee, n := range c.Callees {
				counts[callee] += n
			}
		}
	}
	best := ""
	for callee, n := range counts {
		if best == "" || n > counts[best] || n == counts[best] && callee < best {
			best = callee
		}
	}
	return best
}
