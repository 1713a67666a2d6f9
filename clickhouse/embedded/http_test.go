package embedded

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		call   plainCall
		status int
		body   string // exact
		part   string // or a part of it
		format string
	}{
		"ping needs no token":             {call: plainCall{method: "GET", path: "/ping", header: map[string]string{"X-ClickHouse-Key": ""}}, status: 200, body: "Ok.\n"},
		"the root says it is there":       {call: plainCall{method: "GET"}, status: 200, body: "Ok.\n"},
		"another path is not found":       {call: plainCall{method: "GET", path: "/play"}, status: 404, part: "/ping"},
		"another method is not allowed":   {call: plainCall{method: "DELETE"}, status: 405, part: "GET or POST"},
		"a query in the URL":              {call: plainCall{method: "GET", args: url.Values{"query": {"SELECT 1, 'a'"}}}, status: 200, body: "1\ta\n", format: "TabSeparated"},
		"a query in the body":             {call: plainCall{method: "POST", body: "SELECT 1;"}, status: 200, body: "1\n"},
		"a query in both":                 {call: plainCall{method: "POST", args: url.Values{"query": {"SELECT 1"}}, body: "+ 1"}, status: 200, body: "2\n"},
		"FORMAT in the query":             {call: plainCall{method: "POST", body: "SELECT 1 AS a FORMAT CSVWithNames"}, status: 200, body: "\"a\"\n1\n", format: "CSVWithNames"},
		"FORMAT before SETTINGS":          {call: plainCall{method: "POST", body: "SELECT 1 AS a FORMAT CSV SETTINGS max_threads = 1;"}, status: 200, body: "1\n", format: "CSV"},
		"default_format":                  {call: plainCall{method: "POST", args: url.Values{"default_format": {"JSONEachRow"}}, body: "SELECT 1 AS a"}, status: 200, body: "{\"a\":1}\n", format: "JSONEachRow"},
		"the format in a header":          {call: plainCall{method: "POST", header: map[string]string{"X-ClickHouse-Format": "JSONEachRow"}, body: "SELECT 1 AS a"}, status: 200, body: "{\"a\":1}\n"},
		"a default_format that is code":   {call: plainCall{method: "POST", args: url.Values{"default_format": {"CSV; DROP"}}, body: "SELECT 1"}, status: 400, part: "Code: 36"},
		"a setting":                       {call: plainCall{method: "POST", args: url.Values{"max_threads": {"3"}}, body: "SELECT getSetting('max_threads')"}, status: 200, body: "3\n"},
		"a setting with quotes":           {call: plainCall{method: "POST", args: url.Values{"format_csv_delimiter": {"'"}}, body: "SELECT 1, 2 FORMAT CSV"}, status: 200, body: "1'2\n"},
		"an unknown setting":              {call: plainCall{method: "POST", args: url.Values{"no_such_setting": {"1"}}, body: "SELECT 1"}, status: 404, part: "Code: 115"},
		"a setting whose name is code":    {call: plainCall{method: "POST", args: url.Values{"a=1, b": {"1"}}, body: "SELECT 1"}, status: 400, part: "Code: 36"},
		"a parameter":                     {call: plainCall{method: "POST", args: url.Values{"param_x": {"it's\\t\\\\"}}, body: "SELECT {x:String}"}, status: 200, body: "it\\'s\\t\\\\\n"},
		"an empty parameter":              {call: plainCall{method: "POST", args: url.Values{"param_x": {""}}, body: "SELECT length({x:String})"}, status: 200, body: "0\n"},
		"a null parameter":                {call: plainCall{method: "POST", args: url.Values{"param_x": {"\\N"}}, body: "SELECT {x:Nullable(String)} IS NULL"}, status: 200, body: "1\n"},
		"a parameter that is missing":     {call: plainCall{method: "POST", body: "SELECT {x:String}"}, status: 400, part: "Code: 456"},
		"the database":                    {call: plainCall{method: "POST", args: url.Values{"database": {"system"}}, body: "SELECT count() FROM one"}, status: 200, body: "1\n"},
		"the database in a header":        {call: plainCall{method: "POST", header: map[string]string{"X-ClickHouse-Database": "system"}, body: "SELECT count() FROM one"}, status: 200, body: "1\n"},
		"a database that is not there":    {call: plainCall{method: "POST", args: url.Values{"database": {"no`pe"}}, body: "SELECT 1"}, status: 404, part: "Code: 81"},
		"a table that is not there":       {call: plainCall{method: "POST", body: "SELECT * FROM nope"}, status: 404, part: "(UNKNOWN_TABLE)"},
		"a syntax error, with its place":  {call: plainCall{method: "POST", body: "SELEC 1"}, status: 400, part: "Syntax error: failed at position 7"},
		"nothing":                         {call: plainCall{method: "POST"}, status: 400, part: "Code: 62. DB::Exception: Empty query"},
		"only a comment":                  {call: plainCall{method: "POST", body: "-- nothing"}, status: 400, part: "Code: 62"},
		"SHOW, which cannot be streamed":  {call: plainCall{method: "POST", args: url.Values{"default_format": {"Native"}}, body: "SHOW TABLES FROM system LIKE 'one'"}, status: 200, part: "one", format: "Native"},
		"wait_end_of_query":               {call: plainCall{method: "POST", args: url.Values{"wait_end_of_query": {"1"}}, body: "SELECT throwIf(number = 100000) FROM numbers(1000000) FORMAT Native"}, status: 500, part: "Code: 395"},
		"a result over the limit":         {call: plainCall{method: "POST", args: url.Values{"max_result_bytes": {"1000"}}, body: "SELECT number FROM numbers(1000000)"}, status: 500, part: "Code: 396"},
		"external tables are not spoken":  {call: plainCall{method: "POST", header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, body: "--x--"}, status: 501, part: "Code: 48"},
		"sessions are not spoken":         {call: plainCall{method: "POST", args: url.Values{"session_id": {"x"}}, body: "SELECT 1"}, status: 501, part: "no sessions"},
		"an encoding that nobody speaks":  {call: plainCall{method: "POST", header: map[string]string{"Content-Encoding": "compress"}, body: "SELECT 1"}, status: 501, part: "compress"},
		"arguments that cannot be read":   {call: plainCall{method: "POST", path: "/", args: url.Values{"query": {"SELECT '%'"}}}, status: 200, body: "%\n"},
		"the settings table can be read":  {call: plainCall{method: "POST", body: "SELECT count() > 100 FROM system.settings"}, status: 200, body: "1\n"},
		"a result without a row":          {call: plainCall{method: "POST", body: "SELECT 1 WHERE 0 FORMAT Native"}, status: 200, body: ""},
		"DDL answers with an empty body":  {call: plainCall{method: "POST", body: "CREATE DATABASE IF NOT EXISTS plain"}, status: 200, body: ""},
		"a text with every sort of quote": {call: plainCall{method: "POST", body: "SELECT 'FORMAT CSV', `one`.`dummy` AS \"FORMAT\" /* FORMAT CSV */ FROM system.one -- FORMAT CSV"}, status: 200, body: "FORMAT CSV\t0\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := test.call.do(t)
			if got.status != test.status {
				t.Errorf("status %d, want %d: %s", got.status, test.status, got.body)
			}
			if test.part == "" && got.body != test.body || !strings.Contains(got.body, test.part) {
				t.Errorf("body %q, want %q%q", got.body, test.body, test.part)
			}
			if test.format != "" && got.header.Get("X-ClickHouse-Format") != test.format {
				t.Errorf("format %q, want %q", got.header.Get("X-ClickHouse-Format"), test.format)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	got := plainCall{method: http.MethodPost, args: url.Values{"query_id": {"my id\r\nX: y"}}, body: "SELECT number FROM numbers(10) FORMAT JSON"}.do(t)
	for name, want := range map[string]string{
		"X-ClickHouse-Query-Id": "my id??X: y", "X-ClickHouse-Format": "JSON", "Content-Type": "application/json; charset=UTF-8",
		"X-ClickHouse-Server-Display-Name": "throughline",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
		}
	}
	if got.header.Get("X-ClickHouse-Timezone") == "" || len(got.header.Get("X-ClickHouse-Exception-Tag")) != 16 {
		t.Errorf("no time zone or tag: %v", got.header)
	}
	var summary map[string]string
	if err := json.Unmarshal([]byte(got.header.Get("X-ClickHouse-Summary")), &summary); err != nil || summary["read_rows"] != "10" || summary["result_rows"] != "10" {
		t.Errorf("summary %v, %v", summary, err)
	}
	var document struct{ Rows int }
	if err := json.Unmarshal([]byte(got.body), &document); err != nil || document.Rows != 10 {
		t.Errorf("FORMAT JSON is not one document of 10 rows: %v %s", err, got.body)
	}
	if failed := post(t, "SELECT nope"); failed.header.Get("X-ClickHouse-Exception-Code") != "47" {
		t.Errorf("the exception's code is %q, want 47", failed.header.Get("X-ClickHouse-Exception-Code"))
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	none := map[string]string{"X-ClickHouse-Key": ""}
	with := func(name, value string) map[string]string {
		return map[string]string{"X-ClickHouse-Key": "", name: value}
	}
	basic := func(user, password string) string {
		r := &http.Request{Header: http.Header{}}
		r.SetBasicAuth(user, password)
		return r.Header.Get("Authorization")
	}
	for name, test := range map[string]struct {
		header map[string]string
		args   url.Values
		status int
	}{
		"none":                      {none, nil, 401},
		"a wrong one":               {with("X-ClickHouse-Key", "wrong"), nil, 403},
		"a part of it":              {with("X-ClickHouse-Key", testToken[:5]), nil, 403},
		"the right one, wrong user": {map[string]string{"X-ClickHouse-User": "root"}, nil, 403},
		"headers":                   {map[string]string{"X-ClickHouse-User": "default", "X-ClickHouse-Key": testToken}, nil, 200},
		"basic":                     {with("Authorization", basic("default", testToken)), nil, 200},
		"basic, wrong":              {with("Authorization", basic("default", "")), nil, 403},
		"bearer":                    {with("Authorization", "Bearer "+testToken), nil, 200},
		"bearer, wrong":             {with("Authorization", "Bearer x"), nil, 403},
		"the URL":                   {none, url.Values{"user": {"default"}, "password": {testToken}}, 200},
		"the URL, wrong":            {none, url.Values{"user": {"default"}}, 403},
		"no password in the URL beside a wrong header": {with("X-ClickHouse-Key", "wrong"), url.Values{"password": {testToken}}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := url.Values{"query": {"SELECT 1"}}
			for k, v := range test.args {
				args[k] = v
			}
			got := plainCall{method: http.MethodPost, args: args, header: test.header}.do(t)
			if got.status != test.status {
				t.Errorf("status %d, want %d: %s", got.status, test.status, got.body)
			}
		})
	}
}
