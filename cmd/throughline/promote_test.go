package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// theHash is the catalogue that a house goes by, and who put it in force.
func theHash(address string) (hash, by string, err error) {
	var answer struct {
		Hash     string
		Decision *struct{ By string }
	}
	err = get(address, "/api/v1/catalogue", &answer)
	if answer.Decision != nil {
		by = answer.Decision.By
	}
	return answer.Hash, by, err
}

func TestACatalogueIsPutInForceByADecisionAndStaysSoThroughKillsUntilItIsRevoked(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "house")
	wrong := catalogueDir(t, "sales.yaml", ordersBilled("/customer", "no"))
	right := catalogueDir(t, "sales.yaml", ordersBilled("customerref", "no"))
	c := startChild(t, dir, "--catalog", wrong)
	eventually(t, time.Minute, func() error { _, err := askDecisions(c.addr.HTTP); return err })
	before, by, err := theHash(c.addr.HTTP)
	if err != nil || by != "" {
		t.Fatalf("at first %q of %q is in force: %v", before, by, err)
	}
	worse := catalogueDir(t, "sales.yaml", strings.Replace(ordersBilled("customerref", "no"), "name: billed-in-time", "name: billed-some-time", 1))
	if code, out := command(t, "catalog", "promote", worse, "--server", "http://"+c.addr.HTTP, "--by", "Ada", "--comment", "no deadline"); code != 1 ||
		!strings.Contains(out, "breaks: sla billed-in-time is removed: its clocks are withdrawn") || !strings.Contains(out, "409 Conflict") || !strings.Contains(out, "or force it") {
		t.Errorf("one that breaks something: exit %d\n%s", code, out)
	}
	if code, out := command(t, "catalog", "promote", right, "--server", "http://"+c.addr.HTTP, "--by", "Ada"); code != 1 || !strings.Contains(out, "comment is empty") {
		t.Errorf("without a reason: exit %d\n%s", code, out)
	}
	code, out := command(t, "catalog", "promote", right, "--server", "http://"+c.addr.HTTP, "--by", "Ada", "--comment", "invoices say it in an attribute")
	if code != 0 || !strings.Contains(out, "map.refs.0.id") && !strings.Contains(out, "contract shop.invoice.posted@1") {
		t.Fatalf("exit %d\n%s", code, out)
	}
	after, by, err := theHash(c.addr.HTTP)
	if err != nil || after == before || by != "Ada" {
		t.Errorf("then %s of %q is in force, and was %s: %v", after, by, before, err)
	}
	if _, _, page := visit(t, c.addr.HTTP, "/decisions"); !strings.Contains(page, after) || !strings.Contains(page, "invoices say it in an attribute") {
		t.Errorf("the page of decisions does not tell of it:\n%s", page)
	}
	c.kill(t)
	c = startChild(t, dir, "--catalog", wrong)
	if hash, by, err := theHash(c.addr.HTTP); err != nil || hash != after || by != "Ada" {
		t.Errorf("after a kill %s of %q is in force; want %s: %v", hash, by, after, err)
	}
	eventually(t, time.Minute, func() error {
		if got := query(t, c, "SELECT catalogue, decided_by, comment FROM throughline.catalogue_activations"); got != after+"\tAda\tinvoices say it in an attribute" {
			return fmt.Errorf("the ledger in ClickHouse says\n%s", got)
		}
		return nil
	})
	var ids []string
	eventually(t, time.Minute, func() (err error) { // after a start what is resident is rebuilt first
		if ids, err = askDecisions(c.addr.HTTP); err == nil && len(ids) != 1 {
			err = fmt.Errorf("decisions are %v; want one", ids)
		}
		return err
	})
	decides(t, c.addr.HTTP, fmt.Sprintf(`{"kind":"revoke","revokes":%q,"by":"Bob","comment":"they do not"}`, ids[0]))
	eventually(t, 30*time.Second, func() error {
		if hash, by, err := theHash(c.addr.HTTP); err != nil || hash != before || by != "" {
			return fmt.Errorf("revoked, %s of %q is in force; want %s: %w", hash, by, before, err)
		}
		return nil
	})
	c.stop(t)
}

// askDecisions are the ids of all decisions, newest first.
func askDecisions(address string) (ids []string, err error) {
	var answer struct{ Decisions []struct{ ID string } }
	err = get(address, "/api/v1/decisions", &answer)
	for _, d := range answer.Decisions {
		ids = append(ids, d.ID)
	}
	return ids, err
}

func TestACatalogueIsPutInForceOfAHouseThatDoesNotRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "house")
	wrong := catalogueDir(t, "sales.yaml", ordersBilled("/customer", "no"))
	right := catalogueDir(t, "sales.yaml", ordersBilled("customerref", "no"))
	c := startChild(t, dir, "--catalog", wrong)
	before, _, err := theHash(c.addr.HTTP)
	if err != nil {
		t.Fatal(err)
	}
	c.stop(t)
	if code, out := command(t, "catalog", "promote", right, "--data", dir, "--config", configWith(t, wrong), "--by", "Ada", "--comment", "by night"); code != 0 || !strings.Contains(out, "from the next start on") {
		t.Fatalf("exit %d\n%s", code, out)
	}
	c = startChild(t, dir, "--catalog", wrong)
	after, by, err := theHash(c.addr.HTTP)
	if err != nil || after == before || by != "Ada" {
		t.Errorf("%s of %q is in force, and was %s: %v", after, by, before, err)
	}
	eventually(t, time.Minute, func() error {
		ids, err := askDecisions(c.addr.HTTP)
		if err == nil && len(ids) != 1 {
			err = fmt.Errorf("decisions are %v", ids)
		}
		return err
	})
	// The ledger has it now, and it is what is in force.
	if hash, by, err := theHash(c.addr.HTTP); err != nil || hash != after || by != "Ada" {
		t.Errorf("%s of %q is in force: %v", hash, by, err)
	}
	c.stop(t)
}
