package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

// Rules is which catalogue is in force, and the way to put another one there.
type Rules interface {
	// InForce returns the catalogue that is in force, and by whose decision.
	InForce(ctx context.Context) (lineage.InForce, error)

	// Promote puts a catalogue in force by a decision, which is durable. Errors: Invalid
	// with a line for everything that is wrong with it, Conflict with what it breaks
	// when that is not forced and when it is in force already, and those of Decide.
	Promote(ctx context.Context, p lineage.Promotion) (lineage.Promoted, error)

	// Remapping tells how far what is stored is mapped by the catalogue in force.
	Remapping() lineage.Remapping

	// Received yields what came in since a moment as it was received, with all
	// decisions: of spans and log records those in which one of some keys stands.
	Received(ctx context.Context, since time.Time, keys []string, yield func(*lineage.Received) error) error
}

// The shapes of /api/v1/catalogue. Others script against them: fields are added, never
// renamed or removed.
type (
	catalogueAnswer struct {
		Hash     string        `json:"hash"`
		Since    moment        `json:"since"`
		Decision *decisionJSON `json:"decision"` // that put it in force; null: it is what the settings name
		Files    []fileJSON    `json:"files"`
	}
	fileJSON struct {
		Name string `json:"name"`
		Team string `json:"team"`
		Text string `json:"text"`
	}
	promotionJSON struct {
		ID      string     `json:"id"`
		Files   []fileJSON `json:"files"` // beside those that the program ships with
		By      string     `json:"by"`
		Comment string     `json:"comment"`
		Force   bool       `json:"force"`
	}
	promotedAnswer struct {
		Hash     string       `json:"hash"`
		Decision decisionJSON `json:"decision"`
		Breaks   []string     `json:"breaks"`
		Changed  int          `json:"changed"`
	}
	remappingAnswer struct {
		Catalogue  string  `json:"catalogue"`
		State      string  `json:"state"` // none, running, waiting, done
		Done       int64   `json:"done"`
		Total      int64   `json:"total"`
		Changed    int64   `json:"changed"` // that are mapped otherwise now
		Refused    int64   `json:"refused"` // that the catalogue does not take
		Released   int64   `json:"released"`
		Unkept     int64   `json:"unkept"`
		Rate       float64 `json:"rate"` // a second
		StartedAt  moment  `json:"started_at"`
		FinishedAt moment  `json:"finished_at"`
		Trouble    string  `json:"trouble"`
	}
)

// maxCatalogue bounds a catalogue that is sent, in bytes.
const maxCatalogue = 16 << 20

// rules is what knows of catalogues, if this house has any.
func (s *Server) rules() (Rules, error) {
	if s.deps.Rules == nil {
		return nil, lineage.Errorf(lineage.Unsupported, "read catalogue", "nothing here keeps catalogues")
	}
	return s.deps.Rules, nil
}

// rulesInForce is what the page of decisions says of the catalogue; nil where there is
// nothing to say.
func (s *Server) rulesInForce(ctx context.Context, c view.Clock) (*view.InForce, error) {
	if s.deps.Rules == nil {
		return nil, nil
	}
	now, err := s.deps.Rules.InForce(ctx)
	if err != nil {
		return nil, err
	}
	out := &view.InForce{Catalogue: now.Hash, Since: view.Time{Text: c.Moment(now.Since), ISO: c.ISO(now.Since)}, By: now.Decision.By}
	if m := s.deps.Rules.Remapping(); m.State() == "running" || m.State() == "waiting" {
		out.Remapped = fmt.Sprintf("Of what is stored, %s of %s are mapped by it.", view.Count(m.Done), view.Count(m.Total))
	}
	return out, nil
}

func (s *Server) catalogueJSON(r *http.Request, _ ask) (any, error) {
	rules, err := s.rules()
	if err != nil {
		return nil, err
	}
	now, err := rules.InForce(r.Context())
	if err != nil {
		return nil, err
	}
	out := catalogueAnswer{Hash: now.Hash, Since: moment(now.Since), Files: each(now.Files, func(f lineage.File) fileJSON {
		return fileJSON{f.Name, f.Team, string(f.Data)}
	})}
	if now.Decision.ID != "" {
		d := decisionOf(lineage.Decided{Decision: now.Decision, Stands: true})
		out.Decision = &d
	}
	return out, nil
}

// promoteJSON takes a catalogue of a script, and answers with the decision that puts
// it in force.
func (s *Server) promoteJSON(r *http.Request, _ ask) (any, error) {
	rules, err := s.rules()
	if err != nil {
		return nil, err
	}
	var sent promotionJSON
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return nil, lineage.Errorf(lineage.Unsupported, "read request", "content-type is %q; send application/json", r.Header.Get("Content-Type"))
	}
	body := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxCatalogue))
	body.DisallowUnknownFields()
	if err = body.Decode(&sent); err == nil {
		if _, more := body.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more behind the object")
		}
	}
	if err := unread(`the body, which should be {"files": […], "by": "…", "comment": "…"},`, err); err != nil {
		return nil, err
	}
	d, err := s.signed(lineage.Decision{}, sent.ID, sent.By, sent.Comment)
	if err != nil {
		return nil, err
	}
	got, err := rules.Promote(r.Context(), lineage.Promotion{
		ID: d.ID, By: d.By, Comment: d.Comment, Force: sent.Force,
		Files: each(sent.Files, func(f fileJSON) lineage.File {
			return lineage.File{Name: f.Name, Team: f.Team, Data: []byte(f.Text)}
		}),
	})
	if err != nil {
		return nil, err
	}
	return promotedAnswer{got.Hash, decisionOf(got.Decision), append([]string{}, got.Breaks...), got.Changed}, nil
}

func (s *Server) remappingJSON(*http.Request, ask) (any, error) {
	rules, err := s.rules()
	if err != nil {
		return nil, err
	}
	m := rules.Remapping()
	return remappingAnswer{
		Catalogue: m.Catalogue, State: m.State(), Done: m.Done, Total: m.Total, Changed: m.Changed, Refused: m.Refused, Released: m.Released, Unkept: m.Unkept,
		Rate: m.Rate, StartedAt: moment(m.StartedAt), FinishedAt: moment(m.FinishedAt), Trouble: m.Trouble,
	}, nil
}

// exportReceived writes what came in since a moment, one piece of evidence a line.
func (s *Server) exportReceived(r *http.Request, put func(any) error) error {
	rules, err := s.rules()
	if err != nil {
		return err
	}
	q := r.URL.Query()
	since, err := time.Parse(time.RFC3339, q.Get("since"))
	if err != nil {
		return lineage.Errorf(lineage.Invalid, "read request", "since is %q; want RFC 3339, for example 2026-03-02T09:01:00Z", q.Get("since"))
	}
	return rules.Received(r.Context(), since, q["key"], func(x *lineage.Received) error { return put(map[string]*lineage.Received{"received": x}) })
}
