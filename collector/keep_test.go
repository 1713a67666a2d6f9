package collector

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"

	"throughline/lineage"
)

// deliver are the three ways in, each as a function that returns nil once the
// sender has been told that all is well.
func deliver(r *rig) map[string]func() error {
	post := func(path, media, body string) func() error {
		return func() error {
			hr, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url(path), strings.NewReader(body))
			if err != nil {
				return err
			}
			hr.Header.Set("Content-Type", media)
			got, err := r.client.Do(hr)
			if err != nil {
				return err
			}
			defer got.Body.Close()
			if got.StatusCode >= 300 {
				return errors.New(got.Status)
			}
			return nil
		}
	}
	return map[string]func() error{
		"OTLP over HTTP": post("/v1/traces", protobuf, string(spans(1, nil))),
		"CloudEvents":    post("/v1/events", structuredType, goodEvent),
		"OTLP over gRPC": func() error { return r.call(r.t.Context(), exportTraces, spans(1, nil)) },
	}
}

func TestTheAnswerNeverPrecedesTheJournal(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"OTLP over HTTP", "CloudEvents", "OTLP over gRPC"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reached, durable := make(chan struct{}), make(chan struct{})
			r := start(t, func(cfg *Config, l *ledger) {
				cfg.AnswerTimeout, cfg.BodyTimeout = 500*time.Millisecond, 500*time.Millisecond // neither is the journal's
				l.before = func(context.Context) error {
					close(reached)
					<-durable
					return nil
				}
			})
			answered := make(chan error, 1)
			send := deliver(r)[name]
			go func() { answered <- send() }()
			<-reached
			select {
			case err := <-answered:
				t.Fatalf("answered before the journal did: %v", err)
			case <-time.After(600 * time.Millisecond): // long, for an answer that is ready
			}
			close(durable)
			if err := <-answered; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAJournalThatRefusesIsAnsweredWithWhatMakesSendersComeBack(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err   error
		code  int
		grpc  codes.Code
		after string
		says  string
	}{
		"full":                             {lineage.Errorf(lineage.Exhausted, "journal", "it is at its bound"), 429, codes.ResourceExhausted, "1", "at its bound"},
		"failed":                           {lineage.Errorf(lineage.Unavailable, "journal", "the disk has failed"), 503, codes.Unavailable, "1", "the disk has failed"},
		"failed, and its error has a path": {lineage.E(lineage.Unavailable, "journal", &fs.PathError{Op: "write", Path: "/secret", Err: fs.ErrInvalid}), 503, codes.Unavailable, "1", "send it again later"},
		"a stranger to us":                 {errors.New("secret"), 503, codes.Unavailable, "1", "could not take this in"},
		"telling its own time":             {slowDown{}, 503, codes.Unavailable, "7", ""},
		"out of the time it was given":     {context.DeadlineExceeded, 503, codes.Unavailable, "1", ""},
	} {
		t.Run("A journal that is "+name, func(t *testing.T) {
			t.Parallel()
			r := start(t, func(_ *Config, l *ledger) { l.before = func(context.Context) error { return tc.err } })
			got := r.send(request{path: "/v1/traces", header: map[string]string{"Content-Type": protobuf}, body: spans(1, nil)})
			st := got.status(t)
			if got.code != tc.code || codes.Code(st.GetCode()) != tc.grpc || got.header.Get("Retry-After") != tc.after {
				t.Errorf("the answer is %d, status %d, retry after %q", got.code, st.GetCode(), got.header.Get("Retry-After"))
			}
			var info errdetails.RetryInfo
			if len(st.GetDetails()) != 1 || st.GetDetails()[0].UnmarshalTo(&info) != nil {
				t.Errorf("the details are %v", st.GetDetails())
			}
			if !strings.Contains(st.GetMessage(), tc.says) || strings.Contains(st.GetMessage(), "secret") {
				t.Errorf("the sender reads %q", st.GetMessage())
			}
			got = r.send(request{path: "/v1/events", header: map[string]string{"Content-Type": structuredType}, body: []byte(goodEvent)})
			if got.code != tc.code || got.header.Get("Retry-After") != tc.after || strings.Contains(string(got.body), "secret") {
				t.Errorf("events are answered %d, retry after %q: %s", got.code, got.header.Get("Retry-After"), got.body)
			}
		})
	}
}

