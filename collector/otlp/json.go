package otlp

import (
	"fmt"
	"strings"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"throughline/lineage"
)

// TracesJSON turns a traces export request in OTLP/JSON into protobuf. The text
// is checked before a parser sees it, and the outcome is scanned like any
// other, so it fails as ScanTraces does. It is safe for concurrent use.
func TracesJSON(body []byte, lim Limits) (protobuf []byte, err error) {
	protobuf, _, err = fromJSON(lineage.Traces, body, lim)
	return protobuf, err
}

// LogsJSON is TracesJSON for a logs export request.
func LogsJSON(body []byte, lim Limits) (protobuf []byte, err error) {
	protobuf, _, err = fromJSON(lineage.Logs, body, lim)
	return protobuf, err
}

func fromJSON(signal lineage.Signal, body []byte, lim Limits) ([]byte, Counts, error) {
	op := "read OTLP/JSON " + signal.String()
	if f := checkJSON(body, lim); f != nil {
		return nil, Counts{}, f.err(op)
	}
	protobuf, err := transcode(signal, body)
	if err != nil {
		return nil, Counts{}, lineage.Errorf(lineage.Invalid, op, "the request is not OTLP/JSON: %s", brief(err))
	}
	counts, err := scan(signal, protobuf, lim)
	if err != nil {
		return nil, Counts{}, err
	}
	return protobuf, counts, nil
}

// transcode has pdata, which reads OTLP's own dialect of JSON, turn a checked
// text into protobuf. It takes a panic of pdata for a bad input.
func transcode(signal lineage.Signal, body []byte) (protobuf []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			protobuf, err = nil, fmt.Errorf("it makes the parser fail: %v", r)
		}
	}()
	if signal == lineage.Logs {
		request := plogotlp.NewExportRequest()
		if err := request.UnmarshalJSON(body); err != nil {
			return nil, err
		}
		return request.MarshalProto()
	}
	request := ptraceotlp.NewExportRequest()
	if err := request.UnmarshalJSON(body); err != nil {
		return nil, err
	}
	return request.MarshalProto()
}

// brief is a parser's error without the piece of the input that it quotes.
func brief(err error) string {
	text, _, _ := strings.Cut(err.Error(), ", error found in")
	const most = 200
	if len(text) > most {
		text = text[:most]
	}
	return strings.ToValidUTF8(text, "")
}
