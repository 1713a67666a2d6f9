package alerts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"throughline/lineage"
)

const (
	answerTime  = 10 * time.Second
	answerSize  = 64 << 10
	longestWait = 5 * time.Minute // that a receiver may ask for
)

// fate is what became of a notice.
type fate string

const (
	delivered     fate = "delivered"
	failed        fate = "failed" // and is tried again
	undeliverable fate = "undeliverable"
	dropped       fate = "dropped" // it was not asked
)

// answer is what the webhook said.
type answer struct {
	fate   fate
	status int           // 0: it said nothing
	reason string        // of what was not delivered; it names no secret
	after  time.Duration // how long it asks to be left alone
}

// webhook is the one receiver.
type webhook struct {
	name   string            // scheme and host of its URL: all the rest may be a secret, as the path is of many pagers
	hidden *strings.Replacer // of that rest
	url    string
	bearer string // the Authorization header; "": none
	agent  string
	client http.Client
	now    func() time.Time
}

// newWebhook returns nil when there is no URL. Its errors do not name the URL nor
// the token.
func newWebhook(cfg *Config, client *http.Client, now func() time.Time) (*webhook, error) {
	const op = "new alerts"
	if cfg.Webhook == "" {
		return nil, nil
	}
	u, err := url.Parse(cfg.Webhook)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, lineage.Errorf(lineage.Invalid, op, "webhook is no URL; want one like https://pager.example/hook")
	}
	if strings.ContainsFunc(cfg.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, lineage.Errorf(lineage.Invalid, op, "token has a blank or another sign that a header cannot carry")
	}
	w := &webhook{
		name: u.Scheme + "://" + u.Host, hidden: hide(u),
		url: cfg.Webhook, agent: "throughline/" + cfg.Version, now: now,
	}
	if cfg.Token != "" {
		w.bearer = "Bearer " + cfg.Token
	}
	if client != nil {
		w.client = *client
	} else if own, ok := http.DefaultTransport.(*http.Transport); ok {
		w.client.Transport = own.Clone()
	}
	// A redirect would carry the token and the message to where nobody meant them to go.
	w.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return w, nil
}

func (w *webhook) close() {
	if w != nil {
		w.client.CloseIdleConnections()
	}
}

// tell sends a notice once.
func (w *webhook) tell(ctx context.Context, n *notice, base string) answer {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	body, err := message(n, base)
	if err != nil {
		return answer{fate: undeliverable, reason: err.Error()}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return answer{fate: failed, reason: w.plain(err)}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", w.agent)
	r.Header.Set("Idempotency-Key", n.key())
	if w.bearer != "" {
		r.Header.Set("Authorization", w.bearer)
	}
	response, err := w.client.Do(r)
	if err != nil {
		return answer{fate: failed, reason: w.plain(err)}
	}
	defer response.Body.Close()
	// Read to its end, so that the connection can be used again; what it says is not
	// wanted, and a failure to say it changes nothing.
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, answerSize))
	return w.judge(response)
}

// judge says what an answer means. One that finds fault with the request itself
// would find it again.
func (w *webhook) judge(r *http.Response) answer {
	a := answer{fate: failed, status: r.StatusCode, reason: fmt.Sprintf("it answered %d", r.StatusCode)}
	switch {
	case r.StatusCode/100 == 2:
		a.fate, a.reason = delivered, ""
	case r.StatusCode/100 == 3:
		a.reason += ", and redirects are not followed"
	case r.StatusCode == http.StatusBadRequest, r.StatusCode == http.StatusRequestEntityTooLarge,
		r.StatusCode == http.StatusUnsupportedMediaType, r.StatusCode == http.StatusUnprocessableEntity:
		a.fate = undeliverable
	default:
		a.after = w.after(r.Header.Get("Retry-After"))
	}
	return a
}

// after reads Retry-After: seconds, or a date.
func (w *webhook) after(text string) time.Duration {
	var d time.Duration
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		d = at.Sub(w.now())
	}
	return min(max(d, 0), longestWait)
}

// plain is what failed, without the URL that net/http puts before it and without
// what else repeats a part of it, such as a Location that cannot be read.
func (w *webhook) plain(err error) string {
	for u := (*url.Error)(nil); errors.As(err, &u); {
		err = u.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("it did not answer within %s", answerTime)
	}
	return w.hidden.Replace(err.Error())
}

// hide replaces everything of a URL but its scheme and host.
func hide(u *url.URL) *strings.Replacer {
	parts := []string{u.EscapedPath(), u.Path, u.RawQuery, u.EscapedFragment(), u.Fragment}
	if u.User != nil {
		parts = append(parts, u.User.String())
	}
	var pairs []string
	for _, part := range parts {
		if part != "" && part != "/" {
			pairs = append(pairs, part, "(hidden)")
		}
	}
	return strings.NewReplacer(pairs...)
}
