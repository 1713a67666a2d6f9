package otlp

import (
	"throughline/collector/journal"
	"throughline/lineage"
)

// Scanner checks export requests of either signal and encoding before they are
// kept. It is safe for concurrent use.
type Scanner struct{ limits Limits }

// NewScanner returns a scanner with the given limits.
func NewScanner(limits Limits) *Scanner { return &Scanner{limits: limits} }

// Scan checks a request and returns how many spans or log records it holds.
// Errors are of kind Invalid or TooLarge and name the field; any encoding but
// OTLP's two is Unsupported.
func (s *Scanner) Scan(signal lineage.Signal, encoding journal.Encoding, payload []byte) (int, error) {
	var counts Counts
	var err error
	switch encoding {
	case journal.Protobuf:
		counts, err = scan(signal, payload, s.limits)
	case journal.JSON:
		_, counts, err = fromJSON(signal, payload, s.limits)
	default:
		err = lineage.Errorf(lineage.Unsupported, "scan OTLP "+signal.String(), "encoding %d is none of OTLP's", encoding)
	}
	return counts.Items, err
}

// FromJSON turns a request in OTLP/JSON into protobuf; see TracesJSON.
func (s *Scanner) FromJSON(signal lineage.Signal, body []byte) (protobuf []byte, err error) {
	protobuf, _, err = fromJSON(signal, body, s.limits)
	return protobuf, err
}
