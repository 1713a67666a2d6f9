package alerts

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
	"throughline/slo"
)

// A pager knows its customers by the path, another by the query or the password.
func TestOfAWebhookOnlySchemeAndHostAreWritten(t *testing.T) {
	const hook = "https://canary-user:canary-pass@pager.example:8443/services/canary-path%20x/?key=canary-query#canary-fragment"
	bubble(t, func(t *testing.T, r *rig) {
		r.cfg.Webhook, r.cfg.Token = hook, "canary-token"
		tries := 0
		r.pager.answer = func(*call) (int, http.Header, error) {
			switch tries++; tries {
			case 1:
				return 0, nil, errors.New("no route to host")
			case 2:
				return http.StatusUnauthorized, nil, nil
			case 3:
				return http.StatusFound, http.Header{"Location": {"https://elsewhere.example/canary-location"}}, nil
			case 4:
				return http.StatusFound, http.Header{"Location": {"/services/canary-path%20x/?key=canary-query&%zz\x7f"}}, nil
			case 5:
				inner := &url.Error{Op: "Get", URL: hook, Err: errors.New("refused")}
				return 0, nil, fmt.Errorf("ask %s again: %w", hook, &url.Error{Op: "Post", URL: hook, Err: inner})
			case 6:
				return 0, nil, fmt.Errorf("%s cannot be told", hook)
			case 7:
				return http.StatusUnprocessableEntity, nil, nil
			}
			return http.StatusOK, nil, nil
		}
		r.start()
		r.ledger.tell(about(1, slo.BreachKind, 0), about(2, slo.BreachKind, 0))
		pass(5 * time.Minute)
		r.settled()
		var text strings.Builder
		for order := 1; order <= 2; order++ {
			i, err := r.Incident(t.Context(), "", orderID(order))
			if err != nil || tries != 8 {
				t.Fatalf("%d attempts, %v", tries, err)
			}
			fmt.Fprintf(&text, "%+v\n", i)
		}
		families, err := r.registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "%v\n%+v\n", families, r.Alerts.cfg)
		r.halt()
		text.WriteString(r.log.String())
		if strings.Contains(text.String(), "canary") {
			t.Errorf("a secret is written:\n%s", &text)
		}
		if n := strings.Count(r.log.String(), "webhook=https://pager.example:8443 "); n != 7 {
			t.Errorf("the log says %d times which webhook; want 7:\n%s", n, r.log)
		}
		for _, reason := range []string{"no route to host", "error=refused", "it answered 401"} {
			if !strings.Contains(r.log.String(), reason) {
				t.Errorf("the log does not say %q:\n%s", reason, r.log)
			}
		}
	})
	for _, cfg := range []Config{
		{Dir: "x", Webhook: "ftp://canary"},
		{Dir: "x", Webhook: "pager/canary"},
		{Dir: "x", Webhook: "http://a\x7fcanary"},
		{Dir: "x", Webhook: "http://canary:canary@pager.example/%zzcanary"},
		{Dir: "x", Webhook: hook, Token: "canary\r\nX: y"},
	} {
		if _, err := New(cfg, Deps{Ledger: newLedger()}); lineage.KindOf(err) != lineage.Invalid || strings.Contains(err.Error(), "canary") {
			t.Errorf("%v; want Invalid, without what it refuses", err)
		}
	}
}

func TestAWebhookOfItsHostAloneIsHiddenNowhere(t *testing.T) {
	t.Parallel()
	for _, hook := range []string{"http://pager.example", "http://pager.example/"} {
		w, err := newWebhook(&Config{Webhook: hook}, nil, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff("read tcp 127.0.0.1/x: refused", w.plain(errors.New("read tcp 127.0.0.1/x: refused"))); diff != "" || w.name != "http://pager.example" {
			t.Errorf("%s (-want +got):\n%s", w.name, diff)
		}
	}
}
