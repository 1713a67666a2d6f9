package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

func TestEveryAnswerCarriesTheHeadersThatKeepABrowserHonest(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	for _, path := range []string{"/", "/api/v1/status", "/nowhere", "/-/ready", "/static/throughline.css"} {
		got := get(s, path)
		csp := got.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy is %q", path, csp)
		}
		if got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: %v", path, got.Header)
		}
	}
}

func TestOtherSitesFormsAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	for name, tc := range map[string]struct {
		headers []string
		code    int
	}{
		"our own page":              {[]string{"Sec-Fetch-Site: same-origin"}, http.StatusSeeOther},
		"no browser":                {nil, http.StatusSeeOther},
		"another site":              {[]string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"}, http.StatusForbidden},
		"another site, old browser": {[]string{"Origin: https://evil.example"}, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/settings", strings.NewReader("theme=dark"))
			got := do(s, r, append(tc.headers, "Content-Type: application/x-www-form-urlencoded")...)
			if got.StatusCode != tc.code {
				t.Errorf("%d, want %d", got.StatusCode, tc.code)
			}
		})
	}
}

func TestOnlyOurNamesAreAnswered(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		addr, host string
		hosts      []string
		code       int
	}{
		"localhost":                                                 {"127.0.0.1:0", "localhost:8080", []string{"tl.example"}, 200},
		"the loopback address":                                      {"127.0.0.1:0", "127.0.0.1:8080", []string{"tl.example"}, 200},
		"the loopback address of IPv6":                              {"[::1]:0", "[::1]:8080", []string{"tl.example"}, 200},
		"a name that the operator gave":                             {"127.0.0.1:0", "tl.example", []string{"tl.example"}, 200},
		"a stranger's name":                                         {"127.0.0.1:0", "evil.example:8080", []string{"tl.example"}, 403},
		"a stranger's name that begins so":                          {"127.0.0.1:0", "localhost.evil.example", []string{"tl.example"}, 403},
		"an address of the network":                                 {"127.0.0.1:0", "10.0.0.1", []string{"tl.example"}, 403},
		"a stranger's name without names":                           {"127.0.0.1:0", "evil.example:8080", nil, 403},
		"any name where all may come":                               {"0.0.0.0:0", "throughline:8080", nil, 200},
		"a stranger's name where all may come and names are given":  {"0.0.0.0:0", "evil.example:8080", []string{"localhost"}, 403},
		"localhost where all may come and names are given":          {"0.0.0.0:0", "localhost:8080", []string{"tl.example"}, 200},
		"a name that the operator gave where all may come":          {"0.0.0.0:0", "TL.example:8080", []string{"tl.example"}, 200},
		"a port that the operator did not give, where all may come": {"0.0.0.0:0", "tl.example:1", []string{"tl.example:8443"}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := house()
			f.t = t
			s, err := New(Config{Addr: tc.addr, Hosts: tc.hosts}, f.deps())
			if err != nil {
				t.Fatal(err)
			}
			if got := get(s, "/", "Host: "+tc.host); got.StatusCode != tc.code {
				t.Errorf("%d, want %d", got.StatusCode, tc.code)
			}
		})
	}
}

func TestOnlyOurPagesOpenAWebSocket(t *testing.T) {
	t.Parallel()
	f := house()
	f.t = t
	s, err := New(Config{Addr: "127.0.0.1:0", Hosts: []string{"tl.example", "tl2.example:8443"}}, f.deps())
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		headers []string
		ours    bool
	}{
		"our own origin":                        {[]string{"Origin: http://localhost:8080"}, true},
		"our own origin in other letters":       {[]string{"Origin: http://LOCALHOST:8080"}, true},
		"a proxy's name that the operator gave": {[]string{"Origin: https://tl.example"}, true},
		"a name with its port":                  {[]string{"Origin: https://tl2.example:8443"}, true},
		"no origin and no cookie: a program":    {nil, true},
		"no origin but a cookie":                {[]string{"Cookie: theme=dark"}, false},
		"another site":                          {[]string{"Origin: https://evil.example"}, false},
		"null":                                  {[]string{"Origin: null"}, false},
		"an empty origin":                       {[]string{"Origin: "}, false},
		"another port":                          {[]string{"Origin: http://localhost:9999"}, false},
		"a name that ends in another":           {[]string{"Origin: http://localhost:8080.evil.example"}, false},
		"a user before the host":                {[]string{"Origin: http://localhost:8080@evil.example"}, false},
		"another scheme":                        {[]string{"Origin: file://localhost:8080"}, false},
		"a path behind it":                      {[]string{"Origin: http://localhost:8080/x"}, false},
		"two origins":                           {[]string{"Origin: http://localhost:8080", "Origin: https://evil.example"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := get(s, "/live?page=/", tc.headers...)
			// What is ours gets as far as being told that this is no WebSocket.
			if want := map[bool]int{true: http.StatusBadRequest, false: http.StatusForbidden}[tc.ours]; got.StatusCode != want {
				t.Errorf("%d, want %d: %s", got.StatusCode, want, got.body)
			}
		})
	}
}

func TestOnlyPagesOfOursAreWatched(t *testing.T) {
	t.Parallel()
	s := newServer(t, house())
	for _, page := range []string{"", "//evil.example/", "https://evil.example/", "/live?page=/live", "relative", "/%zz"} {
		if got := get(s, "/live?page="+templ.EscapeString(page)); got.StatusCode != http.StatusBadRequest {
			t.Errorf("page %q: %d", page, got.StatusCode)
		}
	}
	if got := get(s, "/live?page=/api/v1/status"); got.StatusCode != http.StatusNotFound {
		t.Errorf("the API is watched: %d", got.StatusCode)
	}
}
