package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"throughline/lineage"
)

// ask is what somebody asks for, whether once or for as long as a page is open.
type ask struct {
	Type, ID string // of the path, decoded
	Query    url.Values
	Host     string
	Zone     *time.Location
	Owner    string // who the reader said they are when they acknowledged something
}

// maxText is the longest id or other parameter that is taken, in bytes: as long as the
// longest name that an event may have, so that whatever came in can be asked for.
const maxText = 4096

// newAsk reads a request. Errors are Invalid and name the parameter.
func (s *Server) newAsk(r *http.Request) (ask, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return ask{}, lineage.Errorf(lineage.Invalid, "read query", "the query string cannot be read: %w", err)
	}
	a := ask{Type: r.PathValue("type"), ID: r.PathValue("id"), Query: q, Host: r.Host, Zone: s.zones.chosen(r), Owner: ownerOf(r)}
	if err := readable("type", a.Type); err != nil {
		return a, err
	}
	if err := readable("id", a.ID); err != nil {
		return a, err
	}
	for name, values := range q {
		for _, v := range values {
			if err := readable(name, v); err != nil {
				return a, err
			}
		}
	}
	return a, nil
}

func readable(name, value string) error {
	switch {
	case len(value) > maxText:
		return lineage.Errorf(lineage.Invalid, "read request", "the parameter %s is longer than %d bytes", name, maxText)
	case !utf8.ValidString(value):
		return lineage.Errorf(lineage.Invalid, "read request", "the parameter %s is not valid UTF-8", name)
	case strings.ContainsRune(value, 0):
		return lineage.Errorf(lineage.Invalid, "read request", "the parameter %s holds a zero byte", name)
	}
	return nil
}

// object reads the object query of a lineage request.
func (a ask) object(tenant string) (lineage.ObjectQuery, error) {
	if strings.TrimSpace(a.ID) == "" {
		return lineage.ObjectQuery{}, lineage.Errorf(lineage.Invalid, "read request", "the path has no id; write it as %s/ID", a.Type)
	}
	return lineage.ObjectQuery{
		Tenant: tenant, Type: a.Type, ID: a.ID,
		Flow: a.Query.Get("flow"), System: a.Query.Get("system"), Scope: a.Query.Get("scope"),
	}, nil
}

// list reads the query of a list of executions.
func (a ask) list(tenant string, limit int) (lineage.ListQuery, error) {
	n, cursor, err := a.page(limit)
	if err != nil {
		return lineage.ListQuery{}, err
	}
	state, err := stateOf(a.Query.Get("state"))
	return lineage.ListQuery{
		Tenant: tenant, Flow: a.Query.Get("flow"), State: state, Stage: a.Query.Get("stage"), Limit: n, Cursor: cursor,
	}, err
}

// maxLimit is the most that one page of any list holds.
const maxLimit = 1000

// page reads limit and cursor.
func (a ask) page(limit int) (n int, cursor string, err error) {
	if text := a.Query.Get("limit"); text != "" {
		limit, err = strconv.Atoi(text)
		if err != nil || limit < 1 || limit > maxLimit {
			return 0, "", lineage.Errorf(lineage.Invalid, "read request", "limit %q is not a whole number from 1 to %d", text, maxLimit)
		}
	}
	return limit, a.Query.Get("cursor"), nil
}

func stateOf(text string) (lineage.State, error) {
	switch s := lineage.State(text); s {
	case "", lineage.StateObserved, lineage.StateOpen, lineage.StateCompleted, lineage.StateFailed, lineage.StateRetrying:
		return s, nil
	default:
		return "", lineage.Errorf(lineage.Invalid, "read request", "state %q is none of observed, open, completed, failed, retrying", text)
	}
}
