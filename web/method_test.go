package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestAWrongMethodIsToldWhichOnesAreTaken(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	for name, tc := range map[string]struct {
		method, path, allow string
		code                int
		machine             bool
	}{
		"a form to a list":          {http.MethodPost, "/api/v1/incidents", "GET", 405, true},
		"a list of what is sent":    {http.MethodGet, "/api/v1/incidents/x/acknowledge", "POST", 405, true},
		"what nobody takes":         {http.MethodDelete, "/api/v1/lineage/order/SO-1", "GET", 405, true},
		"a page":                    {http.MethodDelete, "/incidents", "GET", 405, false},
		"an address that is not":    {http.MethodPost, "/api/v1/nothing", "", 404, true},
		"an address of a page":      {http.MethodPost, "/nothing", "", 404, false},
		"the head of what is there": {http.MethodHead, "/api/v1/queues", "", 200, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := do(s, httptest.NewRequest(tc.method, tc.path, nil))
			if got.StatusCode != tc.code || got.Header.Get("Allow") != tc.allow {
				t.Fatalf("%d, allowed are %q: %s", got.StatusCode, got.Header.Get("Allow"), got.body)
			}
			if tc.code == http.StatusOK {
				return
			}
			var p problem
			isProblem := json.Unmarshal([]byte(got.body), &p) == nil && got.Header.Get("Content-Type") == "application/problem+json" && p.Status == tc.code
			if isProblem != tc.machine || !tc.machine && len(got.texts(t, "failure")) != 1 {
				t.Errorf("it is %s: %s", got.Header.Get("Content-Type"), got.body)
			}
		})
	}
}
