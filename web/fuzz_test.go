package web

import (
	"net/http"
	"net/url"
	"testing"

	"throughline/lineage"
)

// FuzzRequest asks for anything: no request may fail inside, whatever its path,
// its query and its cookies hold.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][3]string{
		{"/", "", ""},
		{"/lineage/order/a%2Fb%00", "flow=%ff&scope=;", "zone=../../x; theme=x"},
		{"/lineage/trace/ab000000000000000000000000000001", "system=", "zone=Europe/Berlin"},
		{"/api/v1/executions", "limit=1e9&cursor=\x00&state=open", ""},
		{"/search", "q=%F0%9F%A7%BE", "zone=Local"},
		{"/incidents", "state=firing&sla=invoice-posted&cursor=%00", "owner=%ff%zz"},
		{"/incidents/a%2Fb", "back=//evil.example", "owner=Ada"},
		{"/live", "page=%2Fstatus%3F%zz", ""},
		{"/static/npm/../throughline.css", "v=1", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, path, query, cookie string) {
		u, err := url.ParseRequestURI(path)
		if err != nil || u.Path == "" || u.Path[0] != '/' {
			return
		}
		h := house()
		h.search = func(string) ([]lineage.Match, error) { return nil, nil }
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: query}, Header: http.Header{}}
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		if got := do(newServer(t, h), r); got.StatusCode >= 500 {
			t.Errorf("%d: %s", got.StatusCode, got.body)
		}
	})
}
