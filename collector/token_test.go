package collector

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

func TestATokenIsAskedOfEveryRequest(t *testing.T) {
	t.Parallel()
	const token = "s3cret-t0ken"
	var logged bytes.Buffer
	r := start(t, func(cfg *Config, _ *ledger) { cfg.Token = token })
	for name, tc := range map[string]struct {
		sent string
		good bool
	}{
		"none":                  {"", false},
		"a wrong one":           {"Bearer wrong", false},
		"half of it":            {"Bearer " + token[:6], false},
		"it and more":           {"Bearer " + token + "x", false},
		"it without its scheme": {token, false},
		"it in another scheme":  {"Basic " + token, false},
		"it":                    {"Bearer " + token, true},
		"it in lower case":      {"bearer " + token, true},
	} {
		header := map[string]string{"Content-Type": protobuf}
		if tc.sent != "" {
			header["Authorization"] = tc.sent
		}
		got := r.send(request{path: "/v1/traces", header: header, body: spans(1, nil)})
		if good := got.code == 200; good != tc.good {
			t.Errorf("%s: the answer over HTTP is %d", name, got.code)
		}
		if !tc.good && (got.code != 401 || got.header.Get("WWW-Authenticate") == "" || codes.Code(got.status(t).GetCode()) != codes.Unauthenticated) {
			t.Errorf("%s: the answer over HTTP is %d %v", name, got.code, got.header)
		}
		header["Content-Type"] = structuredType
		got = r.send(request{path: "/v1/events", header: header, body: []byte(goodEvent)})
		if good := got.code == 202; good != tc.good || !good && !strings.Contains(string(got.body), `"kind":"unauthenticated"`) {
			t.Errorf("%s: the answer to events is %d %s", name, got.code, got.body)
		}
		err := r.call(metadata.AppendToOutgoingContext(t.Context(), "authorization", tc.sent), exportTraces, spans(1, nil))
		if good := err == nil; good != tc.good || !good && status.Code(err) != codes.Unauthenticated {
			t.Errorf("%s: the answer over gRPC is %v", name, err)
		}
	}
	if len(r.ledger.kept()) != 6 {
		t.Errorf("%d records are kept", len(r.ledger.kept()))
	}
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("dump", "collector", fmt.Sprintf("%+v %+v", r.cfg, r.guard))
	if strings.Contains(logged.String(), token) {
		t.Error("the token can be printed")
	}
}
