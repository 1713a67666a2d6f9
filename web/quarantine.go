package web

import (
	"context"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"throughline/lineage"
	"throughline/web/view"
)

func (s *Server) quarantinePage(a ask) (*page, error) {
	limit, cursor, err := a.page(50)
	if err != nil {
		return nil, err
	}
	return &page{
		concerns: never,
		refresh:  5 * time.Second,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			list, next, err := s.quarantined(ctx, limit, cursor)
			if err != nil {
				return view.Page{}, err
			}
			q := view.Quarantine{Rows: view.NewQuarantined(list, c), Zone: c.ZoneName()}
			if cursor != "" {
				q.First = "/quarantine"
			}
			if next != "" {
				q.Next = "/quarantine?" + url.Values{"cursor": {next}}.Encode()
			}
			return view.Page{
				Title: "Quarantine", Section: "quarantine",
				Parts: []view.Part{{ID: "quarantine", Body: view.QuarantinePage(q)}},
			}, nil
		},
	}, nil
}

type quarantineAnswer struct {
	Quarantine []quarantinedJSON `json:"quarantine"`
	Next       string            `json:"next"`
}

// quarantinedJSON is one entry. Payload is its bytes as text; bytes that are no
// UTF-8 come as PayloadBase64 instead. Size is the size of all of them.
type quarantinedJSON struct {
	ID            string `json:"id"`
	Signal        string `json:"signal"`
	Source        string `json:"source"`
	EventID       string `json:"event_id"`
	Type          string `json:"type"`
	Reason        string `json:"reason"`
	IngestedAt    moment `json:"ingested_at"`
	Size          int    `json:"size"`
	Payload       string `json:"payload,omitempty"`
	PayloadBase64 []byte `json:"payload_base64,omitempty"`
	Cut           bool   `json:"payload_cut"`
}

// maxListed is how much of a payload a list carries.
const maxListed = 16 << 10

// quarantined lists what is in quarantine, with no more of a payload than a list
// carries, and its size.
func (s *Server) quarantined(ctx context.Context, limit int, cursor string) ([]lineage.Quarantined, string, error) {
	list, next, err := s.deps.Quarantine.Quarantine(ctx, s.config.Tenant, limit, cursor)
	for i := range list {
		q := &list[i]
		q.Size = max(q.Size, len(q.Payload)) // the store may have cut it already
		q.Payload = beginning(q.Payload, q.Size)
	}
	return list, next, err
}

// beginning is what a list carries of a payload of size bytes. Text is cut between
// two letters: half a letter at its end would make it no text any more.
func beginning(payload []byte, size int) []byte {
	payload = payload[:min(len(payload), maxListed)]
	if len(payload) == size {
		return payload
	}
	for back := 1; back < utf8.UTFMax && back <= len(payload); back++ {
		if last := payload[len(payload)-back:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return payload[:len(payload)-back]
			}
			break
		}
	}
	return payload
}

func (s *Server) quarantineJSON(r *http.Request, a ask) (any, error) {
	limit, cursor, err := a.page(100)
	if err != nil {
		return nil, err
	}
	list, next, err := s.quarantined(r.Context(), limit, cursor)
	if err != nil {
		return nil, err
	}
	out := quarantineAnswer{Quarantine: make([]quarantinedJSON, 0, len(list)), Next: next}
	for _, q := range list {
		row := quarantinedJSON{
			ID: q.ID, Signal: q.Signal.String(), Source: q.Source, EventID: q.EventID, Type: q.Type,
			Reason: q.Reason, IngestedAt: moment(q.Ingested), Size: q.Size, Cut: len(q.Payload) < q.Size,
		}
		if utf8.Valid(q.Payload) {
			row.Payload = string(q.Payload)
		} else {
			row.PayloadBase64 = q.Payload
		}
		out.Quarantine = append(out.Quarantine, row)
	}
	return out, nil
}
