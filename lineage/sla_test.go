package lineage

import (
	"strings"
	"testing"
	"time"
)

const flowOfOrders = `kind: flow
name: f
anchor: order
ranks: {order: 0, invoice: 1}
stages: [{name: booked, type: order}, {name: invoiced, type: invoice}]
---
`

const promise = `kind: sla
name: invoiced
title: Invoiced in time
flow: f
subject: order
start: booked
stop: invoiced
target: 2h
calendar: {zone: Europe/Berlin, hours: {mon-fri: "09:00-17:00"}}
`

func TestAnSLAIsReadAndTheNewestVersionHolds(t *testing.T) {
	t.Parallel()
	c, err := ParseCatalogue([]File{{Name: "a.yaml", Data: []byte(flowOfOrders + promise)}, {Name: "b.yaml", Data: []byte(strings.Replace(promise, "target: 2h", "target: 3h\nversion: 2", 1))}})
	if err != nil {
		t.Fatal(err)
	}
	if s := c.SLAs(); len(s) != 1 || time.Duration(s[0].Target) != 3*time.Hour || s[0].Calendar == nil {
		t.Fatalf("%+v", s)
	}
}

func TestAWrongSLAIsRefusedWithItsPlaceAndTheFix(t *testing.T) {
	t.Parallel()
	for want, text := range map[string]string{
		"a.yaml:7:1: sla invoiced: target is 0s":                                     flowOfOrders + strings.Replace(promise, "target: 2h\n", "", 1),
		"write it like 90s, 15m or 2h30m":                                            flowOfOrders + strings.Replace(promise, "2h", "two hours", 1),
		"a.yaml:7:1: sla invoiced: stop is missing":                                  flowOfOrders + strings.Replace(promise, "stop: invoiced\n", "", 1),
		"start and stop are both \"booked\"":                                         flowOfOrders + strings.Replace(promise, "stop: invoiced", "stop: booked", 1),
		"pause is \"held\" and resume is missing":                                    flowOfOrders + promise + "pause: held\n",
		"severity is \"loud\"":                                                       flowOfOrders + promise + "severity: loud\n",
		"calendar: zone is \"Berlin\"":                                               flowOfOrders + strings.Replace(promise, "Europe/Berlin", "Berlin", 1),
		"a.yaml:4:1: sla invoiced: flow is \"f\"; there is no":                       promise,
		"a.yaml:11:1: sla invoiced: subject is \"payment\"; want a type with a rank": flowOfOrders + strings.Replace(promise, "subject: order", "subject: payment", 1),
	} {
		if _, err := ParseCatalogue([]File{{Name: "a.yaml", Data: []byte(text)}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one that says %q", err, want)
		}
	}
}

func TestSourcesAndSystemsHaveNamesForPeople(t *testing.T) {
	t.Parallel()
	c, err := ParseCatalogue([]File{{Name: "a.yaml", Data: []byte("kind: sources\nsources: {\"urn:b\": {name: finance, heartbeat: 1m}}\n---\nkind: types\nsystems: {erp: {name: ERP}}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Source("urn:b").Name != "finance" || c.Source("urn:x").Name != "urn:x" || c.SystemName("erp") != "ERP" || c.SystemName("crm") != "crm" {
		t.Errorf("%+v %+v %s %s", c.Source("urn:b"), c.Source("urn:x"), c.SystemName("erp"), c.SystemName("crm"))
	}
	if beats := c.Heartbeats(); len(beats) != 1 || beats[0] != "urn:b" {
		t.Errorf("heartbeats of %v", beats)
	}
}
