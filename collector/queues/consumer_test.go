package queues

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"throughline/lineage"
)

// workQueue is a stream like those of the reference pipeline.
func workQueue(name, subjects string) jetstream.StreamConfig {
	return jetstream.StreamConfig{Name: name, Subjects: []string{subjects}, Retention: jetstream.WorkQueuePolicy}
}

func TestDepthRisesAndFalls(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.stream(workQueue("ERP", "erp.>"))
	c := s.consumer("ERP", jetstream.ConsumerConfig{Durable: "shipping"})
	look := func(what string, depth, inHand int64, oldest time.Time) {
		t.Helper()
		s.sees(what, has(lineage.Queue{Name: "ERP", Depth: depth, Oldest: oldest}))
		s.sees(what, has(lineage.Queue{Name: "ERP", Consumer: "shipping", Depth: depth, InHand: inHand, Oldest: oldest}))
	}
	look("nothing was sent", 0, 0, time.Time{})
	at := s.publish("ERP", "erp.order", "erp.order", "erp.order")
	look("three wait", 3, 0, at[0])
	first, second := s.next(c), s.next(c)
	look("two are in hand", 3, 2, at[0])
	s.confirm(second)
	look("the second is dealt with", 2, 1, at[0])
	s.confirm(first)
	look("the first too", 1, 0, at[2])
	s.confirm(s.next(c))
	look("nothing is left", 0, 0, time.Time{})
}

func TestTwoConsumersOfAWorkQueueHaveTheirOwnOldest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.stream(workQueue("CRM", "crm.>"))
	quotes := s.consumer("CRM", jetstream.ConsumerConfig{Durable: "quotes"}, "crm.quote.*")
	s.consumer("CRM", jetstream.ConsumerConfig{Durable: "leads"}, "crm.lead")
	s.consumer("CRM", jetstream.ConsumerConfig{Durable: "idle"}, "crm.nothing")
	at := s.publish("CRM", "crm.quote.won", "crm.lead", "crm.quote.lost", "crm.quote.won")
	oldest := func(want map[string]time.Time) {
		t.Helper()
		s.sees("each has its own oldest", func(m map[string]lineage.Queue) string {
			got := map[string]time.Time{}
			for name, q := range m {
				got[name] = q.Oldest
			}
			return cmp.Diff(want, got)
		})
	}
	oldest(map[string]time.Time{"CRM": at[0], "CRM/quotes": at[0], "CRM/leads": at[1], "CRM/idle": {}})
	first, second := s.next(quotes), s.next(quotes)
	s.confirm(second)
	oldest(map[string]time.Time{"CRM": at[0], "CRM/quotes": at[0], "CRM/leads": at[1], "CRM/idle": {}})
	s.confirm(first)
	oldest(map[string]time.Time{"CRM": at[1], "CRM/quotes": at[3], "CRM/leads": at[1], "CRM/idle": {}})
}

func TestConsumerOfManySubjectsIsAsOldAsTheOldest(t *testing.T) {
	t.Parallel()
	for _, direct := range []bool{false, true} {
		s := newSite(t)
		cfg := workQueue("CRM", "crm.>")
		cfg.AllowDirect = direct
		s.stream(cfg)
		s.consumer("CRM", jetstream.ConsumerConfig{Durable: "some"}, "crm.c", "crm.b", "crm.never")
		at := s.publish("CRM", "crm.a", "crm.b", "crm.c")
		s.sees("the second is the oldest", has(lineage.Queue{Name: "CRM", Consumer: "some", Depth: 2, Oldest: at[1]}))
	}
}

