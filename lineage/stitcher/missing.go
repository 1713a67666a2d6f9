package stitcher

import (
	"context"
	"slices"
	"strings"

	"throughline/lineage"
)

// Suppressed finds what the rules keep out of lineage of all that goes by an id, under
// any of its spellings: objects that are held back, as they were when last looked for, and
// equalities that were refused. It is Unavailable until the resident state is whole.
func (s *Stitcher) Suppressed(ctx context.Context, tenant, id string) (lineage.Suppressed, error) {
	const op = "look for what is suppressed"
	if err := s.ready(op); err != nil {
		return lineage.Suppressed{}, err
	}
	id = strings.TrimSpace(id)
	if id == "" || len(id) > maxQuery {
		return lineage.Suppressed{}, lineage.Errorf(lineage.Invalid, op, "id has %d bytes; want 1 to %d", len(id), maxQuery)
	}
	if tenant != s.cfg.Tenant {
		return lineage.Suppressed{}, nil
	}
	spelled := lineage.Spellings(id)
	called := func(o lineage.Object) bool { return slices.Contains(spelled, o.ID) }
	var out lineage.Suppressed
	err := s.ask(ctx, op, func() {
		out = lineage.Suppressed{}
		for _, o := range s.graph.Named(id) {
			if held, ok := s.held.now[o]; ok {
				out.Held = append(out.Held, held)
			}
		}
		for _, pair := range s.graph.PossibleSame() {
			if called(pair[0]) || called(pair[1]) {
				out.Possible = append(out.Possible, pair)
			}
		}
	}, id)
	return out, err
}
