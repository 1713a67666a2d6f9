package web

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"throughline/lineage"
)

func TestOnlySoManyHeavyReadsRunAtOnceOverAllAddresses(t *testing.T) {
	t.Parallel()
	begun, end := make(chan bool), make(chan bool)
	f := house()
	f.catalogue = theCatalogue()
	f.traffic = func(lineage.TrafficQuery) (lineage.Traffic, error) {
		begun <- true
		<-end
		return lineage.Traffic{}, nil
	}
	f.stitchability = func(lineage.StitchQuery) (lineage.Stitchability, error) {
		begun <- true
		<-end
		return lineage.Stitchability{}, nil
	}
	f.variants = func(lineage.VariantQuery) (lineage.Variants, error) { return lineage.Variants{}, nil }
	s := newServer(t, f)
	var asking sync.WaitGroup
	for _, path := range []string{"/drift", "/stitchability", "/api/v1/drift", "/api/v1/stitchability"} {
		asking.Go(func() {
			if got := get(s, path); got.StatusCode != http.StatusOK {
				t.Errorf("%s: %s: %s", path, got.Status, got.body)
			}
		})
		<-begun
	}
	for _, path := range []string{"/drift", "/stitchability", "/variants", "/api/v1/variants?flow=quote-to-cash", "/api/v1/variants/executions?flow=quote-to-cash", "/variants/executions?flow=quote-to-cash"} {
		got := get(s, path)
		if got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" || !strings.Contains(got.body, "4 questions of this kind are being answered") {
			t.Errorf("%s beside four others: %s, Retry-After %q", path, got.Status, got.Header.Get("Retry-After"))
		}
	}
	if got := get(s, "/"); got.StatusCode != http.StatusOK {
		t.Errorf("a page that is not heavy: %s", got.Status)
	}
	close(end)
	asking.Wait()
	if got := get(s, "/variants"); got.StatusCode != http.StatusOK {
		t.Errorf("when they have ended: %s", got.Status)
	}
}

func TestOtherSitesPagesCannotTriggerHeavyReads(t *testing.T) {
	t.Parallel()
	f := house()
	f.catalogue = theCatalogue()
	f.traffic = func(lineage.TrafficQuery) (lineage.Traffic, error) { return lineage.Traffic{}, nil }
	f.stitchability = func(lineage.StitchQuery) (lineage.Stitchability, error) { return lineage.Stitchability{}, nil }
	f.variants = func(lineage.VariantQuery) (lineage.Variants, error) { return lineage.Variants{}, nil }
	s := newServer(t, f)
	for name, c := range map[string]struct {
		headers []string
		refused bool
	}{
		"an image of another site": {[]string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"}, true},
		"a script of another site": {[]string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"}, true},
		"a frame of another site":  {[]string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"}, true},
		"an image of another port": {[]string{"Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"}, true},
		"a link of another site":   {[]string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, false},
		"our own page":             {[]string{"Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, false},
		"the address line":         {[]string{"Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}, false},
		"a program":                {nil, false},
	} {
		for _, path := range []string{"/drift", "/stitchability", "/variants", "/api/v1/drift", "/api/v1/stitchability", "/decide", "/api/v1/decisions/preview"} {
			if got := get(s, path, c.headers...); (got.StatusCode == http.StatusForbidden) != c.refused {
				t.Errorf("%s: %s: %s", name, path, got.Status)
			}
		}
		if got := get(s, "/", c.headers...); got.StatusCode != http.StatusOK {
			t.Errorf("%s: /: %s", name, got.Status)
		}
	}
}
