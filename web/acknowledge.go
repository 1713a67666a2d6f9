package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"throughline/lineage"
	"throughline/slo"
	"throughline/web/view"
)

const (
	maxAcknowledge = 32 << 10 // bytes that an acknowledgement may come in
	ownerCookie    = "owner"
)

// acknowledgement is who looks after an incident, and what they say of it.
type acknowledgement struct {
	Owner   string `json:"owner"`
	Comment string `json:"comment"`
}

// acknowledge takes the form of a page: it keeps who the reader said they are,
// and goes back to where they were.
func (s *Server) acknowledge(w http.ResponseWriter, r *http.Request) {
	a, err := s.newAsk(r)
	if err == nil {
		r.Body = http.MaxBytesReader(w, r.Body, maxAcknowledge)
		err = unread("the form", r.ParseForm())
	}
	back := view.IncidentURL(a.ID)
	if to := r.PostForm.Get("back"); to != "" {
		back = localPath(to)
	}
	var owner, comment string
	if err == nil {
		owner, comment, err = slo.CheckAcknowledgement(r.PostForm.Get("owner"), r.PostForm.Get("comment"))
	}
	if err == nil {
		_, err = s.deps.Incidents.Acknowledge(r.Context(), s.config.Tenant, a.ID, owner, comment)
	}
	if err != nil {
		s.refuseAs(w, r, statusOf(lineage.KindOf(err)), err, back)
		return
	}
	keep(w, r, ownerCookie, url.QueryEscape(owner))
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
	owner, comment, err := slo.CheckAcknowledgement(k.Owner, k.Comment)
	if err != nil {
		return nil, err
	}
	i, err := s.deps.Incidents.Acknowledge(r.Context(), s.config.Tenant, a.ID, owner, comment)
	if err != nil {
		return nil, err
	}
	return incidentOf(i), nil
}

// unread tells why something that was sent cannot be read, or nil.
func unread(what string, err error) error {
	var large *http.MaxBytesError
	var field *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &field) && field.Field != "":
		return lineage.Errorf(lineage.Invalid, "read request", "%s is %s; want a string", field.Field, an(field.Value))
	case errors.As(err, &field):
		return lineage.Errorf(lineage.Invalid, "read request", "%s cannot be read: it is %s, not an object", what, an(field.Value))
	case errors.Is(err, io.EOF):
		return lineage.Errorf(lineage.Invalid, "read request", "%s cannot be read: it is empty", what)
	case errors.As(err, &large):
		return lineage.Errorf(lineage.TooLarge, "read request", "%s is larger than %d bytes", what, large.Limit)
	default:
		return lineage.Errorf(lineage.Invalid, "read request", "%s cannot be read: %s", what, strings.TrimPrefix(err.Error(), "json: "))
	}
}

// an is a word of JSON with its article: "an array".
func an(word string) string {
	word, _, _ = strings.Cut(word, " ") // "number 7"
	switch word {
	case "array", "object":
		return "an " + word
	default:
		return "a " + word
	}
}

// ownerOf is who the reader said they are the last time, or "".
func ownerOf(r *http.Request) string {
	c, err := r.Cookie(ownerCookie)
	if err != nil {
		return ""
	}
	owner, err := url.QueryUnescape(c.Value)
	owner, _, bad := slo.CheckAcknowledgement(owner, "")
	if err != nil || bad != nil {
		return ""
	}
	return owner
}
