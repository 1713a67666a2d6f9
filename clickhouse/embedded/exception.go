package embedded

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// ClickHouse's codes of the errors that this front raises itself or that it
// treats in its own way.
const (
	codeCannotReadAllData = 33
	codeBadArguments      = 36
	codeNotImplemented    = 48
	codeSyntaxError       = 62
	codeReadonly          = 164
	codeRequiredPassword  = 194
	codeTooManyQueries    = 202
	codeMemoryLimit       = 241
	codeQueryTooLarge     = 229
	codeAccessDenied      = 497
	codeAuthentication    = 516
	codeUnknownException  = 1002
)

// exception is a failure as ClickHouse tells it: the code and the text that its
// clients parse, "Code: 60. DB::Exception: … (UNKNOWN_TABLE)".
type exception struct {
	code int
	text string
}

func (e *exception) Error() string { return e.text }

// refusal makes an exception of our own in ClickHouse's form.
func refusal(code int, name, format string, args ...any) *exception {
	return &exception{code: code, text: fmt.Sprintf("Code: %d. DB::Exception: %s (%s)", code, fmt.Sprintf(format, args...), name)}
}

var exceptionCode = regexp.MustCompile(`^Code: (\d+)\. `)

// parseException reads the code out of the engine's text. Text without one gets
// the code of an unknown exception, so that a client still sees a typed error.
func parseException(text string) *exception {
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "Error: "))
	if m := exceptionCode.FindStringSubmatch(text); m != nil {
		if code, err := strconv.Atoi(m[1]); err == nil {
			return &exception{code: code, text: text}
		}
	}
	return refusal(codeUnknownException, "UNKNOWN_EXCEPTION", "%s", text)
}

// status maps a code to HTTP as ClickHouse's own server does.
func (e *exception) status() int {
	switch e.code {
	case codeRequiredPassword:
		return http.StatusUnauthorized
	case 192, 193, codeAccessDenied, codeAuthentication, codeReadonly: // UNKNOWN_USER, WRONG_PASSWORD
		return http.StatusForbidden
	case 6, 26, 27, 38, 41, 42, 43, 53, 69, 70, 72, 117, 130, 131, 321, 456, 457, // what cannot be parsed or converted
		codeCannotReadAllData, codeBadArguments, codeSyntaxError:
		return http.StatusBadRequest
	case 16, 46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 336: // UNKNOWN_… of any sort
		return http.StatusNotFound
	case codeQueryTooLarge:
		return http.StatusRequestEntityTooLarge
	case codeNotImplemented:
		return http.StatusNotImplemented
	case 159: // TIMEOUT_EXCEEDED
		return http.StatusRequestTimeout
	case codeTooManyQueries, 439: // CANNOT_SCHEDULE_TASK
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// frame is the exception as it travels inside a body whose status has already
// been sent: between markers, with a tag that data cannot guess.
func (e *exception) frame(tag string) []byte {
	const limit = 16 << 10 // what clients look at
	text := e.text
	if len(text) > limit {
		text = text[:limit]
	}
	return fmt.Appendf(nil, "\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", tag, text, len(text)+1, tag)
}
