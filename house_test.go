package throughline_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"
)

// The measures of a file: small and finished.
const (
	mostLines   = 500
	medianLines = 120
)

// notOurs are the folders that a build or a run makes, and data for tests.
var notOurs = []string{".git", "node_modules", "bin", "data", "vendor", "testdata"}

// goFile is one parsed file of the house.
type goFile struct {
	path   string // from the root, with slashes
	pkg    string // its folder, "." for the root
	test   bool
	made   bool // generated
	lines  int
	set    *token.FileSet
	syntax *ast.File
}

func (f goFile) at(p token.Pos) string {
	return f.path + ":" + strconv.Itoa(f.set.Position(p).Line)
}

func (f goFile) imports() []string {
	var paths []string
	for _, spec := range f.syntax.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// walk calls visit with every file that people write here.
func walk(t *testing.T, visit func(name string, text []byte)) {
	t.Helper()
	root := os.DirFS(".")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(notOurs, d.Name()):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err == nil {
			visit(name, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// goFiles parses every Go file, once for all tests.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	reading.Do(func() { read = readGoFiles(t) })
	return read
}

var (
	reading sync.Once
	read    []goFile
)

func readGoFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	walk(t, func(name string, text []byte) {
		if path.Ext(name) != ".go" {
			return
		}
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("%v", err)
			return
		}
		files = append(files, goFile{
			path: name, pkg: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), made: ast.IsGenerated(syntax),
			lines: bytes.Count(text, []byte("\n")), set: set, syntax: syntax,
		})
	})
	return files
}

func TestFilesAreSmall(t *testing.T) {
	t.Parallel()
	var code []int
	for _, f := range goFiles(t) {
		if !f.made && !f.test {
			code = append(code, f.lines)
		}
	}
	slices.Sort(code)
	if m := code[len(code)/2]; m >= medianLines {
		t.Errorf("the median file has %d lines; want fewer than %d", m, medianLines)
	}
	written := []string{".go", ".templ", ".sql", ".css", ".js", ".yaml", ".yml", ".md"}
	walk(t, func(name string, text []byte) {
		n := bytes.Count(text, []byte("\n"))
		if n > mostLines && slices.Contains(written, path.Ext(name)) && !strings.HasSuffix(name, "_templ.go") {
			t.Errorf("%s has %d lines; split it by its nouns (at most %d)", name, n, mostLines)
		}
	})
}

func TestFoldersAreNouns(t *testing.T) {
	t.Parallel()
	drawers := []string{"pkg", "util", "utils", "common", "misc", "helper", "helpers", "types", "shared", "base", "lib"}
	for _, f := range goFiles(t) {
		for part := range strings.SplitSeq(f.pkg, "/") {
			if slices.Contains(drawers, part) {
				t.Errorf("%s: %q says nothing about what is inside", f.path, part)
			}
		}
	}
}

func TestCodeHasNoHiddenStart(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t) {
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: no init(); what a package needs is given to New", f.at(fn.Pos()))
			}
		}
		for _, imported := range f.imports() {
			if strings.HasSuffix(imported, "client_golang/prometheus/promauto") {
				t.Errorf("%s: metrics are injected as a prometheus.Registerer, not registered by promauto", f.path)
			}
		}
	}
}

func TestTestsNeitherSleepNorSkip(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t) {
		if !f.test {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, _ := sel.X.(*ast.Ident)
			switch {
			case x != nil && x.Name == "time" && sel.Sel.Name == "Sleep" && !bubbled(f):
				t.Errorf("%s: wait for a channel or a condition, or use testing/synctest; a sleep is slow or flaky", f.at(n.Pos()))
			case x != nil && (x.Name == "t" || x.Name == "b") && strings.HasPrefix(sel.Sel.Name, "Skip"):
				t.Errorf("%s: a test that can be skipped proves nothing; make what it needs", f.at(n.Pos()))
			}
			return true
		})
	}
}

// bubbled tells whether a file's sleeps are on synctest's clock, which costs nothing.
func bubbled(f goFile) bool { return slices.Contains(f.imports(), "testing/synctest") }

func TestExportedNamesAreExplained(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t) {
		if f.test || f.made || f.syntax.Name.Name == "main" {
			continue
		}
		for _, d := range f.syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || exportedReceiver(d)) && !wellKnown(d) {
					t.Errorf("%s: %s has no doc comment", f.at(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok && s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
						t.Errorf("%s: %s has no doc comment", f.at(s.Pos()), s.Name.Name)
					}
				}
			}
		}
	}
}

func TestPackagesTellTheirStory(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	for _, f := range goFiles(t) {
		if f.test || f.made {
			continue
		}
		told[f.pkg] = told[f.pkg] || f.syntax.Doc != nil
	}
	for pkg, told := range told {
		if !told {
			t.Errorf("package %s has no package comment", pkg)
		}
	}
}

// wellKnown are methods whose meaning the standard library fixes.
func wellKnown(d *ast.FuncDecl) bool {
	known := []string{
		"Error", "String", "Unwrap", "Len", "Less", "Swap", "Push", "Pop", "Read", "Write", "Close", "ServeHTTP",
		"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "Scan", "Value", "Set", "Type", "Describe", "Collect",
	}
	return d.Recv != nil && slices.Contains(known, d.Name.Name)
}

func exportedReceiver(d *ast.FuncDecl) bool {
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	switch g := typ.(type) {
	case *ast.IndexExpr:
		typ = g.X
	case *ast.IndexListExpr:
		typ = g.X
	}
	name, ok := typ.(*ast.Ident)
	return ok && name.IsExported()
}

func TestNothingIsLeftForLater(t *testing.T) {
	t.Parallel()
	later := []string{"TO" + "DO", "FIX" + "ME", "HA" + "CK"}
	walk(t, func(name string, text []byte) {
		if bytes.IndexByte(text, 0) >= 0 { // not text: a picture, or a built test
			return
		}
		for _, word := range later {
			if at := bytes.Index(text, []byte(word)); at >= 0 && whole(text, at, len(word)) {
				t.Errorf("%s says %s; finish it, or file an issue", name, word)
			}
		}
	})
}

func whole(text []byte, at, n int) bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] == '_' || unicode.IsLetter(rune(text[i])) || unicode.IsDigit(rune(text[i])))
	}
	return !letter(at-1) && !letter(at+n)
}

func TestNoPathOfOneMachine(t *testing.T) {
	t.Parallel()
	folders := []string{"/work/", "/root/", "/tmp/"}
	walk(t, func(name string, text []byte) {
		for _, folder := range folders {
			at := bytes.Index(text, []byte(folder))
			if name != "house_test.go" && at > 0 && bytes.IndexByte([]byte(" \t\n\"'`(=:"), text[at-1]) >= 0 {
				t.Errorf("%s names a path of one machine: %s", name, folder)
			}
		}
	})
}
