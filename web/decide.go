package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"throughline/lineage"
	"throughline/web/view"
)

// previewed is how many of the transactions are shown that a decision would change.
const previewed = 100

// decidePage shows what a decision would change, before it is taken.
func (s *Server) decidePage(a ask) (*page, error) {
	return &page{
		still: true,
		load: func(ctx context.Context, _ view.Clock) (view.Page, error) {
			back := localPath(a.Query.Get("back"))
			d, whole, err := s.decisionOf(ctx, a.Query)
			if err != nil {
				return view.Page{}, err
			}
			x := view.NewAsk(d, s.lore())
			if whole {
				if x, err = s.look(ctx, d); err != nil {
					return view.Page{}, err
				}
			}
			x.Back, x.Owner = back, a.Owner
			return view.Page{Title: "Decide", Section: "decisions", Parts: []view.Part{{ID: "decide", Body: view.DecidePage(x)}}}, nil
		},
	}, nil
}

func (s *Server) look(ctx context.Context, d lineage.Decision) (view.Decide, error) {
	d.ID = rand.Text()
	f, err := s.deps.Decisions.Preview(ctx, d, previewed)
	if err != nil {
		return view.Decide{}, err
	}
	ledger, err := s.deps.Decisions.Decisions(ctx, s.config.Tenant)
	if err != nil {
		return view.Decide{}, err
	}
	return view.NewDecide(f, ledger, s.lore()), nil
}

// decide takes the form of a page: it keeps who the reader said they are, and goes
// back to where they were.
func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxAcknowledge)
	err := unread("the form", r.ParseForm())
	form := r.PostForm
	for name, values := range form {
		for _, v := range values {
			if err == nil {
				err = readable(name, v)
			}
		}
	}
	back := form.Get("back")
	var d lineage.Decision
	if err == nil {
		var whole bool
		if d, whole, err = s.decisionOf(r.Context(), form); err == nil && !whole {
			err = lineage.Errorf(lineage.Invalid, "read request", "with_id is empty; name the other id")
		}
	}
	again := view.DecideURL(d, back)
	if err == nil {
		d, err = s.signed(d, form.Get("decision"), form.Get("by"), form.Get("comment"))
	}
	if err == nil {
		_, err = s.deps.Decisions.Decide(r.Context(), d)
	}
	if err != nil {
		if d.Kind == "" {
			again = "/decisions"
		}
		s.refuseAs(w, r, statusOf(lineage.KindOf(err)), err, again)
		return
	}
	keep(w, r, ownerCookie, url.QueryEscape(d.By))
	http.Redirect(w, r, afterwards(d, back), http.StatusSeeOther)
}

// afterwards is where a decision is seen: where the reader was, or what it is about.
func afterwards(d lineage.Decision, back string) string {
	switch {
	case back != "":
		return localPath(back)
	case d.Kind == lineage.DecideRelease || d.Kind == lineage.DecideBlock:
		return view.HeldURL(d.A)
	case !d.A.IsZero():
		return view.ObjectURL(d.A)
	default:
		return "/decisions"
	}
}

// decisionID is what may name a decision: it is part of addresses.
var decisionID = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// signed completes a decision: who takes it, and why, and its id, which is the
// sender's own where there is one.
func (s *Server) signed(d lineage.Decision, id, by, comment string) (lineage.Decision, error) {
	if id == "" {
		id = rand.Text()
	}
	if !decisionID.MatchString(id) {
		return d, lineage.Errorf(lineage.Invalid, "read request", "the id of the decision is not 1 to 64 letters, digits and dashes; leave it out to have one made")
	}
	d.ID = id
	return d, d.Sign(by, comment)
}

