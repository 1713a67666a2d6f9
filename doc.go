// Package throughline follows one business transaction (quote, order, invoice,
// payment) through every system that it crosses. OTLP and CloudEvents come in;
// lineage, deadlines, reconciliation and alerts come out.
//
//	roof      cmd/throughline     flags, config, New in order, Start, Stop in reverse
//	          ──────────────────────────────────────────────────────────────────────
//	edges     collector    clickhouse    web (+ web/view)    reference
//	          takes in     keeps         shows               the bundled CRM→ERP sync
//	          ──────────────────────────────────────────────────────────────────────
//	services  lineage/stitcher    slo/sweeper    alerts      loops that run the rules
//	          ──────────────────────────────────────────────────────────────────────
//	rules     slo                 judges: clocks, breaches, incidents
//	          ──────────────────────────────────────────────────────────────────────
//	ground    lineage             the words, the contracts, the stitching rules
//
// Imports point down only, and the edges never know each other: the asking
// package declares a small interface and cmd/throughline joins the two. The
// ground and the rules are pure: no I/O, no clock, no goroutine, no log.
// floors_test.go beside this file holds the table, so a package that is not in it
// fails the tests.
//
// This package itself has no code. Start reading at package lineage for the
// words, at cmd/throughline for the wiring, and at docs/adr for the reasons.
package throughline
