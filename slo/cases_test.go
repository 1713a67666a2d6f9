package slo_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/lineage"
	"throughline/slo"
)

// A worked case is a rule by example: facts that arrive, moments of sweeping,
// and the transitions that are told, in order.
type workedCase struct {
	Name       string        `json:"name"`
	Rule       string        `json:"rule"`
	SLA        lineage.SLA   `json:"sla"`
	Facts      []caseFact    `json:"facts"`
	Watermarks []caseMark    `json:"watermarks"`
	Sweeps     []time.Time   `json:"sweeps"`
	Want       []caseOutcome `json:"want"`
}

type caseFact struct {
	Stage    string    `json:"stage"`
	Occurred time.Time `json:"occurred"`
	Arrives  time.Time `json:"arrives"`
}

type caseMark struct {
	Source    string    `json:"source"`
	At        time.Time `json:"at"`
	Watermark time.Time `json:"watermark"`
}

type caseOutcome struct {
	Kind        slo.Kind    `json:"kind"`
	At          time.Time   `json:"at"`
	Due         time.Time   `json:"due"`
	Verdict     slo.Verdict `json:"verdict"`
	LateBy      string      `json:"detected_late_by"`
	Provisional bool        `json:"provisional"`
}

func loadCases(t *testing.T) []workedCase {
	t.Helper()
	files, err := filepath.Glob("testdata/cases/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no worked cases: %v", err)
	}
	var cases []workedCase
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c workedCase
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		cases = append(cases, c)
	}
	return cases
}

// play steps a clock at every moment at which something is told or swept.
func (c *workedCase) play(t *testing.T) []caseOutcome {
	t.Helper()
	rule, err := slo.NewRule(c.SLA)
	if err != nil {
		t.Fatal(err)
	}
	moments := slices.Clone(c.Sweeps)
	for _, f := range c.Facts {
		moments = append(moments, f.Arrives)
	}
	slices.SortFunc(moments, time.Time.Compare)
	clock := slo.Clock{Tenant: "default", Key: slo.Key{SLA: c.SLA.Name, Subject: lineage.Object{Type: c.SLA.Subject, ID: "1"}}}
	var told []caseOutcome
	for _, now := range slices.CompactFunc(moments, time.Time.Equal) {
		var known []slo.Fact
		for _, f := range c.Facts {
			if !f.Arrives.After(now) {
				known = append(known, slo.Fact{Stage: f.Stage, At: f.Occurred})
			}
		}
		at := slo.Moment{Now: now}
		for _, w := range c.Watermarks {
			if w.Source == c.SLA.ClosingSource && !w.At.After(now) {
				at.Watermark = w.Watermark
			}
		}
		var transitions []slo.Transition
		clock, transitions = rule.Step(clock, known, at)
		for _, x := range transitions {
			o := caseOutcome{Kind: x.Kind, At: x.At, Due: x.Due, Verdict: x.Verdict, Provisional: x.Provisional}
			if x.Kind == slo.BreachKind {
				o.LateBy = x.LateBy.String()
			}
			told = append(told, o)
		}
		if _, again := rule.Step(clock, known, at); len(again) > 0 {
			t.Errorf("at %s the same facts are told twice: %+v", now, again)
		}
	}
	return told
}

func TestEveryWorkedCaseIsToldAsItIsWritten(t *testing.T) {
	t.Parallel()
	for _, c := range loadCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.Want, c.play(t)); diff != "" {
				t.Errorf("%s (-want +told):\n%s", c.Rule, diff)
			}
		})
	}
}

func TestTheCopiesOfTheCasesEqualTheSpecification(t *testing.T) {
	t.Parallel()
	const spec = "../../shared/cases/clock"
	originals, err := filepath.Glob(spec + "/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(originals) == 0 {
		t.Logf("%s is not beside this checkout; there is nothing to compare with", spec)
		return
	}
	for _, original := range originals {
		want, err := os.ReadFile(original)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("testdata/cases", filepath.Base(original)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, got) {
			t.Errorf("%s differs from the specification", filepath.Base(original))
		}
	}
}
