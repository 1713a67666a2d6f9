// Package clickhouse keeps what Throughline knows in ClickHouse: a server's, or
// the engine that package embedded runs beside the program. clickhouse-go/v2 is
// its only client.
//
// Evidence (spans, logs, business events, identifiers, quarantine) is appended
// in blocks, each exactly once. What is derived from it is replaced: executions,
// clocks and incidents by their latest state, transitions by themselves. Queues
// are measured, and forgotten after a month. The lean tables are in schema/, the
// OpenTelemetry exporter's names over them in view/, the questions in query/. What
// goes into a table is in its …rows.go, what comes out in the file of its noun.
package clickhouse
