package collector

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"pgregory.net/rapid"
)

func TestTextIsQuotedToTheByteThatWasReserved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		quoted := asText.write(nil, []byte(text))
		var back string
		if err := json.Unmarshal(quoted, &back); err != nil || back != text {
			t.Fatalf("%q came back as %q: %v", text, back, err)
		}
		for _, f := range []form{asJSON, asText, asBase64} {
			if got := len(f.write(nil, []byte(text))); got != f.size([]byte(text)) {
				t.Fatalf("form %d of %q: %d bytes, reserved %d", f, text, got, f.size([]byte(text)))
			}
		}
	})
}

func TestTextThatGrowsBeyondTheLimitIsRefusedBeforeItIsWritten(t *testing.T) {
	t.Parallel()
	r := start(t, func(cfg *Config, _ *ledger) { cfg.MaxBody = 1 << 20 })
	for size, want := range map[int]int{150_000: http.StatusAccepted, 200_000: http.StatusRequestEntityTooLarge} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+r.Addrs().OTLPHTTP+"/v1/events", bytes.NewReader(bytes.Repeat([]byte{1}, size)))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Content-Type": "text/plain", "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t"} {
			request.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%d bytes: %s %s", size, response.Status, body)
		}
	}
}
