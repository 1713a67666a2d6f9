package lineage

// carriedBy returns which claims each of some events carries, as "kind:value". Chains
// are those among these events: an execution that a chain belongs to has all of it.
func carriedBy(events []*Event) map[*Event][]string {
	traces, causes := make(leastOf), make(leastOf)
	caused := make(map[string]bool)
	for _, e := range events {
		if e.Causation != "" {
			caused[e.Causation] = true
			causes.join(e.Causation, e.Causation)
		}
		for _, t := range e.Links {
			traces.join(e.TraceID.String(), t.String())
		}
	}
	for _, e := range events {
		if e.Causation != "" && caused[e.ID] {
			causes.join(e.ID, e.Causation)
		}
	}
	carried := make(map[*Event][]string, len(events))
	for _, e := range events {
		var claims []string
		if e.Correlation != "" {
			claims = append(claims, "correlation:"+e.Correlation)
		}
		if trace := e.TraceID.String(); trace != "" {
			claims = append(claims, "trace:"+trace)
			if least, linked := traces.find(trace); linked {
				claims = append(claims, "links:"+least)
			}
		}
		if least, ok := causes.find(e.Causation); ok {
			claims = append(claims, "causation:"+least)
		} else if least, ok := causes.find(e.ID); ok && caused[e.ID] && e.Kind == BusinessEvent {
			claims = append(claims, "causation:"+least)
		}
		carried[e] = claims
	}
	return carried
}

// leastOf unites names; each leads to a smaller one, and the least of a group to itself.
type leastOf map[string]string

func (l leastOf) find(name string) (string, bool) {
	next, ok := l[name]
	if !ok {
		return "", false
	}
	for next != name {
		name, next = next, l[next]
	}
	return name, true
}

func (l leastOf) join(a, b string) {
	for _, name := range [...]string{a, b} {
		if _, ok := l[name]; !ok {
			l[name] = name
		}
	}
	x, _ := l.find(a)
	y, _ := l.find(b)
	l[max(x, y)] = min(x, y)
}
