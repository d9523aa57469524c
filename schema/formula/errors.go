package formula

import (
	"fmt"

	"tongban/schema/fail"
)

// Error says what is wrong with a formula and where: from Pos to before End, in
// code points of the source. It is a *fail.Error to errors.As, on "formula".
type Error struct {
	Code     string // formula.*
	Pos, End int
	Params   map[string]any
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s at %d-%d %v", e.Code, e.Pos, e.End, e.Params)
}

// Unwrap gives the error that callers of the API see.
func (e *Error) Unwrap() error { return e.Fail() }

// Fail returns the error that callers of the API see; it carries pos and end.
func (e *Error) Fail() *fail.Error {
	f := fail.New(fail.Invalid, e.Code).On("formula").With("pos", e.Pos).With("end", e.End)
	for k, v := range e.Params {
		f = f.With(k, v)
	}
	return f
}
