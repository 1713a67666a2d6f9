package lineage

import (
	"cmp"
	"strings"
)

// Object names one business object of one tenant: its type, the system that
// issued its id, the scope within which that id is unique (empty for most
// types) and the id itself, normalised. It is comparable, and usable as a key.
type Object struct {
	Type   string
	System string
	Scope  string
	ID     string
}

// IsZero tells whether o names nothing.
func (o Object) IsZero() bool { return o == Object{} }

// String renders o as the conventions write it: type/id, type/system:id, and
// type/system:scope|id where the id is unique only within a scope.
func (o Object) String() string {
	var b strings.Builder
	b.WriteString(o.Type)
	b.WriteByte('/')
	if o.System != "" {
		b.WriteString(o.System)
		b.WriteByte(':')
	}
	if o.Scope != "" {
		b.WriteString(o.Scope)
		b.WriteByte('|')
	}
	b.WriteString(o.ID)
	return b.String()
}

// Compare orders objects by type, system, scope and id. The smallest of a set
// of equal objects is its canonical one.
func (o Object) Compare(p Object) int {
	return cmp.Or(
		strings.Compare(o.Type, p.Type),
		strings.Compare(o.System, p.System),
		strings.Compare(o.Scope, p.Scope),
		strings.Compare(o.ID, p.ID),
	)
}

// Role says how an event names an object.
type Role string

// The roles of DESIGN §2. Any other qualifier that a contract or a relation
// uses is kept as it is.
const (
	Subject  Role = "subject"
	Alias    Role = "alias"
	Mentions Role = "mentions"
)

// Ref is one object that an event names, in a role.
type Ref struct {
	Object Object
	Role   Role
	Amount Money // how much of the subject's amount goes to Object; zero: not told
}

// Relation is an edge that an event states between two objects, neither of
// which need be its own.
type Relation struct {
	From, To  Object
	Qualifier string
	Amount    Money // how much of one's amount goes to the other; zero: not told
}

// Equality is an event's statement that two ids name one object. Edges of a
// smaller Priority are taken first.
type Equality struct {
	A, B     Object
	Priority int
}
