package stitcher

import "throughline/lineage"

// maxShown is how many executions wait for the store as they were shown, some 5 KiB
// each. Those beyond are written out once more when they are stored.
const maxShown = 8192

// unsaved are the executions that changed since they were stored last.
type unsaved map[lineage.ExecutionRef]view

// view is an execution as it was shown last.
type view struct {
	x     *lineage.Execution // nil: it is gone
	shown bool               // false: how it is has to be found out
}

// add has an execution stored as it will be found then.
func (u unsaved) add(ref lineage.ExecutionRef) { u[ref] = view{} }

// show has an execution stored as it is shown.
func (u unsaved) show(ref lineage.ExecutionRef, x *lineage.Execution) {
	if _, again := u[ref]; again || len(u) < maxShown {
		u[ref] = view{x, true}
	} else {
		u.add(ref)
	}
}

// again takes back what could not be stored, but for what has changed since.
func (u unsaved) again(refs []lineage.ExecutionRef) {
	for _, ref := range refs {
		if _, newer := u[ref]; !newer {
			u.add(ref)
		}
	}
}
