package formula

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

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

// errorAt makes an error about a part of src, given by byte offsets.
func errorAt(src, code string, pos, end int) *Error {
	pos, end = min(pos, len(src)), min(end, len(src))
	from := utf8.RuneCountInString(src[:pos])
	return &Error{Code: code, Pos: from, End: from + utf8.RuneCountInString(src[pos:end])}
}

// with adds a value for the text. One that begins with "@" names a text itself.
func (e *Error) with(name string, value any) *Error {
	if e.Params == nil {
		e.Params = map[string]any{}
	}
	e.Params[name] = value
	return e
}

// nearest returns the candidate that looks most like name, "-" if there is none.
func nearest(name string, candidates []string) string {
	best, least := "-", math.MaxInt
	folded := []rune(strings.ToLower(name))
	if len(folded) > 100 {
		return best
	}
	for _, c := range candidates {
		if d := distance(folded, []rune(strings.ToLower(c))); d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is the number of edits between two names.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// fieldNames lists the names of a Names that can.
func fieldNames(in Names) []string {
	if l, ok := in.(interface{ FieldNames() []string }); ok {
		return l.FieldNames()
	}
	return nil
}
