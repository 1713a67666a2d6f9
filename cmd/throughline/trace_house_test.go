package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestATraceOfTheWholeHouse asks a house that runs, from socket to terminal: for what
// is there, by any of its ids, and for what is not.
func TestATraceOfTheWholeHouse(t *testing.T) {
	p := startProgram(t, Config{})
	url := "http://" + p.web.Addr()
	post(t, p, happened("1", "order/SO-1", `,"correlationid":"c-1","data":{"objects":{"quote":["Q-3"]},"note":"ships with INV-9"}`))
	post(t, p, happened("2", "invoice/INV-7", `,"data":{"objects":{"order":["SO-1"]}}`))
	post(t, p, happened("3", "opportunity/OP-1", `,"correlationid":"c-1"`))
	trace := func(id string, code int, want ...string) func() error {
		return func() error {
			got, out := command(t, "trace", "--url", url, id)
			for _, w := range want {
				if got != code || !strings.Contains(out, w) {
					return fmt.Errorf("trace %s: exit %d:\n%s\nwant exit %d and %q", id, got, out, code, w)
				}
			}
			return nil
		}
	}
	for _, check := range []func() error{
		trace("INV-7", 0, "order SO-1 (erp)  quote-to-cash", "◆ order SO-1 (erp)", "◂ mentions invoice INV-7 (erp)  ◀",
			"mentions ▸ quote Q-3 (crm)  ◌ named only", "≈ correlation c-1 ≈ opportunity OP-1 (crm)"),
		trace("Q-3", 0, "order SO-1 (erp)  quote-to-cash"),
		trace("INV-9", 3, "Nothing goes by INV-9.", "Event 1 (", "has it in its text, but does not name it as an object", "ships with INV-9"),
	} {
		eventually(t, 20*time.Second, check)
	}
}
