package lineage

import "time"

// AuditCause says what had an object held back, or not any more.
type AuditCause string

// The causes of an audit entry.
const (
	AuditGuard     AuditCause = "guard"     // it came to exceed Guard
	AuditDecision  AuditCause = "decision"  // a person decided so
	AuditEvidence  AuditCause = "evidence"  // it is related to fewer objects than it was
	AuditMerge     AuditCause = "merge"     // it is another object's other id now, or no longer is
	AuditCatalogue AuditCause = "catalogue" // the guards are other ones now
)

// AuditEntry says that an object came to be held back, or is not held back any more.
// (Tenant, Object, Turn) is its identity.
type AuditEntry struct {
	Tenant   string
	Object   Object
	Turn     int  // the object's first change, its second, and so on, from 1
	Held     bool // from now on
	Cause    AuditCause
	Guard    Guard  // that it exceeds; zero of another cause
	Related  int    // to how many objects of Guard.To it was related
	Decision string // id of the decision, if there is one
	By       string // who decided
	At       time.Time
}
