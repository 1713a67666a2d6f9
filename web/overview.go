package web

import (
	"context"
	"net"
	"time"

	"throughline/web/view"
)

func (s *Server) overviewPage(a ask) (*page, error) {
	return &page{
		concerns: anyChange,
		refresh:  2 * time.Second,
		load: func(ctx context.Context, c view.Clock) (view.Page, error) {
			flows, err := s.deps.Lineage.Overview(ctx, s.config.Tenant)
			if err != nil {
				return view.Page{}, err
			}
			figures, err := s.deps.Clocks.Figures(ctx, s.config.Tenant)
			if err != nil {
				return view.Page{}, err
			}
			o, lore := view.Overview{}, s.lore()
			for _, f := range flows {
				o.Flows = append(o.Flows, view.NewFlow(f, figures, lore, c))
			}
			if len(flows) == 0 {
				status, err := s.deps.Status.Status(ctx)
				if err != nil {
					return view.Page{}, err
				}
				o.First = firstEvent(status.Endpoints, a.Host)
			}
			return view.Page{
				Title: "Overview", Section: "overview",
				Parts: []view.Part{{ID: "overview", Body: view.OverviewPage(o)}},
			}, nil
		},
	}, nil
}

// firstEvent says where to send the first event, from where the reader sits: an
// address that means "every interface" is told as the host that they came by.
func firstEvent(e Endpoints, host string) view.FirstEvent {
	reach := func(addr, port string) string {
		if addr == "" {
			addr = net.JoinHostPort(hostOnly(host), port)
		}
		if h, p, err := net.SplitHostPort(addr); err == nil {
			if ip := net.ParseIP(h); h == "" || ip != nil && ip.IsUnspecified() {
				addr = net.JoinHostPort(hostOnly(host), p)
			}
		}
		return "http://" + addr
	}
	http := reach(e.OTLPHTTP, "4318")
	return view.FirstEvent{Events: http + "/v1/events", HTTP: http, GRPC: reach(e.OTLPGRPC, "4317")}
}
