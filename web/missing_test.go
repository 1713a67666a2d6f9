package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"throughline/lineage"
)

// missingHouse knows the one transaction, and of INV-9 no more than that an event has
// it in its text.
func missingHouse() *fake {
	f := house()
	f.search = func(string) ([]lineage.Match, error) { return nil, nil }
	f.suppressed = func(string) (lineage.Suppressed, error) { return lineage.Suppressed{}, nil }
	f.status = func() (Status, error) { return Status{}, nil }
	f.sightings = func(context.Context, string, int) (lineage.Sought[lineage.Sighting], error) {
		return lineage.Sought[lineage.Sighting]{Whole: true, Since: noon, Found: []lineage.Sighting{
			{Evidence: lineage.Evidence{Source: "/billing", ID: "e-1"}, Type: "posted", Excerpt: `"ref":"INV-9"`, Subject: theOrder},
		}}, nil
	}
	f.refusals = func(context.Context, string, int) (lineage.Sought[lineage.Quarantined], error) {
		return lineage.Sought[lineage.Quarantined]{}, nil
	}
	return f
}

func TestThePageSaysWhyAnIDIsMissing(t *testing.T) {
	t.Parallel()
	f := missingHouse()
	var looked lineage.ObjectQuery
	lookup := f.lookup
	f.lookup = func(q lineage.ObjectQuery) (lineage.Answer, error) {
		looked = q
		return lookup(q)
	}
	got := get(newServer(t, f), "/missing?id=+INV-9+&in_type=order&in_id=SO-1&in_system=erp&in_scope=s&flow=quote-to-cash")
	if got.StatusCode != http.StatusOK || !strings.Contains(got.body, "Why is ") || strings.Contains(got.body, "ws-connect") {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	if want := (lineage.ObjectQuery{Tenant: "default", Type: "order", ID: "SO-1", System: "erp", Scope: "s", Flow: "quote-to-cash"}); looked != want {
		t.Errorf("asked for %+v", looked)
	}
	findings := got.texts(t, "finding")
	if len(findings) != 1 || !strings.Contains(findings[0], "Event e-1 (posted) from finance has it in its text, but does not name it as an object.") || !strings.Contains(findings[0], `"ref":"INV-9"`) {
		t.Errorf("%q", findings)
	}
	if reach := got.texts(t, "reach"); !slices.Contains(reach, "Texts of business events what arrived since 2026-03-02 12:00:00 UTC") {
		t.Errorf("%q", reach)
	}
}

func TestAQuestionWithoutAnIDAsksForOne(t *testing.T) {
	t.Parallel()
	s := newServer(t, &fake{})
	if got := get(s, "/missing"); got.StatusCode != http.StatusOK || len(got.texts(t, "seek")) != 1 || len(got.texts(t, "reach")) != 0 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	if got := get(s, "/api/v1/missing"); got.StatusCode != http.StatusBadRequest || !strings.Contains(got.body, "parameter id") {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

func TestPagesLeadToTheQuestion(t *testing.T) {
	t.Parallel()
	f := missingHouse()
	s := newServer(t, f)
	if got := get(s, "/lineage/order/SO-1"); len(got.texts(t, "seek")) != 1 || !strings.Contains(got.body, `name="in_id" value="SO-1"`) || !strings.Contains(got.body, `name="flow" value="quote-to-cash"`) {
		t.Error("a transaction's page does not ask what is missing in it")
	}
	f.lookup = func(lineage.ObjectQuery) (lineage.Answer, error) { return lineage.Answer{}, nil }
	for _, path := range []string{"/search?q=INV%2F9", "/lineage/invoice/INV%2F9"} {
		if got := get(s, path); len(got.texts(t, "why-not")) != 1 || !strings.Contains(got.body, `href="/missing?id=INV%2F9"`) {
			t.Errorf("%s does not lead on to the question", path)
		}
	}
}

func TestTheAnswerToAMissingIDKeepsItsShape(t *testing.T) {
	t.Parallel()
	f := missingHouse()
	f.refusals = func(context.Context, string, int) (lineage.Sought[lineage.Quarantined], error) {
		return lineage.Sought[lineage.Quarantined]{}, lineage.Errorf(lineage.Unavailable, "ask store", "away")
	}
	got := get(newServer(t, f), "/api/v1/missing?id=INV-9&in_type=order&in_id=SO-1")
	golden(t, got.body, `{"id":"INV-9","in":{"flow":"quote-to-cash","anchor":{"type":"order","id":"SO-1"}},"found":true,
		"findings":[{"kind":"text","what":"Event e-1 (posted) from finance has it in its text, but does not name it as an object.",
			"do":"No contract reads such events: write one that maps this field, or have the source name it in data.objects.",
			"quote":"\"ref\":\"INV-9\"","links":[{"text":"order SO-1","href":"/lineage/order/SO-1?system=erp"}]}],
		"searched":[
			{"where":"Transactions","how":"every object, correlation id and trace that is stitched, under every spelling of the id","complete":true},
			{"where":"What the rules keep out","how":"objects that are held back, and ids that could not be one object","complete":true},
			{"where":"Texts of business events","how":"what arrived since 2026-03-02 12:00:00 UTC","complete":true},
			{"where":"Quarantine","how":"cannot be asked just now: the store does not answer","complete":false},
			{"where":"Sources","how":"none promised a sign of life, so nobody can tell whether one is silent","complete":false},
			{"where":"Spans and log records that name no object","how":"not searched","complete":false},
			{"where":"What was refused at the door","how":"not kept: its senders were told why","complete":false}]}`)
}

func TestATransactionThatIsNotKnownIsCalledSo(t *testing.T) {
	t.Parallel()
	f := missingHouse()
	f.lookup = func(lineage.ObjectQuery) (lineage.Answer, error) { return lineage.Answer{}, nil }
	s := newServer(t, f)
	if got := get(s, "/missing?id=INV-9&in_type=order&in_id=SO-7"); len(got.texts(t, "unknown-transaction")) != 1 || len(got.texts(t, "finding")) != 1 {
		t.Errorf("%s", got.body)
	}
	if got := get(s, "/api/v1/missing?id=INV-9&in_type=order&in_id=SO-7"); !strings.Contains(got.body, `"in":null`) {
		t.Errorf("%s", got.body)
	}
}

func TestASlowStoreDoesNotHoldTheAnswerBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := missingHouse()
		f.sightings = func(ctx context.Context, _ string, _ int) (lineage.Sought[lineage.Sighting], error) {
			<-ctx.Done()
			return lineage.Sought[lineage.Sighting]{}, nil
		}
		s := newServer(t, f)
		began := time.Now()
		answers := make(chan answer)
		for range 2 * maxSeeks { // as many again wait for room, and are answered without it
			go func() { answers <- get(s, "/missing?id=INV-9") }()
		}
		for range 2 * maxSeeks {
			if got := <-answers; got.StatusCode != http.StatusOK || len(got.texts(t, "nothing")) != 1 {
				t.Errorf("%d %s", got.StatusCode, got.body)
			}
		}
		if took := time.Since(began); took > 2*seekTimeout {
			t.Errorf("it took %s", took)
		}
	})
}

