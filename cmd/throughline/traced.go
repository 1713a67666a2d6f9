package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// traced is everything that a house says of one id.
type traced struct {
	ID         string
	Matches    []tracedMatch
	Executions []tracedExecution // each once, the anchored ones first
	Plain      []tracedExecution // by correlation id alone, where others tell more
	Missing    *tracedMissing    // why it is nowhere; nil when it is somewhere
	raw        tracedRaw
}

// tracedRaw are the API's own answers.
type tracedRaw struct {
	ID         string            `json:"id"`
	Matches    []json.RawMessage `json:"matches"`
	Executions []json.RawMessage `json:"executions"`
	Unanchored []json.RawMessage `json:"unanchored"`
	Missing    json.RawMessage   `json:"missing,omitempty"`
}

// What the API answers, as far as a terminal shows it.
type (
	tracedObject struct {
		Type, ID, System, Scope string
	}
	tracedMatch struct {
		tracedObject
	}
	tracedExecution struct {
		Flow      string
		Anchor    tracedObject
		State     string
		Truncated bool
		Objects   []tracedMember
		Relations []struct {
			From, To  tracedObject // without system and scope
			Qualifier string
		}
		Stages     []tracedStage
		Clocks     []tracedClock
		Events     []struct{ Time *time.Time }
		unanchored bool
	}
	tracedMember struct {
		tracedObject
		Aliases     []tracedObject
		Rank        int
		Leaf        bool
		Placeholder bool
		Amount      *struct{ Text, Currency string }
		Why         struct {
			Steps []tracedStep
			Cut   bool
		}
	}
	// tracedStep leads from an object to one that is nearer to the anchor.
	tracedStep struct {
		Object, Next tracedObject
		Says         *struct {
			From, To  tracedObject
			Qualifier string
		}
		Claim string
	}
	tracedStage struct {
		Name, State, Reason string
		Attempts            int
		Last                *time.Time
	}
	tracedClock struct {
		Title, State, Verdict string
		Subject               tracedObject
		Provisional           bool
		DueAt                 *time.Time `json:"due_at"`
		EndedAt               *time.Time `json:"ended_at"`
	}
	tracedMissing struct {
		Findings []struct{ Kind, What, Do, Quote string }
		Searched []struct {
			Where, How string
			Complete   bool
		}
	}
)

// houseAPI is a house that is asked by its API.
type houseAPI struct{ address string }

// ask reads one answer, as a whole.
func (h houseAPI) ask(ctx context.Context, path string, q url.Values) (raw []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.address+path+"?"+q.Encode(), nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the house cannot be asked: %w", err)
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	raw, err = io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = problemOf(answer, raw)
	}
	return raw, err
}

// traceID asks for everything that goes by an id, and every transaction that it is in.
func traceID(ctx context.Context, h houseAPI, id string) (*traced, error) {
	t := &traced{ID: id, raw: tracedRaw{ID: id, Matches: []json.RawMessage{}, Executions: []json.RawMessage{}, Unanchored: []json.RawMessage{}}}
	if err := t.search(ctx, h); err != nil {
		return nil, err
	}
	seen := map[[5]string]bool{}
	for _, m := range t.Matches {
		if err := t.lineage(ctx, h, m, seen); err != nil {
			return nil, err
		}
	}
	t.sort()
	if len(t.Matches) > 0 {
		return t, nil
	}
	raw, err := h.ask(ctx, "/api/v1/missing", url.Values{"id": {id}})
	if err != nil {
		return nil, err
	}
	t.raw.Missing, t.Missing = raw, &tracedMissing{}
	return t, json.Unmarshal(raw, t.Missing)
}

func (t *traced) search(ctx context.Context, h houseAPI) error {
	for cursor := ""; ; {
		raw, err := h.ask(ctx, "/api/v1/search", url.Values{"q": {t.ID}, "limit": {"1000"}, "cursor": {cursor}})
		if err != nil {
			return err
		}
		var page struct {
			Matches []json.RawMessage
			Next    string
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			return fmt.Errorf("the house's answer cannot be read: %w", err)
		}
		for _, raw := range page.Matches {
			var m tracedMatch
			if err := json.Unmarshal(raw, &m); err != nil {
				return fmt.Errorf("the house's answer cannot be read: %w", err)
			}
			t.Matches = append(t.Matches, m)
		}
		t.raw.Matches = append(t.raw.Matches, page.Matches...)
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

// lineage asks for the transactions of one match, and keeps those that are new.
func (t *traced) lineage(ctx context.Context, h houseAPI, m tracedMatch, seen map[[5]string]bool) error {
	q := url.Values{}
	if m.System != "" {
		q.Set("system", m.System)
	}
	raw, err := h.ask(ctx, "/api/v1/lineage/"+url.PathEscape(m.Type)+"/"+url.PathEscape(m.ID), q)
	if err != nil {
		return err
	}
	var answer struct{ Executions, Unanchored []json.RawMessage }
	if err := json.Unmarshal(raw, &answer); err != nil {
		return fmt.Errorf("the house's answer cannot be read: %w", err)
	}
	for i, raw := range append(answer.Executions, answer.Unanchored...) {
		x := tracedExecution{unanchored: i >= len(answer.Executions)}
		if err := json.Unmarshal(raw, &x); err != nil {
			return fmt.Errorf("the house's answer cannot be read: %w", err)
		}
		root := x.root()
		key := [5]string{x.Flow, root.Type, root.System, root.Scope, root.ID}
		if seen[key] {
			continue
		}
		seen[key] = true
		t.Executions = append(t.Executions, x)
		if x.unanchored {
			t.raw.Unanchored = append(t.raw.Unanchored, raw)
		} else {
			t.raw.Executions = append(t.raw.Executions, raw)
		}
	}
	return nil
}

// root is the object that everything hangs on, with the system that issued its id.
func (x *tracedExecution) root() tracedObject {
	for _, o := range x.Objects {
		if o.Type == x.Anchor.Type && o.ID == x.Anchor.ID && len(o.Why.Steps) == 0 && !o.Why.Cut {
			return o.tracedObject
		}
	}
	return x.Anchor
}

// sort puts what is anchored before what is not, and sets apart what only a
// correlation id joins where another flow tells more.
func (t *traced) sort() {
	var anchored, adrift, plain []tracedExecution
	for _, x := range t.Executions {
		switch {
		case x.unanchored:
			adrift = append(adrift, x)
		case x.Flow == "transaction":
			plain = append(plain, x)
		default:
			anchored = append(anchored, x)
		}
	}
	t.Executions = append(anchored, adrift...)
	if len(t.Executions) == 0 {
		t.Executions, plain = plain, nil
	}
	t.Plain = plain
}
