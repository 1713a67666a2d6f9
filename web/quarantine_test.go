package web

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"throughline/lineage"
)

// listed is the one entry of a quarantine as the API has it, after the store has
// kept first bytes of a payload.
func listed(t *testing.T, payload string, kept int) quarantinedJSON {
	t.Helper()
	s := quarantineOf(t, payload, kept)
	var got quarantineAnswer
	if err := json.Unmarshal([]byte(get(s, "/api/v1/quarantine").body), &got); err != nil || len(got.Quarantine) != 1 {
		t.Fatalf("%d entries, %v", len(got.Quarantine), err)
	}
	return got.Quarantine[0]
}

func quarantineOf(t *testing.T, payload string, kept int) *Server {
	t.Helper()
	f := house()
	f.quarantine = func(int, string) ([]lineage.Quarantined, string, error) {
		return []lineage.Quarantined{{ID: "q1", Payload: []byte(payload)[:kept], Size: len(payload)}}, "", nil
	}
	return newServer(t, f)
}

func TestAListedPayloadIsCutBetweenTwoLetters(t *testing.T) {
	t.Parallel()
	for name, letter := range map[string]string{"one byte": "a", "two bytes": "ü", "three bytes": "≈", "four bytes": "👪"} {
		for _, shift := range []string{"", "x", "xx", "xxx"} {
			t.Run(name+" after "+shift, func(t *testing.T) {
				t.Parallel()
				text := shift + strings.Repeat(letter, maxListed+1)
				for _, kept := range []int{maxListed, len(text)} { // the store cuts, or does not
					got := listed(t, text, kept)
					if !got.Cut || got.Size != len(text) || got.PayloadBase64 != nil {
						t.Errorf("cut %v of %d, and %d bytes are no text", got.Cut, got.Size, len(got.PayloadBase64))
					}
					if !strings.HasPrefix(text, got.Payload) || len(got.Payload) > maxListed || len(got.Payload) <= maxListed-utf8.UTFMax {
						t.Errorf("%d bytes are carried", len(got.Payload))
					}
				}
			})
		}
	}
}

func TestAListedPayloadThatIsNoTextIsCutAtTheByte(t *testing.T) {
	t.Parallel()
	half := strings.Repeat("a", maxListed-1) + "\xf0"
	if got := listed(t, half, len(half)); got.Cut || string(got.PayloadBase64) != half {
		t.Errorf("whole: cut %v, %d bytes", got.Cut, len(got.PayloadBase64))
	}
	bad := strings.Repeat("\xff", maxListed+1)
	if got := listed(t, bad, maxListed); !got.Cut || len(got.PayloadBase64) != maxListed {
		t.Errorf("cut %v, %d bytes", got.Cut, len(got.PayloadBase64))
	}
}

func TestThePageShowsTextThatTheStoreHasCutAsText(t *testing.T) {
	t.Parallel()
	text := "x" + strings.Repeat("ü", 5<<20)
	rows := get(quarantineOf(t, text, maxListed), "/quarantine").texts(t, "quarantined")
	if len(rows) != 1 || !strings.Contains(rows[0], "xüü") || !strings.Contains(rows[0], "10,485,761 bytes") || !strings.Contains(rows[0], "… cut here") {
		t.Errorf("the page has %.200q", rows)
	}
	if bytes.ContainsRune([]byte(rows[0]), utf8.RuneError) {
		t.Error("a letter is broken")
	}
}
