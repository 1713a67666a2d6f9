package embedded

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	target := table(t, "a Int32", "MergeTree ORDER BY a")
	other := table(t, "a Int32", "MergeTree ORDER BY a")
	for name, test := range map[string]struct {
		query    string
		readonly string // the setting in the URL
		get      bool
		status   int // 0: anything but 200
		part     string
	}{
		"two statements":                        {query: "SELECT 1; DROP TABLE " + target, status: 400, part: "Multi-statements"},
		"two statements without a blank":        {query: "SELECT 1;SELECT 2", status: 400, part: "Multi-statements"},
		"two statements behind a comment":       {query: "SELECT 1 /* ; */ ; -- x\n SELECT 2", status: 400, part: "Multi-statements"},
		"one that holds two":                    {query: "DROP TABLE a PARALLEL WITH DROP TABLE b", status: 400, part: "Multi-statements"},
		"one behind values":                     {query: "INSERT INTO " + target + " VALUES (1); DROP TABLE " + target, status: 400, part: "Multi-statements"},
		"one behind values, on its own line":    {query: "INSERT INTO " + target + " VALUES (1)\n;\nDROP TABLE " + target, status: 400, part: "Multi-statements"},
		"one behind values and a comment":       {query: "INSERT INTO " + target + " VALUES (1); -- ;\n DROP TABLE " + target, status: 400, part: "Multi-statements"},
		"one behind a quote in a comment":       {query: "INSERT INTO " + target + " VALUES (1) /* ' */; DROP TABLE " + target + "; '", status: 400, part: "Multi-statements"},
		"one behind a quote in a dollar text":   {query: "INSERT INTO " + target + " VALUES (length($x$'$x$)); DROP TABLE " + target + "; '", status: 400, part: "Multi-statements"},
		"one behind a dollar text in a quote":   {query: "INSERT INTO " + target + " VALUES (length('$x$')); DROP TABLE " + target + "; '$x$'", status: 400, part: "Multi-statements"},
		"a semicolon behind values":             {query: "INSERT INTO " + other + " VALUES (1);\n", status: 200},
		"a semicolon in a value":                {query: "INSERT INTO " + other + " VALUES (length('; DROP'));", status: 200},
		"a semicolon at the end":                {query: "SELECT 1; -- done", status: 200},
		"a semicolon in a text":                 {query: "SELECT '; DROP TABLE x'", status: 200},
		"GET cannot write":                      {query: "INSERT INTO " + target + " SELECT 1", get: true, status: 403, part: "Code: 164"},
		"GET cannot insert values":              {query: "INSERT INTO " + target + " VALUES (1)", get: true, status: 403, part: "Code: 164"},
		"GET cannot drop":                       {query: "DROP TABLE " + target, get: true, status: 403, part: "Code: 164"},
		"GET cannot set":                        {query: "SET readonly = 0", get: true, status: 403, part: "Code: 164"},
		"GET can read with settings":            {query: "SELECT 1 SETTINGS max_threads = 1", get: true, status: 200},
		"readonly can read":                     {query: "SELECT count() FROM " + target, readonly: "1", status: 200},
		"readonly can show":                     {query: "SHOW TABLES", readonly: "1", status: 200},
		"readonly cannot insert":                {query: "INSERT INTO " + target + " VALUES (1)", readonly: "1", status: 403},
		"readonly cannot insert by SELECT":      {query: "INSERT INTO " + target + " SELECT 1", readonly: "1", status: 403},
		"readonly cannot create":                {query: "CREATE TABLE x (a Int8) ENGINE = Memory", readonly: "1", status: 403},
		"readonly cannot set":                   {query: "SET readonly = DEFAULT", readonly: "1", status: 403},
		"readonly cannot kill":                  {query: "KILL QUERY WHERE 1", readonly: "1", status: 403},
		"readonly cannot be lifted":             {query: "SELECT 1 SETTINGS readonly = DEFAULT", readonly: "1", status: 403, part: "SETTINGS"},
		"nor in quotes":                         {query: "SELECT 1 SETTINGS \"read\\x6fnly\" = DEFAULT", readonly: "1", status: 403, part: "SETTINGS"},
		"nor in small letters":                  {query: "select 1 settings`readonly`=DEFAULT", readonly: "1", status: 403, part: "SETTINGS"},
		"nor in a subquery":                     {query: "SELECT * FROM (SELECT 1 SETTINGS readonly = 0)", readonly: "1", status: 403, part: "SETTINGS"},
		"nor behind FORMAT":                     {query: "SELECT 1 FORMAT CSV SETTINGS readonly = 0", readonly: "1", status: 403, part: "SETTINGS"},
		"nor behind a number":                   {query: "SELECT 1.SETTINGS readonly = DEFAULT", readonly: "1"},
		"nor behind a comment":                  {query: "SELECT 1/**/SETTINGS/**/readonly=DEFAULT", readonly: "1", status: 403, part: "SETTINGS"},
		"nor through an explanation":            {query: "EXPLAIN SELECT 1 SETTINGS readonly = 0", readonly: "1", status: 403, part: "SETTINGS"},
		"readonly 2 is as strict":               {query: "SELECT 1 SETTINGS readonly = 0", readonly: "2", status: 403, part: "SETTINGS"},
		"readonly by another name for one":      {query: "DROP TABLE " + target, readonly: "01", status: 403},
		"readonly that is no number":            {query: "SELECT 1", readonly: "yes; no"},
		"a file by table function":              {query: "SELECT * FROM file('/etc/passwd', 'LineAsString')", status: 403, part: "Code: 497"},
		"a file by its name":                    {query: "SELECT * FROM `/etc/passwd`", status: 404, part: "Code: 60"},
		"a file by function":                    {query: "SELECT file('/etc/passwd')", status: 403, part: "Code: 497"},
		"a file by a quoted function":           {query: "SELECT `file` ('/etc/passwd')", status: 403, part: "Code: 497"},
		"a file by an escaped function":         {query: "SELECT \"f\\x69le\"('/etc/passwd')", status: 403, part: "Code: 497"},
		"a file by APPLY":                       {query: "SELECT * APPLY(file) FROM (SELECT '/etc/passwd')", status: 403, part: "Code: 497"},
		"a file by APPLY without parentheses":   {query: "SELECT * APPLY file FROM (SELECT '/etc/passwd')", status: 403, part: "Code: 497"},
		"a file among values":                   {query: "INSERT INTO " + target + " VALUES (length(file('/etc/passwd')))", status: 403, part: "Code: 497"},
		"a column that is called file":          {query: "SELECT file FROM (SELECT 1 AS file)", status: 200},
		"a file to write":                       {query: "SELECT 1 INTO OUTFILE 'x'", status: 501, part: "OUTFILE"},
		"a file to write, behind a comment":     {query: "SELECT 1 INTO /* */ OUTFILE 'x'", status: 501, part: "OUTFILE"},
		"a file to insert from":                 {query: "INSERT INTO " + target + " FROM INFILE 'x' FORMAT CSV", status: 501, part: "INFILE"},
		"a file by table engine":                {query: "CREATE TABLE f (a String) ENGINE = File(CSV, '/etc/passwd')", status: 403, part: "Code: 497"},
		"a folder by database engine":           {query: "CREATE DATABASE f ENGINE = Filesystem('/etc')", status: 403, part: "Code: 497"},
		"an address":                            {query: "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", status: 403, part: "Code: 497"},
		"another server":                        {query: "SELECT * FROM remote('127.0.0.1', system.one)", status: 403, part: "Code: 497"},
		"a user":                                {query: "CREATE USER eve", status: 403, part: "Code: 497"},
		"a grant":                               {query: "GRANT FILE ON *.* TO default", status: 403, part: "Code: 497"},
		"the lanes are not for a huge text":     {query: "SELECT '" + strings.Repeat("x", 17*mib) + "'", status: 413, part: "Code: 229"},
		"a query as large as a page":            {query: "SELECT length('" + strings.Repeat("x", 200_000) + "')", status: 200, part: "200000"},
		"a name with a quote is only a name":    {query: "SELECT 1 AS `a'b`", status: 200},
		"a text that the lexer takes otherwise": {query: "SELECT $x$ FORMAT CSV $x$", status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := plainCall{method: http.MethodPost, args: url.Values{}, body: test.query}
			if test.get {
				c = plainCall{method: http.MethodGet, args: url.Values{"query": {test.query}}}
			}
			if test.readonly != "" {
				c.args.Set("readonly", test.readonly)
			}
			got := c.do(t)
			if got.status != test.status && test.status != 0 || test.status == 0 && got.status == 200 {
				t.Errorf("status %d, want %d: %.300s", got.status, test.status, got.body)
			}
			if !strings.Contains(got.body, test.part) {
				t.Errorf("body %.300q, want %q in it", got.body, test.part)
			}
		})
	}
	t.Cleanup(func() {
		if n := count(t, target); n != 0 {
			t.Errorf("%d rows got into the table", n)
		}
	})
}

func TestReadonlyIsNotWeakenedByARepetition(t *testing.T) {
	t.Parallel()
	got := plainCall{method: http.MethodPost, args: url.Values{"readonly": {"1", "0"}}, body: "CREATE DATABASE nope"}.do(t)
	if got.status != 403 {
		t.Errorf("status %d: %s", got.status, got.body)
	}
}
