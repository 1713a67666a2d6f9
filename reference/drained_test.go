package reference_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// drained waits until nothing is left in any stream.
func drained(t *testing.T, conn *nats.Conn) {
	t.Helper()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for _, name := range []string{"CRM", "ERP", "BILLING"} {
		for {
			stream, err := js.Stream(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			if stream.CachedInfo().State.Msgs == 0 {
				break
			}
			<-tick.C
		}
	}
}
