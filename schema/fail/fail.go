// Package fail gives every error the one thing that a caller acts on: its
// Kind. server/api maps kinds to HTTP statuses in one table; nobody else does.
package fail

import (
	"errors"
	"fmt"
)

// Kind says what a caller can do about an error.
type Kind string

// The kinds. A message of any kind but Internal may be shown to the user.
const (
	Internal     Kind = "internal"     // our fault: logged, never shown
	Malformed    Kind = "malformed"    // the request cannot be read at all
	Invalid      Kind = "invalid"      // fix the input
	Unauthorized Kind = "unauthorized" // sign in
	Forbidden    Kind = "forbidden"
	NotFound     Kind = "not_found" // also for what the caller may not know of
	Conflict     Kind = "conflict"  // read again and retry
	Precondition Kind = "precondition"
	TooLarge     Kind = "too_large"
	TooMany      Kind = "too_many" // slow down: RetryAfter says how long
	Busy         Kind = "busy"     // come back later
	Full         Kind = "full"     // nothing can be stored until somebody makes room
)

// Error is an error that a user may see.
type Error struct {
	Kind   Kind
	Code   string         // stable and translated, such as "field.required"
	Field  string         // key of the offending input, or ""
	Params map[string]any // values for the translated text; never secrets
	Many   []*Error       // where several inputs are at fault
	// RetryAfter is in seconds; 0 says nothing.
	RetryAfter int
	// Current is what a conflict's answer carries: the record as the caller may see it.
	Current any
	Err     error // cause, for the log only
}

func (e *Error) Error() string {
	msg := fmt.Sprintf("%s: %s", e.Kind, e.Code)
	if e.Field != "" {
		msg += " (" + e.Field + ")"
	}
	if e.Err != nil {
		msg += ": " + e.Err.Error()
	}
	return msg
}

func (e *Error) Unwrap() error { return e.Err }

// New returns an error of the given kind and code.
func New(k Kind, code string) *Error { return &Error{Kind: k, Code: code} }

// On returns a copy of e that names the offending field by its key.
func (e *Error) On(field string) *Error { c := *e; c.Field = field; return &c }

// With returns a copy of e that carries a value for the translated text.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.Params = map[string]any{name: value}
	for k, v := range e.Params {
		if k != name {
			c.Params[k] = v
		}
	}
	return &c
}

// Because returns a copy of e with its cause, which only the log shows.
func (e *Error) Because(err error) *Error { c := *e; c.Err = err; return &c }

// Of returns the *Error in err's chain, or nil.
func Of(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return nil
}

// KindOf returns err's kind: Internal for an error that carries none.
func KindOf(err error) Kind {
	if e := Of(err); e != nil {
		return e.Kind
	}
	return Internal
}
