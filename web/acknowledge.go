package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/lineage"
	"throughline/web/view"
)

// What an acknowledgement may say, in characters, and how large it may come.
const (
	maxOwner       = 100
	maxComment     = 1000
	maxAcknowledge = 32 << 10

	ownerCookie = "owner"
)

// acknowledgement is who looks after an incident, and what they say of it.
type acknowledgement struct {
	Owner   string `json:"owner"`
	Comment string `json:"comment"`
}

// tidy trims an acknowledgement and checks it. Errors are Invalid.
func (k acknowledgement) tidy() (acknowledgement, error) {
	k = acknowledgement{strings.TrimSpace(k.Owner), strings.TrimSpace(k.Comment)}
	fail := func(format string, args ...any) (acknowledgement, error) {
		return k, lineage.Errorf(lineage.Invalid, "read request", format, args...)
	}
	breaks := func(r rune) bool { return unicode.IsControl(r) }
	odd := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
	switch {
	case !utf8.ValidString(k.Owner) || !utf8.ValidString(k.Comment):
		return fail("owner and comment must be valid UTF-8")
	case k.Owner == "":
		return fail("owner is empty; say who looks after the incident")
	case utf8.RuneCountInString(k.Owner) > maxOwner:
		return fail("owner is longer than %d characters", maxOwner)
	case strings.ContainsFunc(k.Owner, breaks):
		return fail("owner holds a control character; a name stands on one line")
	case utf8.RuneCountInString(k.Comment) > maxComment:
		return fail("comment is longer than %d characters", maxComment)
	case strings.ContainsFunc(k.Comment, odd):
		return fail("comment holds a control character")
	}
	return k, nil
}

// acknowledge takes the form of a page: it keeps who the reader said they are,
// and goes back to where they were.
func (s *Server) acknowledge(w http.ResponseWriter, r *http.Request) {
	a, err := s.newAsk(r)
	if err == nil {
		r.Body = http.MaxBytesReader(w, r.Body, maxAcknowledge)
		err = unread("the form", r.ParseForm())
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	k, err := acknowledgement{r.PostForm.Get("owner"), r.PostForm.Get("comment")}.tidy()
	if err == nil {
		_, err = s.deps.Incidents.Acknowledge(r.Context(), s.config.Tenant, a.ID, k.Owner, k.Comment)
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	keep(w, r, ownerCookie, url.QueryEscape(k.Owner))
	back := view.IncidentURL(a.ID)
	if to := r.PostForm.Get("back"); to != "" {
		back = localPath(to)
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// acknowledgeJSON takes an acknowledgement of a script, and answers the incident.
func (s *Server) acknowledgeJSON(r *http.Request, a ask) (any, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return nil, lineage.Errorf(lineage.Unsupported, "read request", "content-type is %q; send application/json", r.Header.Get("Content-Type"))
	}
	var k acknowledgement
	body := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxAcknowledge))
	body.DisallowUnknownFields()
	if err = body.Decode(&k); err == nil {
		if _, more := body.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more behind the object")
		}
	}
	if err = unread(`the body, which should be {"owner": "…", "comment": "…"},`, err); err != nil {
		return nil, err
	}
	if k, err = k.tidy(); err != nil {
		return nil, err
	}
	i, err := s.deps.Incidents.Acknowledge(r.Context(), s.config.Tenant, a.ID, k.Owner, k.Comment)
	if err != nil {
		return nil, err
	}
	return incidentOf(i), nil
}

// unread tells why something that was sent cannot be read, or nil.
func unread(what string, err error) error {
	var large *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &large):
		return lineage.Errorf(lineage.TooLarge, "read request", "%s is larger than %d bytes", what, large.Limit)
	default:
		return lineage.Errorf(lineage.Invalid, "read request", "%s cannot be read: %w", what, err)
	}
}

// ownerOf is who the reader said they are the last time, or "".
func ownerOf(r *http.Request) string {
	c, err := r.Cookie(ownerCookie)
	if err != nil {
		return ""
	}
	owner, err := url.QueryUnescape(c.Value)
	k, bad := acknowledgement{Owner: owner}.tidy()
	if err != nil || bad != nil {
		return ""
	}
	return k.Owner
}
