package otlp

import (
	"fmt"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"throughline/lineage"
)

// FromJSON turns an OTLP/JSON request into its protobuf form. Nesting and the
// number of values are bounded before a parser sees the text.
func (s *Scanner) FromJSON(signal lineage.Signal, body []byte) (protobuf []byte, err error) {
	op := "read OTLP/JSON " + signal.String()
	if err := s.jsonShape(body); err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil {
			protobuf, err = nil, lineage.Errorf(lineage.Invalid, op, "the request cannot be read: %v", r)
		}
	}()
	fail := func(err error) ([]byte, error) {
		return nil, lineage.Errorf(lineage.Invalid, op, "the request is not OTLP/JSON: %s", clip(err.Error()))
	}
	if signal == lineage.Logs {
		request := plogotlp.NewExportRequest()
		if err := request.UnmarshalJSON(body); err != nil {
			return fail(err)
		}
		return request.MarshalProto()
	}
	request := ptraceotlp.NewExportRequest()
	if err := request.UnmarshalJSON(body); err != nil {
		return fail(err)
	}
	return request.MarshalProto()
}

// maxReason keeps a parser's error, which may quote the input, short.
const maxReason = 300

func clip(s string) string {
	if len(s) <= maxReason {
		return s
	}
	cut := maxReason
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// depthOfRequest is how deep an OTLP request nests around an attribute's value.
const depthOfRequest = 12

// jsonShape bounds what a parser would allocate. A value costs two levels of
// JSON (itself and its list), so the depth of values is doubled.
func (s *Scanner) jsonShape(body []byte) error {
	const op = "scan OTLP/JSON"
	if !utf8.Valid(body) {
		return lineage.Errorf(lineage.Invalid, op, "the request is not valid UTF-8; send JSON in UTF-8")
	}
	deepest, most := depthOfRequest+4*s.limits.Depth, 2*s.limits.Nodes
	depth, values := 0, 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			for i++; i < len(body) && body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			if depth++; depth > deepest {
				return lineage.Errorf(lineage.Invalid, op, "the request is nested more than %d deep at byte %d", deepest, i)
			}
			values++
		case '}', ']':
			depth--
		case ',':
			values++
		}
		if values > most {
			return lineage.Errorf(lineage.TooLarge, op, "%s", fmt.Sprintf("the request has more than %d values: send smaller batches", most))
		}
	}
	return nil
}
