// Package embedded is ClickHouse without a server: it loads libchdb (ClickHouse's
// own engine, as npm delivers it) into a process of its own and speaks as much of
// ClickHouse's HTTP interface as clickhouse-go, curl and Grafana need.
//
// The engine opens one directory per process. Server is the HTTP front, Run the
// whole child process, Supervisor what keeps that child alive.
package embedded
