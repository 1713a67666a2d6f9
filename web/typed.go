package web

import (
	"context"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"throughline/lineage"
)

// find looks for an id as a person writes it. What goes by exactly that comes first;
// else it may be a type and an id, as pages and events write them: order/A-1, order A-1,
// order/erp:A-1.
func (s *Server) find(ctx context.Context, text string) ([]lineage.Match, error) {
	matches, err := s.deps.Lineage.Search(ctx, s.config.Tenant, text)
	if err != nil || len(matches) > 0 {
		return matches, err
	}
	at := strings.IndexAny(text, "/ ")
	if at < 1 {
		return nil, nil
	}
	typ, id := text[:at], strings.TrimSpace(text[at+1:])
	system, rest, issued := strings.Cut(id, ":")
	if matches, err = s.ofType(ctx, typ, "", id); err != nil || len(matches) > 0 || !issued {
		return matches, err
	}
	return s.ofType(ctx, typ, system, rest)
}

// ofType looks for an id among the objects of a type, and of a system unless that is "".
func (s *Server) ofType(ctx context.Context, typ, system, id string) ([]lineage.Match, error) {
	if id == "" {
		return nil, nil
	}
	all, err := s.deps.Lineage.Search(ctx, s.config.Tenant, id)
	var found []lineage.Match
	for _, m := range all {
		if strings.EqualFold(m.Object.Type, typ) && (system == "" || m.Object.System == system) {
			found = append(found, m)
		}
	}
	return found, err
}

// typed takes out of what is typed or pasted into the search box what nobody sees there:
// characters without width, accents in pieces, and the hyphen that does not break.
func typed(text string) string {
	seen := strings.Map(func(r rune) rune {
		switch {
		case r == '\u2010' || r == '\u2011':
			return '-'
		case unicode.Is(unicode.Cf, r):
			return -1
		default:
			return r
		}
	}, text)
	return strings.TrimSpace(norm.NFC.String(seen))
}
