package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"throughline/lineage"
)

// The shapes of /api/v1/decisions. Others script against them: fields are added, never
// renamed or removed.
type (
	decisionsAnswer struct {
		Decisions []decisionJSON `json:"decisions"`
		Next      string         `json:"next"`
	}
	// decisionJSON is one decision. What its kind does not need is null or "".
	decisionJSON struct {
		ID       string     `json:"id"`
		Kind     string     `json:"kind"`
		A        *fullyJSON `json:"a"`
		B        *fullyJSON `json:"b"`
		Source   string     `json:"source"`
		EventID  string     `json:"event_id"`
		Revokes  string     `json:"revokes"`
		Catalog  string     `json:"catalogue,omitempty"` // hash of the one that it puts in force
		By       string     `json:"by"`
		Comment  string     `json:"comment"`
		At       moment     `json:"at"`
		Stands   bool       `json:"stands"`
		UndoneBy string     `json:"undone_by"` // id of the decision that revokes it, or came after it about the same thing
		Pending  bool       `json:"pending"`   // it is durable, and not in force yet
	}
	// fullyJSON names an object with all that tells it from others.
	fullyJSON struct {
		Type   string `json:"type"`
		ID     string `json:"id"`
		System string `json:"system"`
		Scope  string `json:"scope"`
	}
	// decideJSON is what is sent to decide.
	decideJSON struct {
		ID      string    `json:"id"`
		Kind    string    `json:"kind"`
		A       fullyJSON `json:"a"`
		B       fullyJSON `json:"b"`
		Source  string    `json:"source"`
		EventID string    `json:"event_id"`
		Revokes string    `json:"revokes"`
		By      string    `json:"by"`
		Comment string    `json:"comment"`
	}
	previewAnswer struct {
		Kind    string       `json:"kind"`
		A       *fullyJSON   `json:"a"`
		B       *fullyJSON   `json:"b"`
		Total   int          `json:"total"`  // executions that would change, among those that were looked at
		Unseen  int          `json:"unseen"` // executions that may change, too many to look at
		Changes []changeJSON `json:"changes"`
	}
	// changeJSON is one execution that would change; null: it is not there.
	changeJSON struct {
		Flow   string       `json:"flow"`
		Anchor typeAndID    `json:"anchor"`
		Before *outlookJSON `json:"before"`
		After  *outlookJSON `json:"after"`
	}
	outlookJSON struct {
		State      string `json:"state"`
		Stage      string `json:"stage"`
		Unanchored bool   `json:"unanchored"`
		Objects    int    `json:"objects"`
		Events     int    `json:"events"`
	}
)

func fully(o lineage.Object) *fullyJSON {
	if o.IsZero() {
		return nil
	}
	return &fullyJSON{o.Type, o.ID, o.System, o.Scope}
}

func (o fullyJSON) object() lineage.Object {
	return lineage.Object{Type: o.Type, ID: o.ID, System: o.System, Scope: o.Scope}
}

func decisionOf(d lineage.Decided) decisionJSON {
	return decisionJSON{
		ID: d.ID, Kind: string(d.Kind), A: fully(d.A), B: fully(d.B), Source: d.Source, EventID: d.EventID, Revokes: d.Revokes, Catalog: d.Catalogue,
		By: d.By, Comment: d.Comment, At: moment(d.At), Stands: d.Stands, UndoneBy: d.Undone, Pending: d.Pending,
	}
}

func (s *Server) decisionsJSON(r *http.Request, a ask) (any, error) {
	limit, cursor, err := a.page(100)
	if err != nil {
		return nil, err
	}
	ledger, err := s.deps.Decisions.Decisions(r.Context(), s.config.Tenant)
	if err != nil {
		return nil, err
	}
	list, next, err := slicePage(ledger, limit, cursor)
	return decisionsAnswer{each(list, decisionOf), next}, err
}

// decideJSON takes a decision of a script, and answers it as the ledger has it.
func (s *Server) decideJSON(r *http.Request, _ ask) (any, error) {
	var sent decideJSON
	if err := readJSON(r, &sent, `{"kind": "…", "by": "…", "comment": "…"} and what it is about`); err != nil {
		return nil, err
	}
	for name, v := range map[string]string{
		"a.id": sent.A.ID, "b.id": sent.B.ID, "a.type": sent.A.Type, "source": sent.Source, "event_id": sent.EventID, "revokes": sent.Revokes,
	} {
		if err := readable(name, v); err != nil {
			return nil, err
		}
	}
	if (sent.B != fullyJSON{}) && sent.B.Type != sent.A.Type {
		return nil, lineage.Errorf(lineage.Invalid, "read request", "a.type is %q and b.type is %q; want one type", sent.A.Type, sent.B.Type)
	}
	d, whole, err := s.meaning(r.Context(), lineage.Decision{
		Kind: lineage.DecisionKind(sent.Kind), A: sent.A.object(), B: sent.B.object(), Source: sent.Source, EventID: sent.EventID, Revokes: sent.Revokes,
	})
	if err == nil && !whole {
		err = lineage.Errorf(lineage.Invalid, "read request", "b.id is empty; name the other id")
	}
	if err == nil {
		d, err = s.signed(d, sent.ID, sent.By, sent.Comment)
	}
	if err != nil {
		return nil, err
	}
	got, err := s.deps.Decisions.Decide(r.Context(), d)
	if err != nil {
		return nil, err
	}
	return decisionOf(got), nil
}

// previewJSON tells what a decision would change; its parameters are those of the page.
func (s *Server) previewJSON(r *http.Request, a ask) (any, error) {
	limit, _, err := a.page(previewed)
	if err != nil {
		return nil, err
	}
	d, whole, err := s.decisionOf(r.Context(), a.Query)
	if err == nil && !whole {
		err = lineage.Errorf(lineage.Invalid, "read request", "with_id is empty; name the other id")
	}
	if err != nil {
		return nil, err
	}
	f, err := s.deps.Decisions.Preview(r.Context(), d, limit)
	if err != nil {
		return nil, err
	}
	return previewAnswer{string(d.Kind), fully(d.A), fully(d.B), f.Total, f.Unseen, each(f.Changes, func(p lineage.Preview) changeJSON {
		return changeJSON{p.Ref.Flow, named(p.Ref.Anchor), outlookOf(p.Before), outlookOf(p.After)}
	})}, nil
}

func outlookOf(s *lineage.Summary) *outlookJSON {
	if s == nil {
		return nil
	}
	return &outlookJSON{string(s.State), s.Stage, s.Unanchored, s.Objects, s.Events}
}

// readJSON reads the body of a request, which is one JSON object of a shape.
func readJSON(r *http.Request, into any, shape string) error {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return lineage.Errorf(lineage.Unsupported, "read request", "content-type is %q; send application/json", r.Header.Get("Content-Type"))
	}
	body := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxAcknowledge))
	body.DisallowUnknownFields()
	if err = body.Decode(into); err == nil {
		if _, more := body.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more behind the object")
		}
	}
	return unread("the body, which should be "+shape+",", err)
}
