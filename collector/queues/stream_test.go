package queues

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"throughline/lineage"
)

func TestStreamOfDeadLettersIsMarked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, metadata := range map[string]map[string]string{
		"DLQ": nil, "erp-dlq": nil, "DeadOrders": nil, "ORDERS": nil,
		"LOST": {deadLetterKey: "true"}, "DEADLINES": {deadLetterKey: "false"},
	} {
		s.stream(jetstream.StreamConfig{Name: name, Subjects: []string{name + ".>"}, Metadata: metadata})
	}
	s.consumer("DLQ", jetstream.ConsumerConfig{Durable: "rescue"})
	var marked []string
	for name, q := range s.measure() {
		if q.DeadLetter {
			marked = append(marked, name)
		}
	}
	slices.Sort(marked)
	if diff := cmp.Diff([]string{"DLQ", "DLQ/rescue", "DeadOrders", "LOST", "erp-dlq"}, marked); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhatIsNoQueueIsNotMeasured(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.stream(workQueue("CRM", "crm.>"))
	s.consumer("CRM", jetstream.ConsumerConfig{Name: "somebody-looks"}) // not durable
	if _, err := s.js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "settings"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.js.CreateObjectStore(t.Context(), jetstream.ObjectStoreConfig{Bucket: "files"}); err != nil {
		t.Fatal(err)
	}
	want := map[string]lineage.Queue{"CRM": {System: "nats", Name: "CRM"}}
	if diff := cmp.Diff(want, s.measure()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNoMoreIsMeasuredThanAllowed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, name := range []string{"A", "B", "C"} {
		s.stream(workQueue(name, name+".>"))
		s.consumer(name, jetstream.ConsumerConfig{Durable: "x"}, name+".x")
		s.consumer(name, jetstream.ConsumerConfig{Durable: "y"}, name+".y")
	}
	all := []string{"A", "A/x", "A/y", "B", "B/x", "B/y", "C", "C/x", "C/y"}
	for most := 1; most <= len(all)+1; most++ {
		m, err := s.broker.measure(t.Context(), most)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, q := range m.queues {
			names = append(names, nameOf(q))
		}
		if diff := cmp.Diff(all[:min(most, len(all))], names); diff != "" {
			t.Errorf("at most %d: -want +got:\n%s", most, diff)
		}
		if m.cut != (most < len(all)) {
			t.Errorf("at most %d of %d: cut is %t", most, len(all), m.cut)
		}
	}
}

func TestStreamsOfSeveralPagesAreCountedOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.stream(workQueue("MANY", "many.>"))
	for i := range 300 { // the server lists 256 consumers on a page
		name := "c" + strings.Repeat("x", i%3) + string(rune('a'+i/26)) + string(rune('a'+i%26))
		s.consumer("MANY", jetstream.ConsumerConfig{Durable: name, MemoryStorage: true}, "many."+name)
	}
	if n := len(s.measure()); n != 301 {
		t.Errorf("%d were measured, want 301", n)
	}
}

func TestServerWithoutJetStreamIsSaidToBeOne(t *testing.T) {
	t.Parallel()
	srv := serve(t, server.Options{})
	where, err := parseAddress(srv.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	b := newNATS(t.Context(), where, slog.New(slog.DiscardHandler))
	t.Cleanup(b.close)
	_, err = b.measure(t.Context(), 10)
	if lineage.KindOf(err) != lineage.Unavailable || !strings.Contains(err.Error(), "no JetStream") {
		t.Errorf("it says %v", err)
	}
}

func TestUserWhoMayOnlyLookCanMeasure(t *testing.T) {
	t.Parallel()
	look := []string{
		"$JS.API.STREAM.NAMES", "$JS.API.STREAM.INFO.*", "$JS.API.CONSUMER.LIST.*", "$JS.API.STREAM.MSG.GET.*", "$JS.API.DIRECT.GET.*",
	}
	user := func(name string, publish []string) *server.User {
		return &server.User{Username: name, Password: "pass", Permissions: &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: publish},
			Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX.>"}},
		}}
	}
	srv := serve(t, server.Options{JetStream: true, StoreDir: t.TempDir(), Users: []*server.User{
		{Username: "owner", Password: "pass"}, user("watcher", look), user("blind", look[1:]),
	}})
	as := func(name string) string { return strings.Replace(srv.ClientURL(), "://", "://"+name+":pass@", 1) }
	s := &site{t: t, server: srv, js: client(t, as("owner"))}
	for _, direct := range []bool{false, true} {
		cfg := workQueue(map[bool]string{false: "ASKED", true: "DIRECT"}[direct], "")
		cfg.Subjects, cfg.AllowDirect = []string{cfg.Name + ".>"}, direct
		s.stream(cfg)
		s.consumer(cfg.Name, jetstream.ConsumerConfig{Durable: "c"}, cfg.Name+".b")
		s.publish(cfg.Name, cfg.Name+".a", cfg.Name+".b")
	}
	see := func(name string) (measurement, error) {
		where, err := parseAddress(as(name))
		if err != nil {
			t.Fatal(err)
		}
		b := newNATS(t.Context(), where, slog.New(slog.DiscardHandler))
		t.Cleanup(b.close)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return b.measure(ctx, 10)
	}
	until(t, "who may look sees how old all four are", func() bool {
		m, err := see("watcher")
		if err != nil {
			t.Fatal(err)
		}
		return len(m.queues) == 4 && !slices.ContainsFunc(m.queues, func(q lineage.Queue) bool { return q.Oldest.IsZero() })
	})
	if _, err := see("blind"); err == nil || !strings.Contains(err.Error(), "STREAM.NAMES") {
		t.Errorf("who may not look is told %v", err)
	}
}

func TestOneErrorOfManyIsReturned(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad")
	err := each(100, func(i int) error {
		if i == 57 {
			return bad
		}
		return nil
	})
	if !errors.Is(err, bad) {
		t.Errorf("it returns %v", err)
	}
	if err := each(0, func(int) error { return bad }); err != nil {
		t.Errorf("of none it returns %v", err)
	}
}
