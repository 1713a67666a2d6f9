package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const refunds = `kind: flow
name: refunds
version: 1
anchor: refund
ranks: {refund: 0, invoice: 1}
`

func TestACatalogueIsPutInForceWithoutARestartAndABadOneIsNot(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "refunds.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := startProgram(t, Config{Catalog: []string{dir}})
	post(t, p, happened("1", "refund/R-1", `,"data":{"objects":{"invoice":["INV-9"]}}`))
	has := func(flow string) error {
		var answer struct {
			Executions []apiExecution `json:"executions"`
		}
		if err := get(p.web.Addr(), "/api/v1/executions?flow="+flow, &answer); err != nil {
			return err
		}
		if len(answer.Executions) == 0 {
			return fmt.Errorf("no execution of %s", flow)
		}
		return nil
	}
	write(strings.Replace(refunds, "anchor", "ankor", 1))
	if err := p.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "refunds.yaml:4:1") {
		t.Fatalf("the error %v does not say where", err)
	}
	if err := has("refunds"); err == nil {
		t.Fatal("a bad catalogue is in force")
	}
	write(refunds)
	if err := p.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, func() error { return has("refunds") })
}
