package lineage

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func conventionEvent(data string) *CloudEvent {
	return &CloudEvent{ID: "1", Source: "/shop", Type: "shop.step", Subject: "order/1", Data: []byte(data)}
}

func TestAnEventMayNameMuchButNotWithoutBound(t *testing.T) {
	t.Parallel()
	cat := testMapping(t)
	naming := func(n int) *CloudEvent {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = fmt.Sprintf("%q", fmt.Sprint("Q", i))
		}
		return conventionEvent(`{"objects":{"quote":[` + strings.Join(ids, ",") + `]}}`)
	}
	e, err := cat.FromCloudEvent("default", naming(MaxNamed-1), time.Now())
	if err != nil || len(e.Refs) != MaxNamed || len(cat.Identifiers(&e)) != MaxNamed {
		t.Errorf("%d refs, %v", len(e.Refs), err)
	}
	for _, n := range []int{MaxNamed, 900_000} {
		_, err := cat.FromCloudEvent("default", naming(n), time.Now())
		if KindOf(err) != Invalid || !strings.Contains(err.Error(), "names more than 10000 objects") {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func TestANumberThatNoBusinessNeedsBreaksItsContract(t *testing.T) {
	t.Parallel()
	cat, err := ParseCatalogue([]File{{Name: "t.yaml", Data: []byte(`
kind: contract
type: "a#b%"
version: 1
schema: {type: object, properties: {items: {type: array, items: {type: number, minimum: 0}}}}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	for number, good := range map[string]bool{
		"12.50": true, "1e400": true, "-0": true, "1e401": false, "1E-999999": false, "1e1000001": false,
		"1e99999999999999999999": false, strings.Repeat("9", 401): false,
	} {
		ce := &CloudEvent{ID: "1", Source: "s", Type: "a#b%", Data: []byte(`{"items":[1,` + number + `]}`)}
		_, err := cat.FromCloudEvent("default", ce, time.Now())
		if good && err != nil || !good && (KindOf(err) != Invalid || !strings.Contains(err.Error(), "/items/1: the number")) {
			t.Errorf("%.20s: %v", number, err)
		}
	}
}

func TestAFieldThatFollowsNoConventionTakesNothingFromTheOthers(t *testing.T) {
	t.Parallel()
	cat := testMapping(t)
	for _, field := range []string{
		`"attempt":"2"`, `"reason":{"code":7}`, `"stage":7`, `"outcome":[]`, `"relations":"x"`, `"relations":[7,{"from":1}]`,
		`"aliases":{"a":1}`, `"aliases":[[1,2],"x"]`,
	} {
		e, err := cat.FromCloudEvent("default", conventionEvent(`{`+field+`,"objects":{"quote":["Q1"]}}`), time.Now())
		if err != nil || len(e.Refs) != 2 {
			t.Errorf("%s: %v, %v", field, e.Refs, err)
		}
	}
	e, err := cat.FromCloudEvent("default", conventionEvent(`{"objects":7,"attempt":3,"relations":[7,{"from":"invoice/1","to":"order/1"}]}`), time.Now())
	if err != nil || e.Attempt != 3 || len(e.Relations) != 1 {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestAnAnchorIsNoLeaf(t *testing.T) {
	t.Parallel()
	_, err := NewCatalogue(Definition{Flows: []Flow{{Name: "f", Anchor: "order", Ranks: map[string]int{"order": 0}, Leaf: []string{"order"}}}})
	if err == nil || !strings.Contains(err.Error(), "which is the anchor") {
		t.Error(err)
	}
}
