package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"throughline/lineage"
)

func TestAnIDIsFoundAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	known := []lineage.Object{object("order", "erp", "A-1"), object("order", "crm", "X"), object("order", "erp", "X"), object("invoice", "", "INV/1"), object("customer", "", "Größe"), object("batch", "", "B\u20111")}
	for text, want := range map[string]string{
		"A-1":             "/lineage/order/A-1?system=erp",
		"order/A-1":       "/lineage/order/A-1?system=erp",
		"order A-1":       "/lineage/order/A-1?system=erp",
		"Order  A-1":      "/lineage/order/A-1?system=erp",
		"order/erp:A-1":   "/lineage/order/A-1?system=erp",
		"order/crm:X":     "/lineage/order/X?system=crm",
		"INV/1":           "/lineage/invoice/INV%2F1",
		"\ufeffA-1\u200b": "/lineage/order/A-1?system=erp",
		"order/A\u20111":  "/lineage/order/A-1?system=erp",
		"Gro\u0308ße":     "/lineage/customer/Gr%C3%B6%C3%9Fe",
		"B\u20111":        "/lineage/batch/B%E2%80%911", // which is its id
		"invoice/A-1":     "",
		"order/":          "",
		"\u200b":          "",
		"order/erp:":      "",
		"/A-1":            "",
	} {
		f := house()
		f.search = func(q string) ([]lineage.Match, error) {
			var found []lineage.Match
			for _, o := range known {
				if o.ID == q {
					found = append(found, lineage.Match{Object: o})
				}
			}
			return found, nil
		}
		s := newServer(t, f)
		got := get(s, "/search?q="+url.QueryEscape(text))
		if location := got.Header.Get("Location"); location != want || want != "" && got.StatusCode != http.StatusSeeOther {
			t.Errorf("%q leads to %q, want %q", text, location, want)
		}
		if text == "order/A-1" && !strings.Contains(get(s, "/api/v1/search?q=order%2FA-1").body, `"id":"A-1"`) {
			t.Error("a script does not find it")
		}
	}
}
