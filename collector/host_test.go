package collector

import (
	"strings"
	"testing"
)

func TestAPageElsewhereCannotSendUnderANameOfItsOwn(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		host, token string
		good        bool
	}{
		"this machine":                {"127.0.0.1:4318", "", true},
		"this machine's name":         {"localhost", "", true},
		"this machine's name, dotted": {"throughline.localhost:4318", "", true},
		"this machine, in IPv6":       {"[::1]:4318", "", true},
		"a name that was set":         {"otel.example.test", "", true},
		"it, with a port":             {"OTEL.example.test:4318", "", true},
		"a name that was not":         {"rebound.example.test:4318", "", false},
		"a name that looks like ours": {"localhost.example.test", "", false},
		"another machine":             {"192.0.2.7:4318", "", false},
		"a stranger with the token":   {"rebound.example.test", "s3cret-t0ken", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, func(cfg *Config, _ *ledger) { cfg.Hosts, cfg.Token = []string{"otel.example.test"}, tc.token })
			header := map[string]string{"Host": tc.host, "Content-Type": structuredType, "Authorization": "Bearer " + tc.token}
			got := r.send(request{path: "/v1/events", header: header, body: []byte(goodEvent)})
			if good := got.code == 202; good != tc.good {
				t.Errorf("the answer is %d: %s", got.code, got.body)
			}
			if !tc.good && (got.code != 403 || !strings.Contains(string(got.body), tc.host)) {
				t.Errorf("the answer is %d: %s", got.code, got.body)
			}
			if kept := len(r.ledger.kept()); (kept == 1) != tc.good {
				t.Errorf("%d records are kept", kept)
			}
		})
	}
}
