// Package sweeper runs the clocks of package slo: it is told of executions, knows
// when each deadline passes, and records what happens in a ledger on disk.
//
//	stitcher ──told──▶ sweeper ──one commit──▶ ledger ──▶ alerts, ClickHouse
//	                      ▲
//	     deadlines, watermarks
//
// Clocks and transitions are recorded in one commit, and judging is a function of
// facts, record and moment. So a process that is killed anywhere tells each
// transition once: what was not committed is found again, what was is not.
//
// What is told is in the ledger as well, once it is judged. So a start need be told
// of nothing but what changed, and judges no clock for which nothing is new: the
// deadlines that passed meanwhile are found as any other.
//
// Nothing is judged before all is known that was acknowledged before the start:
// until then, evidence that is merely on its way would look as if it were gone.
package sweeper
