package lineage

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEveryNormaliserBringsAnIDToOneForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n    Normaliser
		want string
		ids  []string
	}{
		{NormaliseNone, "so 1", []string{"so 1", " so 1\t", "\u00a0so 1"}},
		{NormaliseUpper, "SO-1", []string{"so-1", "So-1 "}},
		{NormaliseLower, "so-1", []string{"so-1", "SO-1"}},
		{NormaliseCollapse, "PO 4711 A", []string{"PO 4711 A", "PO  4711\tA", " PO\u00a04711 A"}},
		{NormaliseCompact, "DE8937040044", []string{"DE89 3704 0044", "DE8937040044", " DE 89\n37040044"}},
		{NormaliseSAP, "4711", []string{"4711", "0000004711", "000000000000004711", " 04711"}},
		{NormaliseSAP, "99999999999999999999999999", []string{"99999999999999999999999999", "00000000000000099999999999999999999999999"}},
		{NormaliseSAP, "00A7", []string{"00A7"}},
		{NormaliseSAP, "00-7", []string{"00-7"}},
		{NormaliseSAP, "", []string{"0000000000"}},
		{NormaliseSalesforce, "006A0000001abcDIAQ", []string{"006A0000001abcD", "006A0000001abcDIAQ", "006a0000001abcdiaq", "006A0000001ABCDIAQ"}},
		{NormaliseSalesforce, "006A0000001abcdIAQ", []string{"006A0000001abcdIAQ"}}, // not ours to judge: its case was not lost
		{NormaliseSalesforce, "006-0000001abcD", []string{"006-0000001abcD"}},
		{NormaliseSalesforce, "zzzzzzzzzzzzzzz999", []string{"zzzzzzzzzzzzzzz999"}},
		{NormaliseSalesforce, "000000000000000b00", []string{"000000000000000b00"}}, // digits have no case
		{"upper+compact", "DE8937", []string{"de89 37", "DE8937", "de 8937"}},
		{"upper+sap+collapse", "A 7", []string{"a 7", "A  7"}},
		{"sap+compact", "4711", []string{"0047 11", "4711"}},
		{"salesforce+upper", "006A0000001ABCDIAQ", []string{"006A0000001abcD", "006A0000001abcDIAQ", "006a0000001abcdiaq"}},
	} {
		if err := c.n.check(); err != nil {
			t.Error(err)
		}
		for _, id := range c.ids {
			if got := c.n.Apply(id); got != c.want {
				t.Errorf("%s of %q is %q; want %q", c.n, id, got, c.want)
			}
		}
	}
}

// anyNormaliser draws one of every combination.
func anyNormaliser(t *rapid.T) Normaliser {
	var steps []string
	for _, kind := range normalisers() {
		if step := rapid.SampledFrom(append([]Normaliser{""}, kind...)).Draw(t, "step"); step != "" {
			steps = append(steps, string(step))
		}
	}
	return Normaliser(strings.Join(rapid.Permutation(steps).Draw(t, "steps"), "+"))
}

func anyID(t *rapid.T) string {
	return rapid.OneOf(
		rapid.StringMatching(`[0-9A-Za-z]{15}`),
		rapid.StringMatching(`[0-9A-Za-z]{15}[A-Z0-5]{3}`),
		rapid.StringMatching(`0{0,12}[0-9]{0,12}`),
		rapid.StringMatching(`[ \t]?[A-Za-z0-9]{0,4}[ \x{00a0}]{0,2}[a-zA-Z0-9-]{0,6} ?`),
		rapid.String(),
	).Draw(t, "id")
}

func TestASearchFindsAnIDHoweverItIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, id := anyNormaliser(t), anyID(t)
		if err := n.check(); err != nil {
			t.Fatal(err)
		}
		kept := n.Apply(id)
		if !slices.Contains(Spellings(id), kept) {
			t.Fatalf("%q is kept as %q by %q, and looked for as %q", id, kept, n, Spellings(id))
		}
		if again := n.Apply(kept); again != kept {
			t.Fatalf("%q of %q is %q and then %q", n, id, kept, again)
		}
	})
}

func TestTypesAndSystemsSayHowIDsAreNormalised(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, `kind: types
systems:
  wms: {normalise: [lower, compact]}
  web: {name: the shop}
types:
  parcel: {class: business, system: wms, normalise: upper}
  basket: {class: business, system: web, normalise: upper}
`)
	for _, one := range []struct{ typ, system, id, want string }{
		{"parcel", "", "P 1", "parcel/wms:p1"},     // the system's own
		{"basket", "", "b 1", "basket/web:B 1"},    // the type's, in its system
		{"basket", "erp", "b 1", "basket/erp:b 1"}, // another system's ids are as they are
		{"basket", "wms", "B 1", "basket/wms:b1"},
		{"crate", "wms", "C 1", "crate/wms:c1"},
	} {
		if o, ok := c.Object(one.typ, one.system, "", one.id); !ok || o.String() != one.want {
			t.Errorf("%v is %v", one, o)
		}
	}
}

func TestATypeRefusesItsOwnValues(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, `kind: types
types:
  order: {class: business, system: erp, normalise: sap, refuse: [DUMMY, "9999999999", "77770", "0000000042", "/^TMP-/", "/^0*7+$/"]}
`)
	for id, taken := range map[string]bool{
		"dummy": false, " DUMMY ": false, "9999999999": false, "0000000042": false, "TMP-1": false, "0077": false, "0000077770": false, "n/a": false,
		"dummy1": true, "42": true, "XTMP-1": true, "71": true, "tmp-1": true,
	} {
		if _, ok := c.Object("order", "", "", id); ok != taken {
			t.Errorf("%q is taken: %v", id, ok)
		}
		if _, ok := c.Object("invoice", "", "", "dummy"); !ok {
			t.Error("another type refuses it too")
		}
	}
}

func TestAScopedIDNamesNothingWithoutItsScope(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, `kind: types
types:
  supplier: {class: context, system: erp, normalise: sap}
  bill: {class: business, system: erp, scope: supplier}
---
kind: contract
type: booked
map: {subject: {type: bill, id: /no, scope: /supplier}}
`)
	e, err := read(t, c, ``, `{"no":"4711","supplier":"0000100001"}`, farFuture())
	if err != nil || e.Subject().String() != "bill/erp:100001|4711" {
		t.Errorf("%v, %v", e.Subject(), err)
	}
	for _, data := range []string{`{"no":"4711"}`, `{"no":"4711","supplier":"n/a"}`} {
		if _, err := read(t, c, ``, data, farFuture()); KindOf(err) != Invalid || !strings.Contains(err.Error(), "no id that can be used") {
			t.Errorf("%s: %v", data, err)
		}
	}
	for text, want := range map[string]string{
		"bill/erp:0000100001|4711": "bill/erp:100001|4711", "bill/0000100001|4711|2": "bill/erp:100001|4711|2", "bill/4711": "", "bill/|4711": "",
		"order/a|b": "order/a|b",
	} {
		if o, _ := c.parseObject(text); !o.IsZero() && o.String() != want || o.IsZero() && want != "" {
			t.Errorf("%s is %v; want %s", text, o, want)
		}
	}
}
