package logs

import "throughline/lineage"

// Subject is what is proved. Everything that it tells is right after Recompute,
// which returns the executions that may have changed, come or gone.
type Subject interface {
	Add(e *lineage.Event)
	Recompute() []lineage.ExecutionRef
	Executions(flow string) (anchored, loose []lineage.ExecutionRef)
	Execution(ref lineage.ExecutionRef) *lineage.Execution
	Claims(flow string) []lineage.Claim
	Quarantined() []lineage.Object
	PossibleSame() [][2]lineage.Object
}

var _ Subject = (*lineage.Graph)(nil)
