package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"throughline/lineage"
	"throughline/web/view"
)

func (s *Server) queuesPage(ask) (*page, error) {
	trends := &trendsOf{server: s}
	return &page{
		concerns: never,
		refresh:  2 * time.Second,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			list, err := s.queues(ctx)
			if err != nil {
				return view.Page{}, err
			}
			return view.Page{
				Title: "Queues", Section: "queues",
				Parts: []view.Part{{ID: "queues", Body: view.QueuesPage(trends.draw(ctx, list, c))}},
			}, nil
		},
	}, nil
}

// queues lists the queues: dead letters first, then by name, so that rows stand
// still while their figures move.
func (s *Server) queues(ctx context.Context) ([]lineage.Queue, error) {
	list, err := s.deps.Queues.Queues(ctx, s.config.Tenant)
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b lineage.Queue) int {
		if a.DeadLetter != b.DeadLetter {
			if a.DeadLetter {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Consumer, b.Consumer))
	})
	return list, err
}

type queuesAnswer struct {
	Queues []queueJSON `json:"queues"`
}

// queueJSON is one measurement; OldestAge is in seconds, as it was measured.
type queueJSON struct {
	System      string  `json:"system"`
	Name        string  `json:"name"`
	Consumer    string  `json:"consumer"`
	Depth       int64   `json:"depth"`
	InHand      int64   `json:"in_hand"`
	Redelivered int64   `json:"redelivered"`
	OldestAt    moment  `json:"oldest_at"`
	OldestAge   float64 `json:"oldest_age"`
	DeadLetter  bool    `json:"dead_letter"`
	MeasuredAt  moment  `json:"measured_at"`
}

func (s *Server) queuesJSON(r *http.Request, _ ask) (any, error) {
	list, err := s.queues(r.Context())
	if err != nil {
		return nil, err
	}
	return queuesAnswer{each(list, func(q lineage.Queue) queueJSON {
		return queueJSON{
			q.System, q.Name, q.Consumer, q.Depth, q.InHand, q.Redelivered,
			moment(q.Oldest), q.Age(q.At).Seconds(), q.DeadLetter, moment(q.At),
		}
	})}, nil
}