// decisionOf reads what is to be decided from the parameters of an address or a form.
// It is not whole while the other id is missing of what is to be merged or kept apart.
func (s *Server) decisionOf(ctx context.Context, q url.Values) (d lineage.Decision, whole bool, err error) {
	a := lineage.Object{Type: q.Get("type"), ID: q.Get("id"), System: q.Get("system"), Scope: q.Get("scope")}
	b := lineage.Object{Type: a.Type, ID: q.Get("with_id"), System: q.Get("with_system"), Scope: q.Get("with_scope")}
	return s.meaning(ctx, lineage.Decision{
		Kind: lineage.DecisionKind(q.Get("kind")), A: a, B: b,
		Source: q.Get("source"), EventID: q.Get("event_id"), Revokes: q.Get("revokes"),
	})
}

// meaning finds the objects that a decision means by ids as people write them. What its
// kind does not need is left out.
func (s *Server) meaning(ctx context.Context, asked lineage.Decision) (d lineage.Decision, whole bool, err error) {
	d = lineage.Decision{Tenant: s.config.Tenant, Kind: asked.Kind}
	switch d.Kind {
	case lineage.DecideRelease, lineage.DecideBlock:
		d.A, err = s.meant(ctx, "id", asked.A, false)
		return d, true, err
	case lineage.DecideMerge, lineage.DecideApart:
		known := d.Kind == lineage.DecideMerge
		if d.A, err = s.meant(ctx, "id", asked.A, known); err != nil || strings.TrimSpace(asked.B.ID) == "" {
			return d, false, err
		}
		if d.B, err = s.meant(ctx, "with_id", asked.B, known); err != nil {
			return d, false, err
		}
		if d.Kind == lineage.DecideApart { // the ids themselves, which may be one object now
			d.A, err = s.written("id", asked.A)
			if err == nil {
				d.B, err = s.written("with_id", asked.B)
			}
		}
		return d, true, err
	case lineage.DecideReject:
		d.Source, d.EventID = asked.Source, asked.EventID
	case lineage.DecideRevoke:
		d.Revokes = asked.Revokes
	default:
		return lineage.Decision{}, false, lineage.Errorf(lineage.Invalid, "read request", "kind %q is none of release, block, merge, separate, reject, revoke", asked.Kind)
	}
	return d, true, nil
}

// meant is the object that somebody means by an id, by the name that it goes by now.
// One that nothing names is refused when it has to be known.
func (s *Server) meant(ctx context.Context, field string, o lineage.Object, known bool) (lineage.Object, error) {
	o.ID = strings.TrimSpace(o.ID)
	if o.ID == "" || o.Type == "" {
		return o, lineage.Errorf(lineage.Invalid, "read request", "type is %q and %s is %q; want both", o.Type, field, o.ID)
	}
	now, moved, err := s.deps.Decisions.Canonical(ctx, s.config.Tenant, o)
	if err != nil || moved {
		return now, err
	}
	matches, err := s.deps.Lineage.Search(ctx, s.config.Tenant, o.ID)
	if err != nil {
		return o, err
	}
	var found []lineage.Object
	for _, m := range matches {
		if m.Object.Type == o.Type && (o.System == "" || o.System == m.Object.System) && (o.Scope == "" || o.Scope == m.Object.Scope) {
			found = append(found, m.Object)
		}
	}
	if exact := slices.DeleteFunc(slices.Clone(found), func(f lineage.Object) bool { return f.ID != o.ID }); len(exact) == 1 {
		return exact[0], nil // a-1 is not A-1, for who writes just that
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return o, lineage.Errorf(lineage.Conflict, "read request", "%s is %q, by which %d objects of type %s go; say which with the parameter system or scope", field, o.ID, len(found), o.Type)
	case known:
		return o, lineage.Errorf(lineage.NotFound, "read request", "%s is %q, and nothing of type %s goes by it", field, o.ID, o.Type)
	default:
		return s.written(field, o)
	}
}

// written is the object that an id names as it is written, whatever is known of it.
func (s *Server) written(field string, o lineage.Object) (lineage.Object, error) {
	found, ok := s.deps.Catalogue().Object(o.Type, o.System, o.Scope, o.ID)
	if !ok {
		return o, lineage.Errorf(lineage.Invalid, "read request", "%s is %q, which is no id: systems write it when they have none", field, o.ID)
	}
	return found, nil
}
