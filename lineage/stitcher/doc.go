// Package stitcher runs the rules of package lineage over a tenant's evidence
// as it comes in, and keeps the result at hand: live pages read it, ClickHouse
// follows about a second behind.
//
// The graph is rebuilt from the stored events at start. Of closed executions it lets go,
// and gets back from the store what somebody asks for (ADR 021). What is fed afterwards
// may repeat what was stored: an event's identity makes that harmless. An
// execution is written as a whole row with a rising version, at least once.
package stitcher
