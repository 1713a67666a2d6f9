package lineage

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestAReasonIsOneLineThatEndsAndTurnsNothingRound(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"tax code Z7 is not defined":            "tax code Z7 is not defined",
		" two\nlines\tand a tab ":               "two lines and a tab",
		"evil \u202etext\u2066 of \u200fothers": "evil text of others",
		"<b>bold</b> & äöü 日本":                  "<b>bold</b> & äöü 日本",
		strings.Repeat("é", 700):                strings.Repeat("é", 500) + "…",
		strings.Repeat("x", 1<<20):              strings.Repeat("x", 500) + "…",
		"":                                      "",
	} {
		if got := sentence(said); got != want || !utf8.ValidString(got) {
			t.Errorf("%.40q is told as %.60q; want %.60q", said, got, want)
		}
	}
}

func TestAnIDThatIsNoneIsRefusedAndSaidSo(t *testing.T) {
	t.Parallel()
	cat, err := NewCatalogue(Definition{})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("9", MaxID+1)
	for what, raw := range map[string]string{
		"subject":  `"subject":"order/` + long + `"`,
		"object":   `"subject":"order/1","data":{"objects":{"invoice":["` + long + `"]}}`,
		"relation": `"subject":"order/1","data":{"relations":[{"from":"order/1","to":"invoice/` + long + `"}]}`,
		"alias":    `"subject":"order/1","data":{"aliases":[["order/1","order/` + long + `"]]}`,
		"claim":    `"subject":"order/1","correlationid":"` + long + `"`,
	} {
		ce, err := ParseCloudEvent([]byte(`{"specversion":"1.0","id":"1","source":"s","type":"t",` + raw + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cat.FromCloudEvent("default", &ce, time.Now()); err == nil || KindOf(err) != Invalid || !strings.Contains(err.Error(), "at most 1024") {
			t.Errorf("%s: error %v", what, err)
		}
	}
}
