package lineage

import (
	"fmt"
	"slices"
	"testing"
)

func TestAHopIsMatchedWithWhoGoesOn(t *testing.T) {
	t.Parallel()
	request := func(caller, target string, calls, continued int, callees map[string]int) Calls {
		return Calls{Caller: caller, Target: target, Calls: calls, Continued: continued, Callees: callees}
	}
	message := func(caller, target string, calls, continued int, callees map[string]int) Calls {
		return Calls{Caller: caller, Messaging: true, Target: target, Calls: calls, Continued: continued, Callees: callees}
	}
	entry := func(service, target string, entries, roots int) Entries {
		return Entries{Service: service, Target: target, Entries: entries, Roots: roots}
	}
	consumer := func(service, target string, entries, roots int) Entries {
		return Entries{Service: service, Messaging: true, Target: target, Entries: entries, Roots: roots}
	}
	for name, c := range map[string]struct {
		calls   []Calls
		entries []Entries
		want    []string // "caller→callee dropped/calls"
	}{
		"nothing": {},
		"by the address that the callee was reached under": {
			[]Calls{request("crm", "10.0.0.1:80", 10, 0, nil)},
			[]Entries{entry("sync", "10.0.0.1:80", 10, 10), entry("erp", "10.0.0.2:80", 5, 5)},
			[]string{"crm→sync 10/10"},
		},
		"by who goes on in others' calls to the address": {
			[]Calls{request("crm", "erp.internal:443", 10, 2, map[string]int{"erp-core": 2}), request("web", "erp.internal:443", 4, 4, map[string]int{"erp-core": 4})},
			[]Entries{entry("erp-core", "", 14, 8)},
			[]string{"crm→erp-core 8/10", "web→erp-core 0/4"},
		},
		"by the name of the host": {
			[]Calls{request("crm", "erp.default.svc:443", 10, 0, nil), request("web", "erp", 1, 0, nil)},
			[]Entries{entry("erp", "", 10, 7)},
			[]string{"crm→erp 7/10", "web→erp 1/1"},
		},
		"a database is no hop":                {[]Calls{request("erp", "db:5432", 10, 0, nil)}, []Entries{entry("crm", "", 9, 9)}, nil},
		"a call to oneself is no hop":         {[]Calls{request("erp", "erp", 10, 0, nil)}, []Entries{entry("erp", "", 9, 9)}, nil},
		"a callee that begins none lost none": {[]Calls{request("crm", "erp", 10, 4, map[string]int{"erp": 4})}, []Entries{entry("erp", "", 4, 0)}, []string{"crm→erp 0/10"}},
		"a proxy before the callee goes on":   {[]Calls{request("crm", "erp", 10, 10, map[string]int{"proxy": 10})}, []Entries{entry("erp", "erp", 10, 3)}, []string{"crm→erp 0/10"}},
		"addresses of one service are one hop": {
			[]Calls{request("crm", "a:1", 3, 1, nil), request("crm", "a:2", 4, 0, nil)},
			[]Entries{entry("erp", "a:1", 9, 9), entry("erp", "a:2", 9, 9)},
			[]string{"crm→erp 6/7"},
		},
		"a message has all its consumers": {
			[]Calls{message("crm", "won", 10, 10, map[string]int{"erp": 10, "bi": 0})},
			[]Entries{consumer("erp", "won", 10, 0), consumer("bi", "won", 10, 10), consumer("bi", "lost", 9, 9), entry("web", "won", 9, 9)},
			[]string{"crm→bi 10/10", "crm→erp 0/10"},
		},
		"each destination is a hop": {
			[]Calls{message("crm", "won", 2, 0, nil), message("crm", "lost", 1, 0, nil)},
			[]Entries{consumer("erp", "won", 2, 2), consumer("erp", "lost", 1, 1)},
			[]string{"crm→erp 2/2", "crm→erp 1/1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, h := range (&Stitchability{Calls: c.calls, Entries: c.entries}).Hops() {
				got = append(got, fmt.Sprintf("%s→%s %d/%d", h.Caller, h.Callee, h.Dropped(), h.Calls))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}
