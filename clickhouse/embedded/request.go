package embedded

import (
	"net/http"
	"net/url"
	"sort"
	"strings"
)

// setting is one of ClickHouse's settings as a request asks for it.
type setting struct{ name, value string }

// request is what the URL and the headers of a call say. The statement and its
// data are still in the body.
type request struct {
	id          string // the query id, echoed
	query       string // the ?query= part of the statement
	database    string
	format      string // of the result, unless the statement names one
	settings    []setting
	params      params
	readonly    string // the value of the setting; empty or "0" means writable
	compress    bool   // the result travels in ClickHouse's own frames
	decompress  bool   // the body does
	method      string // of those frames: lz4 or zstd
	protocol    string // clickhouse-go's version of Native, for its hello alone
	whole       bool   // wait_end_of_query: status and body after the last row
	encoding    string // what the client takes: Accept-Encoding
	bodyEncoded string // how the body is encoded: Content-Encoding
}

// notSettings are arguments that this front reads itself, or that make sense
// only on a server with users, sessions and quotas: there they are harmless.
var notSettings = map[string]bool{
	"query": true, "database": true, "default_format": true, "query_id": true, "compress": true, "decompress": true,
	"user": true, "password": true, "quota_key": true, "client_protocol_version": true, "wait_end_of_query": true,
	"buffer_size": true, "stacktrace": true, "role": true, "log_comment": true, "enable_http_compression": true,
	"send_progress_in_http_headers": true, "http_headers_progress_interval_ms": true, "cancel_http_readonly_queries_on_client_close": true,
}

// readRequest reads a call's URL and headers. It refuses what is not spoken here
// rather than ignore it.
func readRequest(r *http.Request) (request, *exception) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return request{}, refusal(codeBadArguments, "BAD_ARGUMENTS", "the URL's arguments cannot be read: %v", err)
	}
	q := request{
		id:          or(values.Get("query_id"), r.Header.Get("X-ClickHouse-Query-Id")),
		query:       values.Get("query"),
		database:    or(values.Get("database"), r.Header.Get("X-ClickHouse-Database")),
		format:      or(or(values.Get("default_format"), r.Header.Get("X-ClickHouse-Format")), "TabSeparated"),
		compress:    isOn(values.Get("compress")),
		decompress:  isOn(values.Get("decompress")),
		method:      strings.ToLower(values.Get("network_compression_method")),
		protocol:    values.Get("client_protocol_version"),
		whole:       isOn(values.Get("wait_end_of_query")),
		encoding:    r.Header.Get("Accept-Encoding"),
		bodyEncoded: r.Header.Get("Content-Encoding"),
	}
	if !isFormat(q.format) {
		return q, refusal(codeBadArguments, "BAD_ARGUMENTS", "default_format %q is not the name of a format", q.format)
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return q, refusal(codeNotImplemented, "NOT_IMPLEMENTED", "multipart bodies (external tables) are not spoken by the embedded engine")
	}
	for _, name := range sortedKeys(values) {
		if exc := q.take(name, values[name]); exc != nil {
			return q, exc
		}
	}
	return q, nil
}

// take files one argument of the URL.
func (q *request) take(name string, values []string) *exception {
	value := values[len(values)-1]
	switch {
	case strings.HasPrefix(name, "param_"):
		q.params = append(q.params, param{name: strings.TrimPrefix(name, "param_"), value: value})
	case name == "readonly":
		for _, each := range values {
			if each != "" && each != "0" {
				q.readonly = each
			}
		}
	case name == "session_id":
		return refusal(codeNotImplemented, "NOT_IMPLEMENTED", "session_id: the embedded engine has no sessions, every request stands alone")
	case notSettings[name]:
	case !isName(name):
		return refusal(codeBadArguments, "BAD_ARGUMENTS", "%q is not the name of a setting", name)
	default:
		q.settings = append(q.settings, setting{name: name, value: value})
	}
	return nil
}

// has tells whether the request sets a setting itself.
func (q *request) has(name string) bool {
	for _, s := range q.settings {
		if s.name == name {
			return true
		}
	}
	return false
}

func sortedKeys(values url.Values) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func isOn(value string) bool { return value == "1" || strings.EqualFold(value, "true") }

// isName tells whether a text can stand bare as the name of a setting.
func isName(text string) bool {
	if text == "" || isDigit(text[0]) || len(text) > 256 {
		return false
	}
	for i := range len(text) {
		if !isWord(text[i]) {
			return false
		}
	}
	return true
}

func isFormat(text string) bool { return isName(text) }