func TestAnIDThatIsTooShortIsNotLookedForInTexts(t *testing.T) {
	t.Parallel()
	f := missingHouse()
	f.sightings = func(context.Context, string, int) (lineage.Sought[lineage.Sighting], error) {
		return lineage.Sought[lineage.Sighting]{}, lineage.Errorf(lineage.Invalid, "ask store", "id has 2 bytes")
	}
	got := get(newServer(t, f), "/missing?id=I9")
	if reach := got.texts(t, "reach"); !slices.ContainsFunc(reach, func(r string) bool { return strings.Contains(r, "too short") }) {
		t.Errorf("%q", reach)
	}
}

func TestWhileTheStateIsRebuiltNothingIsCalledMissing(t *testing.T) {
	t.Parallel()
	f := missingHouse()
	f.search = func(string) ([]lineage.Match, error) {
		return nil, lineage.Errorf(lineage.Unavailable, "search", "the state is being rebuilt")
	}
	if got := get(newServer(t, f), "/missing?id=INV-9"); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%d", got.StatusCode)
	}
}

func TestThePageOfWhatIsMissingExplainsItself(t *testing.T) {
	t.Parallel()
	got := get(newServer(t, house()), "/missing")
	if text := got.texts(t, "explains"); len(text) != 1 || !strings.Contains(text[0], "looks for it among all that is known") || len(got.texts(t, "seek")) != 1 {
		t.Errorf("it says %q", text)
	}
}
