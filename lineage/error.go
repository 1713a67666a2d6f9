package lineage

import (
	"errors"
	"fmt"
)

// Kind says what sort of failure an Error is, and so how an edge answers it.
// The zero Kind is Unknown, and an unknown failure is retryable: a sender that
// is told "try again" loses nothing.
type Kind uint8

// The kinds of failure, in the order of HTTP's status codes.
const (
	Unknown         Kind = iota // a stranger's error: retryable
	Invalid                     // the input is wrong and stays wrong: 400, INVALID_ARGUMENT
	Unauthenticated             // no token, or a wrong one: 401
	Forbidden                   // not for this caller: 403
	NotFound                    // no such thing: 404
	Conflict                    // it stands against what is there: 409
	TooLarge                    // over a limit of size or count: 413
	Unsupported                 // a media type or encoding that is not spoken here: 415
	Exhausted                   // no room just now, try later: 429, RESOURCE_EXHAUSTED
	Unavailable                 // not now, try later: 503, UNAVAILABLE
	Internal                    // our own fault, retrying will not help: 500
)

// Error is the one error type of the house: what sort (Kind), while doing what
// (Op), and why (Err). Edges map Kind to their protocol in one file each.
type Error struct {
	Kind Kind
	Op   string
	Err  error
}

func (e *Error) Error() string {
	if e.Op == "" {
		return e.Err.Error()
	}
	return e.Op + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Retryable tells whether the same input may succeed later.
func (k Kind) Retryable() bool { return k == Unknown || k == Exhausted || k == Unavailable }

// E makes an Error from a kind, an operation and a cause.
func E(kind Kind, op string, cause error) *Error { return &Error{Kind: kind, Op: op, Err: cause} }

// Errorf makes an Error whose cause is a formatted sentence; %w wraps.
func Errorf(kind Kind, op, format string, args ...any) *Error {
	return &Error{Kind: kind, Op: op, Err: fmt.Errorf(format, args...)}
}

// KindOf returns the kind of the outermost Error in err's chain, and Unknown
// for a stranger's.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Unknown
}