func TestAJournalThatHangsIsGivenUpInTime(t *testing.T) {
	t.Parallel()
	r := start(t, func(cfg *Config, l *ledger) {
		cfg.AppendTimeout = 20 * time.Millisecond
		l.before = func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
	})
	got := r.send(request{path: "/v1/traces", header: map[string]string{"Content-Type": protobuf}, body: spans(1, nil)})
	if got.code != http.StatusServiceUnavailable {
		t.Errorf("the answer is %d", got.code)
	}
}

func TestStopWaitsForWhatIsBeingAnswered(t *testing.T) {
	t.Parallel()
	reached, durable := make(chan struct{}), make(chan struct{})
	r := start(t, func(_ *Config, l *ledger) {
		l.before = func(context.Context) error {
			close(reached)
			<-durable
			return nil
		}
	})
	answered, stopped := make(chan error, 1), make(chan error, 1)
	send := deliver(r)["OTLP over HTTP"]
	go func() { answered <- send() }()
	<-reached
	go func() { stopped <- r.Stop(context.Background()) }()
	select {
	case <-stopped:
		t.Fatal("it stopped while a request was unanswered")
	case <-time.After(50 * time.Millisecond):
	}
	close(durable)
	if err := errors.Join(<-answered, <-stopped, r.Stop(t.Context())); err != nil {
		t.Error(err)
	}
}

func TestStopCutsWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{})
	r := start(t, func(_ *Config, l *ledger) {
		l.before = func(ctx context.Context) error {
			close(reached)
			<-ctx.Done()
			return ctx.Err()
		}
	})
	answered := make(chan error, 1)
	send := deliver(r)["CloudEvents"]
	go func() { answered <- send() }()
	<-reached
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Stop(ctx); lineage.KindOf(err) != lineage.Unavailable {
		t.Errorf("stop says %v", err)
	}
	if err := <-answered; err == nil {
		t.Error("a request that was cut was answered well")
	}
}

func TestNewSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	l := new(discard)
	here := Config{OTLPHTTP: "127.0.0.1:0", OTLPGRPC: "127.0.0.1:0"}
	for want, try := range map[string]func() (*Collector, error){
		"a journal is required": func() (*Collector, error) { return New(here, Deps{Scanner: l}) },
		"a scanner is required": func() (*Collector, error) { return New(here, Deps{Journal: l}) },
		"both listen addresses": func() (*Collector, error) { return New(Config{}, Deps{Scanner: l, Journal: l}) },
		"raise MaxInFlightBytes": func() (*Collector, error) {
			cfg := here
			cfg.MaxInFlightBytes = 1 << 20
			return New(cfg, Deps{Scanner: l, Journal: l})
		},
	} {
		if _, err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, not %q", err, want)
		}
	}
	c, err := New(here, Deps{Scanner: l, Journal: l})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(t.Context()); err != nil || c.Addrs() != (Addrs{}) {
		t.Errorf("stop before start: %v", err)
	}
}

func TestAnAddressThatIsTakenIsNamed(t *testing.T) {
	t.Parallel()
	first := start(t, nil)
	l := new(discard)
	c, err := New(Config{OTLPHTTP: "127.0.0.1:0", OTLPGRPC: first.Addrs().OTLPGRPC}, Deps{Scanner: l, Journal: l})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err == nil || !strings.Contains(err.Error(), first.Addrs().OTLPGRPC) {
		t.Errorf("the error is %v", err)
	}
}
