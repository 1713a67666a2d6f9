package queues

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"throughline/lineage"
)

func TestAddressThatIsNoneIsRefusedWithoutRepeatingIt(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " , ", "http://u:hush-hush@host", "nats://u:hush-hush@host:port", "nats://u:hush-hush@", "nats://u:hush-%zz@host",
		"nats://fine:4222,://hush-hush",
	} {
		_, err := New(Config{NATS: text}, Deps{})
		if lineage.KindOf(err) != lineage.Invalid || !strings.Contains(err.Error(), "NATS") {
			t.Errorf("%q: the error is %v", text, err)
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: the error tells the password: %v", text, err)
		}
	}
}

func TestAddressHidesItsSecrets(t *testing.T) {
	t.Parallel()
	for text, shown := range map[string]string{
		"nats://me:hush%2Fhush@one:4222, tls://quiet-token@two": "nats://one:4222,tls://two",
		"me:hush%2Fhush@one":    "nats://one",
		"nats://127.0.0.1:4222": "nats://127.0.0.1:4222",
		"nats://me:@one":        "nats://one",
	} {
		a, err := parseAddress(text)
		if err != nil {
			t.Fatal(err)
		}
		if a.shown != shown {
			t.Errorf("%s is shown as %s", text, a.shown)
		}
		said := a.unavailable("connect", errors.New("no way to "+text+" with hush/hush")).Error()
		if strings.HasPrefix(text, "nats://me:hush") && (strings.Contains(said, "hush") || strings.Contains(said, "quiet")) {
			t.Errorf("%s is told as %s", text, said)
		}
	}
}

func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()
	srv := serve(t, server.Options{JetStream: true, StoreDir: t.TempDir(), Username: "me", Password: "right-pass"})
	at := strings.TrimPrefix(srv.ClientURL(), "nats://")
	wrong := begin(t, Config{NATS: "nats://me:wrong-pass@" + at, Every: 1}, nil, nil)
	right := begin(t, Config{NATS: "nats://me:right-pass@" + at, Every: 1}, nil, nil)
	until(t, "one is let in and the other is refused, more than once", func() bool {
		return right.measured("ok") > 0 && wrong.measured("failed") > 2 && strings.Contains(wrong.log.String(), "uthorization")
	})
	end(srv)
	until(t, "the server's end is noticed", func() bool { return right.measured("failed") > 0 })
	for _, r := range []*watch{wrong, right} {
		if said := r.log.String(); said == "" || strings.Contains(said, "-pass") {
			t.Errorf("the log says %s", said)
		}
	}
}

func TestDialEndsWithTheWatcher(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (dialer{ctx}).Dial("tcp", "127.0.0.1:1"); !errors.Is(err, context.Canceled) {
		t.Errorf("it says %v", err)
	}
}