func TestStreamThatKeepsItsMessagesIsAsOldAsWhatIsNotConfirmed(t *testing.T) {
	t.Parallel()
	for _, filters := range [][]string{nil, {"audit.a"}} {
		s := newSite(t)
		s.stream(jetstream.StreamConfig{Name: "AUDIT", Subjects: []string{"audit.>"}})
		c := s.consumer("AUDIT", jetstream.ConsumerConfig{Durable: "archive"}, filters...)
		at := s.publish("AUDIT", "audit.a", "audit.a", "audit.a", "audit.a")
		look := func(what string, depth, inHand int64, oldest time.Time) {
			t.Helper()
			s.sees(what, has(lineage.Queue{Name: "AUDIT", Depth: 4, Oldest: at[0]}))
			s.sees(what, has(lineage.Queue{Name: "AUDIT", Consumer: "archive", Depth: depth, InHand: inHand, Oldest: oldest}))
		}
		look("all wait", 4, 0, at[0])
		first, second := s.next(c), s.next(c)
		look("two in hand", 4, 2, at[0])
		s.confirm(first)
		look("one in hand", 3, 1, at[1])
		s.confirm(second)
		look("none in hand", 2, 0, at[2])
		s.confirm(s.next(c))
		s.confirm(s.next(c))
		look("all confirmed", 0, 0, time.Time{})
	}
}

func TestMessageThatComesAgainIsSeen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.stream(workQueue("ERP", "erp.>"))
	c := s.consumer("ERP", jetstream.ConsumerConfig{Durable: "shipping"})
	at := s.publish("ERP", "erp.order", "erp.order")
	if err := s.next(c).Nak(); err != nil {
		t.Fatal(err)
	}
	one, other := s.next(c), s.next(c)
	s.sees("one came again", has(lineage.Queue{Name: "ERP", Consumer: "shipping", Depth: 2, InHand: 2, Redelivered: 1, Oldest: at[0]}))
	if handedOutAgain(t, other) {
		one, other = other, one
	}
	s.confirm(one)
	s.sees("the other did not", has(lineage.Queue{Name: "ERP", Consumer: "shipping", Depth: 1, InHand: 1, Oldest: at[1]}))
	s.confirm(other)
}

func handedOutAgain(t *testing.T, msg jetstream.Msg) bool {
	t.Helper()
	meta, err := msg.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	return meta.NumDelivered > 1
}

func TestMessageThatTheServerHasGivenUpIsOldAndNotRedelivered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.stream(workQueue("ERP", "erp.>"))
	c := s.consumer("ERP", jetstream.ConsumerConfig{Durable: "shipping", MaxDeliver: 2, AckWait: 300 * time.Millisecond}, "erp.order")
	at := s.publish("ERP", "erp.other", "erp.order")
	for range 2 {
		s.next(c)
	}
	s.sees("the server gives the message up", func(m map[string]lineage.Queue) string {
		if _, err := c.FetchNoWait(1); err != nil { // it does so when it is asked for more
			t.Fatal(err)
		}
		return has(lineage.Queue{Name: "ERP", Consumer: "shipping", Oldest: at[1]})(m)
	})
	// The server goes on counting it as redelivered when others come. These are given time:
	// on a slow machine they would be handed out again while they are looked at.
	c = s.patient(c)
	s.publish("ERP", "erp.order")
	fresh := s.next(c)
	info, err := c.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if info.NumRedelivered == 0 {
		t.Error("the server no longer counts what it has given up; what the package says of it is out of date")
	}
	s.sees("another is in hand", has(lineage.Queue{Name: "ERP", Consumer: "shipping", Depth: 1, InHand: 1, Oldest: at[1]}))
	s.confirm(fresh)
}

func TestWhatIsGivenUpIsTakenOffOnceItIsKnown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what                     string
		before, redelivered, own int
		want                     int
	}{
		{"empty hands show it", 0, 5, 0, 5},
		{"empty hands show that fewer are left", 7, 5, 0, 5},
		{"hands cannot hold them all", 0, 5, 2, 3},
		{"it was known before", 4, 5, 3, 4},
		{"some have been removed", 4, 1, 3, 1},
		{"nothing is known", 0, 2, 3, 0},
	} {
		info := &jetstream.ConsumerInfo{NumRedelivered: c.redelivered, NumAckPending: c.own}
		if got := lost(c.before, info); got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
}

func TestWhatIsGivenUpIsForgottenWithItsConsumer(t *testing.T) {
	t.Parallel()
	consumer := func(name string) row {
		return row{consumer: &jetstream.ConsumerInfo{Stream: "ERP", Name: name, NumRedelivered: 2}}
	}
	g := givenUp{}
	g.settle([]row{{}, consumer("a"), consumer("b")})
	g.settle([]row{{}, consumer("b")})
	if diff := cmp.Diff(givenUp{{"ERP", "b"}: 2}, g); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
