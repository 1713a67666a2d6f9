// Package otlp reads OTLP export requests for traces and logs: bytes in,
// values out, no I/O.
//
// A request is scanned before anything of it is decoded. ScanTraces and
// ScanLogs walk the protobuf wire format once, without allocating, and refuse
// what is malformed, too deep or too much, so that four kilobytes of gzip
// cannot become half a gigabyte of objects. What they accept a Decoder decodes,
// straight into lineage.Span and lineage.Log: strings are views of the request,
// and everything of open shape is written as JSON text with the values that the
// OpenTelemetry ClickHouse exporter (v0.161) would store.
//
// OTLP/JSON is checked in the same way (TracesJSON, LogsJSON) before pdata is
// let near it, and comes out as protobuf.
package otlp
