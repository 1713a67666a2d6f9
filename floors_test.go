package throughline_test

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// module is the prefix of the house's own import paths.
const module = "throughline"

// row is one line of the table of floors: what a package may import of the
// house. A name that ends in /... stands for the package and all below it.
type row struct {
	may   []string // of the house; a package never needs leave for itself
	tests []string // what its tests may import besides
	pure  []string // not nil: a pure package, with the third-party imports that it is allowed
}

// The third-party imports of the pure floors, by prefix.
var rules = []string{
	"github.com/santhosh-tekuri/jsonschema", // contracts
	"github.com/goccy/go-yaml",              // the catalogue
	"github.com/cespare/xxhash",             // content hashes
	"github.com/bits-and-blooms/bloom",      // which ids were let go of
	"github.com/shopspring/decimal",         // amounts
}

// floors is the table of docs/adr/001-house-and-floors.md. A package that is
// not in it fails: a new package is a decision, not a folder.
var floors = map[string]row{
	".":       {},
	"catalog": {tests: []string{"lineage"}},

	// Ground and rules.
	"lineage": {pure: rules, tests: []string{"catalog", "lineage/logs"}},
	"slo":     {may: []string{"lineage"}, pure: rules},

	// Logs of made-up businesses that know their truth, for tests and benchmarks.
	"lineage/logs": {may: []string{"lineage"}},

	// Formats of process mining: told apart from the rules, and of the ground's words.
	"lineage/ocel":          {may: []string{"lineage"}, pure: rules, tests: []string{"lineage/ocel/oceltest"}},
	"lineage/ocel/oceltest": {may: []string{"lineage/ocel"}},
	"lineage/ocel/sqlite":   {may: []string{"lineage", "lineage/ocel"}, tests: []string{"lineage/ocel/oceltest"}},

	// Services: loops that run the rules.
	"lineage/stitcher": {may: []string{"lineage"}, tests: []string{"catalog", "lineage/logs"}},
	"slo/boltfile":     {may: []string{"lineage"}},
	"slo/sweeper":      {may: []string{"lineage", "slo", "slo/boltfile"}, tests: []string{"catalog"}},
	"alerts/...":       {may: []string{"lineage", "slo", "slo/boltfile", "alerts/..."}},
	"jobs":             {may: []string{"lineage"}},
	"auth":             {may: []string{"lineage"}},

	// Edges: they never know each other.
	"collector":                     {may: []string{"lineage", "collector/otlp", "collector/journal", "collector/pipeline"}, tests: []string{"collector/journal/journaltest", "catalog"}},
	"collector/pipeline":            {may: []string{"lineage", "collector/otlp", "collector/journal"}, tests: []string{"collector/journal/journaltest", "catalog"}},
	"collector/otlp":                {may: []string{"lineage", "collector/journal"}, tests: []string{"catalog"}},
	"collector/journal":             {may: []string{"lineage"}, tests: []string{"collector/journal/journaltest"}},
	"collector/journal/journaltest": {may: []string{"lineage", "collector/journal"}},
	"collector/queues":              {may: []string{"lineage"}},
	"clickhouse":                    {may: []string{"lineage", "slo"}, tests: []string{"clickhouse/...", "catalog"}},
	"clickhouse/storetest":          {may: []string{"lineage", "slo", "clickhouse", "clickhouse/embedded"}},
	"clickhouse/embedded":           {may: []string{"lineage"}},
	"clickhouse/embedded/soak":      {may: []string{"lineage", "clickhouse/embedded"}},
	"web":                           {may: []string{"lineage", "slo", "web/view"}, tests: []string{"catalog"}},
	"web/view":                      {may: []string{"lineage", "slo"}, tests: []string{"catalog"}},
	"reference/...":                 {may: []string{"lineage", "reference/..."}, tests: []string{"catalog"}},

	// Roof.
	"cmd/throughline": {may: []string{"..."}},
}

// notPure are the packages of the standard library that a pure package does
// not import, with everything below them, and why.
var notPure = map[string]string{
	"os":           "it does no I/O",
	"net":          "it does no I/O",
	"database":     "it does no I/O",
	"syscall":      "it does no I/O",
	"log":          "it does not log; it returns errors",
	"context":      "it does not wait",
	"runtime":      "it does not know where it runs",
	"math/rand":    "the same input gives the same output",
	"math/rand/v2": "the same input gives the same output",
	"crypto/rand":  "the same input gives the same output",
}

// clock are the functions of package time that a pure package does not call:
// now is an argument.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

func TestFloors(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t) {
		r, listed := rowOf(f.pkg)
		if !listed {
			t.Errorf("%s: package %s is not in the table of floors; decide where it belongs and add a row", f.path, f.pkg)
			continue
		}
		for _, imported := range f.imports() {
			own, ours := ofTheHouse(imported)
			switch {
			case ours && own == f.pkg:
			case ours && allowed(r.may, own):
			case ours && f.test && allowed(r.tests, own):
			case ours:
				t.Errorf("%s: %s may not import %s; imports point down, and edges meet in cmd/throughline", f.path, f.pkg, own)
			case r.pure == nil || f.test:
			case thirdParty(imported) && !allowedPrefix(r.pure, imported):
				t.Errorf("%s: %s is pure and %s is not on its list", f.path, f.pkg, imported)
			default:
				if why, bad := forbidden(imported); bad {
					t.Errorf("%s: %s is pure and may not import %s: %s", f.path, f.pkg, imported, why)
				}
			}
		}
		if r.pure != nil && !f.test {
			checkPure(t, f)
		}
	}
}

// checkPure reports goroutines and reads of the clock.
func checkPure(t *testing.T, f goFile) {
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			t.Errorf("%s: a pure package starts no goroutine", f.at(n.Pos()))
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, n.Sel.Name) {
				t.Errorf("%s: a pure package does not call time.%s; now is an argument", f.at(n.Pos()), n.Sel.Name)
			}
		}
		return true
	})
}

// rowOf finds a package's row: its own, or the nearest one above that ends in /... .
func rowOf(pkg string) (row, bool) {
	if r, ok := floors[pkg]; ok {
		return r, true
	}
	for up := pkg; up != "."; up = path.Dir(up) {
		if r, ok := floors[up+"/..."]; ok {
			return r, true
		}
	}
	return row{}, false
}

func allowed(names []string, pkg string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		above, tree := strings.CutSuffix(name, "...")
		if !tree {
			return name == pkg
		}
		return above == "" || pkg+"/" == above || strings.HasPrefix(pkg, above)
	})
}

func allowedPrefix(prefixes []string, imported string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(imported, p) })
}

func ofTheHouse(imported string) (string, bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

func thirdParty(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(first, ".")
}

func forbidden(imported string) (why string, bad bool) {
	for up := imported; up != "."; up = path.Dir(up) {
		if why, bad = notPure[up]; bad {
			return why, true
		}
	}
	return "", false
}
