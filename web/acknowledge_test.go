package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"throughline/lineage"
	"throughline/slo"
)

// taking is a house whose incident remembers who takes it.
func taking() (*fake, *slo.Incident) {
	f, i := house(), firing()
	f.incident = func(string) (slo.Incident, error) { return i, nil }
	f.acknowledge = func(id, owner, comment string) (slo.Incident, error) {
		if id != i.ID {
			return slo.Incident{}, lineage.Errorf(lineage.NotFound, "find incident", "there is no incident %s", id)
		}
		next, err := i.Acknowledge(noon, owner, comment)
		if err != nil {
			return slo.Incident{}, err
		}
		i = *next
		return i, nil
	}
	return f, &i
}

func postForm(s *Server, path string, form url.Values, headers ...string) answer {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	return do(s, r, append(headers, "Content-Type: application/x-www-form-urlencoded")...)
}

func postJSON(s *Server, path, body string, headers ...string) answer {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	return do(s, r, append(headers, "Content-Type: application/json")...)
}

func TestAnIncidentIsAcknowledgedByItsForm(t *testing.T) {
	t.Parallel()
	f, i := taking()
	s := newServer(t, f)
	got := postForm(s, "/incidents/00c0ffee/acknowledge", url.Values{"owner": {" Zoë O’Neil "}, "comment": {"on it"}, "back": {"/incidents?state=firing"}})
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/incidents?state=firing" {
		t.Fatalf("%d to %q: %s", got.StatusCode, got.Header.Get("Location"), got.body)
	}
	if i.Owner != "Zoë O’Neil" || i.Comment != "on it" {
		t.Errorf("it is looked after by %q, who says %q", i.Owner, i.Comment)
	}
	cookie := got.Cookies()[0]
	if cookie.Name != ownerCookie || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
		t.Errorf("the cookie is %v", cookie)
	}
	page := get(s, "/incidents/00c0ffee", "Cookie: "+cookie.Name+"="+cookie.Value).body
	if !strings.Contains(page, `name="owner" required maxlength="100" value="Zoë O’Neil"`) || !strings.Contains(page, "Take it over") {
		t.Error("the form does not remember its reader, or offers what is done")
	}
	if page := get(s, "/incidents", "Cookie: "+cookie.Name+"="+cookie.Value).body; !strings.Contains(page, `<input type="hidden" name="owner" value="Zoë O’Neil">`) {
		t.Error("a row cannot be taken at once")
	}
	if page := get(s, "/incidents").body; strings.Contains(page, "Zoë") {
		t.Error("a stranger is taken for somebody else")
	}
}

func TestAFormLeadsBackToPagesOfOursOnly(t *testing.T) {
	t.Parallel()
	f, _ := taking()
	s := newServer(t, f)
	for back, want := range map[string]string{
		"": "/incidents/00c0ffee", "/incidents/00c0ffee?back=%2Fx": "/incidents/00c0ffee?back=%2Fx",
		"//evil.example": "/", "https://evil.example": "/", "/\\evil.example": "/", "javascript:alert(1)": "/",
	} {
		got := postForm(s, "/incidents/00c0ffee/acknowledge", url.Values{"owner": {"Ada"}, "back": {back}})
		if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != want {
			t.Errorf("back to %q leads to %q with %d, want %q", back, got.Header.Get("Location"), got.StatusCode, want)
		}
	}
	for _, back := range []string{"//evil.example", "javascript:alert(1)"} {
		if body := get(s, "/incidents/00c0ffee?back="+url.QueryEscape(back)).body; !strings.Contains(body, `name="back" value="/"`) {
			t.Errorf("the form would lead back to %q", back)
		}
	}
}

func TestAnIncidentIsAcknowledgedByTheAPI(t *testing.T) {
	t.Parallel()
	f, _ := taking()
	got := postJSON(newServer(t, f), "/api/v1/incidents/00c0ffee/acknowledge", `{"owner":"Ada","comment":"on it"}`)
	var i struct{ Owner, Comment, State string }
	if err := json.Unmarshal([]byte(got.body), &i); err != nil || got.StatusCode != http.StatusOK {
		t.Fatalf("%d %v: %s", got.StatusCode, err, got.body)
	}
	if i.Owner != "Ada" || i.Comment != "on it" || i.State != "firing" || !strings.Contains(got.body, `"acknowledged_at":"2026-03-02T12:00:00Z"`) {
		t.Errorf("the answer is %s", got.body)
	}
	if len(got.Cookies()) != 0 {
		t.Error("a script is remembered")
	}
}

func TestABadAcknowledgementIsToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 1001)
	for name, tc := range map[string]struct {
		id, body, media string
		code            int
		detail          string
	}{
		"nobody":                    {"00c0ffee", `{"comment":"x"}`, "", 400, `Owner is empty; say who looks after the incident.`},
		"a blank":                   {"00c0ffee", `{"owner":" \t "}`, "", 400, `Owner is empty; say who looks after the incident.`},
		"a name without end":        {"00c0ffee", `{"owner":"` + long + `"}`, "", 400, `Owner is longer than 100 characters.`},
		"a name on two lines":       {"00c0ffee", `{"owner":"a\nb"}`, "", 400, `Owner holds a control character; a name stands on one line.`},
		"a comment without end":     {"00c0ffee", `{"owner":"Ada","comment":"` + long + `"}`, "", 400, `Comment is longer than 1000 characters.`},
		"a comment with a bell":     {"00c0ffee", `{"owner":"Ada","comment":"\u0007"}`, "", 400, `Comment holds a control character.`},
		"an unknown field":          {"00c0ffee", `{"owner":"Ada","state":"resolved"}`, "", 400, `The body, which should be {"owner": "…", "comment": "…"}, cannot be read: unknown field "state".`},
		"two objects":               {"00c0ffee", `{"owner":"Ada"} {}`, "", 400, `The body, which should be {"owner": "…", "comment": "…"}, cannot be read: there is more behind the object.`},
		"no JSON":                   {"00c0ffee", `owner=Ada`, "", 400, ""},
		"a number":                  {"00c0ffee", `{"owner":7}`, "", 400, `Owner is a number; want a string.`},
		"a list of them":            {"00c0ffee", `{"owner":"Ada","comment":[]}`, "", 400, `Comment is an array; want a string.`},
		"no object":                 {"00c0ffee", `["Ada"]`, "", 400, `The body, which should be {"owner": "…", "comment": "…"}, cannot be read: it is an array, not an object.`},
		"a name that turns":         {"00c0ffee", `{"owner":"a\u202eb"}`, "", 400, `Owner holds a control character; a name stands on one line.`},
		"nothing":                   {"00c0ffee", ``, "", 400, `The body, which should be {"owner": "…", "comment": "…"}, cannot be read: it is empty.`},
		"a form":                    {"00c0ffee", `owner=Ada`, "application/x-www-form-urlencoded", 415, `Content-type is "application/x-www-form-urlencoded"; send application/json.`},
		"too much":                  {"00c0ffee", `{"owner":"Ada","comment":"` + strings.Repeat("x", maxAcknowledge) + `"}`, "", 413, ""},
		"an incident that is not":   {"none", `{"owner":"Ada"}`, "", 404, `There is no incident none.`},
		"an incident that was once": {"once", `{"owner":"Ada"}`, "", 409, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, i := taking()
			if tc.id == "once" {
				i.ID, i.State, i.ResolvedAt = "once", slo.Resolved, noon
			}
			s := newServer(t, f)
			media := tc.media
			if media == "" {
				media = "application/json; charset=utf-8"
			}
			r := httptest.NewRequest(http.MethodPost, "/api/v1/incidents/"+tc.id+"/acknowledge", strings.NewReader(tc.body))
			got := do(s, r, "Content-Type: "+media)
			var p problem
			if err := json.Unmarshal([]byte(got.body), &p); err != nil || got.Header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%v: %s", err, got.body)
			}
			if got.StatusCode != tc.code || tc.detail != "" && p.Detail != tc.detail || p.Detail == "" {
				t.Errorf("%d %q, want %d %q", got.StatusCode, p.Detail, tc.code, tc.detail)
			}
			if i.Owner != "" {
				t.Errorf("%s looks after it", i.Owner)
			}
			var k acknowledgement
			if json.Unmarshal([]byte(tc.body), &k) != nil || tc.code == 400 && strings.Contains(p.Detail, "cannot be read") {
				return // a form cannot say it
			}
			page := postForm(s, "/incidents/"+tc.id+"/acknowledge", url.Values{"owner": {k.Owner}, "comment": {k.Comment}})
			if page.StatusCode != tc.code || len(page.texts(t, "failure")) != 1 {
				t.Errorf("the form says %d: %s", page.StatusCode, page.body)
			}
			if !strings.Contains(page.body, `href="/incidents/`+tc.id+`" data-testid="back"`) {
				t.Error("there is no way back to the incident")
			}
			if texts := page.texts(t, "detail"); tc.detail != "" && !slices.Equal(texts, []string{tc.detail}) {
				t.Errorf("the page says %q", texts)
			}
		})
	}
}

func TestOtherSitesAcknowledgeNothing(t *testing.T) {
	t.Parallel()
	for name, headers := range map[string][]string{
		"another site":              {"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"},
		"another site, old browser": {"Origin: https://evil.example"},
		"a sibling":                 {"Sec-Fetch-Site: same-site"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, i := taking()
			s := newServer(t, f)
			form := postForm(s, "/incidents/00c0ffee/acknowledge", url.Values{"owner": {"Eve"}}, headers...)
			api := postJSON(s, "/api/v1/incidents/00c0ffee/acknowledge", `{"owner":"Eve"}`, headers...)
			if form.StatusCode != http.StatusForbidden || api.StatusCode != http.StatusForbidden || i.Owner != "" {
				t.Errorf("the form says %d, the API %d, and %q looks after it", form.StatusCode, api.StatusCode, i.Owner)
			}
		})
	}
}

func TestACookieThatNobodyGaveIsNobody(t *testing.T) {
	t.Parallel()
	f, _ := taking()
	s := newServer(t, f)
	for _, value := range []string{"%zz", "%0a", strings.Repeat("x", 101), "%ff", ""} {
		if got := get(s, "/incidents/00c0ffee", "Cookie: owner="+value); got.StatusCode != http.StatusOK || !strings.Contains(got.body, `maxlength="100" value=""`) {
			t.Errorf("owner %q: %d", value, got.StatusCode)
		}
	}
}
