package formula

import (
	"math"
	"slices"
	"strconv"
	"time"

	"tongban/schema/value"
)

// Kind is what a value is, for formulas.
type Kind uint8

// The kinds. KindAny is blank as a value, and "not known" as a type.
const (
	KindAny Kind = iota
	KindText
	KindNumber
	KindDecimal
	KindBool
	KindDate     // a day without time and zone: ms of its midnight in UTC
	KindDateTime // a moment: ms since 1970, UTC

	kindError Kind = 64 + iota
	kindList
	kindMixed // as a type only: one of several kinds, text in the end
)

// names of kinds are those of schema.Options.Result and of functions.json.
var kindNames = map[Kind]string{
	KindAny: "any", KindText: "text", KindNumber: "number", KindDecimal: "decimal",
	KindBool: "bool", KindDate: "date", KindDateTime: "dateTime",
	kindError: "error", kindList: "list", kindMixed: "any",
}

// String returns the kind's name as functions.json and field options spell it.
func (k Kind) String() string { return kindNames[k] }

// KindNamed is the way back from Kind.String.
func KindNamed(name string) (Kind, bool) {
	for k := KindAny; k <= KindDateTime; k++ {
		if kindNames[k] == name {
			return k, true
		}
	}
	return KindAny, false
}

// Type is the type of an expression. Scale is the decimal places of a decimal.
type Type struct {
	Kind  Kind
	Scale int
	List  bool
}

// String writes a type as "decimal(2)" or "list of text".
func (t Type) String() string {
	s := t.Kind.String()
	if t.Kind == KindDecimal {
		s += "(" + strconv.Itoa(t.Scale) + ")"
	}
	if t.List {
		return "list of " + s
	}
	return s
}

// ErrCode is an error as a value: what it is shown as.
type ErrCode string

// The error values.
const (
	ErrDiv   ErrCode = "#DIV/0!"
	ErrValue ErrCode = "#VALUE!" // a value of a kind that cannot be used there
	ErrNum   ErrCode = "#NUM!"   // out of range
	ErrRef   ErrCode = "#REF!"   // a field, calendar or rate that is not there
	ErrLimit ErrCode = "#LIMIT!" // too long, too many, too much work
	ErrError ErrCode = "#ERROR!" // ERROR()
)

// Value is a value of a formula. The zero Value is blank. Values are small,
// never change, and must not be compared with ==.
type Value struct {
	kind  Kind
	scale uint8
	n     int64  // decimal, bool, date, dateTime; a number's bits
	s     string // text, error code; the zone and locale of a dateTime
	list  *[]Value
}

// Blank returns the blank value.
func Blank() Value { return Value{} }

// Text returns a text value.
func Text(s string) Value { return Value{kind: KindText, s: s} }

// Number returns a number; what is no finite number is ErrNum.
func Number(f float64) Value {
	if f-f != 0 {
		return Value{kind: kindError, s: string(ErrNum)}
	}
	if f == 0 {
		f = 0 // not minus zero
	}
	return Value{kind: KindNumber, n: int64(math.Float64bits(f))}
}

// Decimal returns n / 10^scale, exactly. Scales reach from 0 to value.MaxScale.
func Decimal(n int64, scale int) Value {
	if scale < 0 || scale > value.MaxScale {
		return Failed(ErrNum)
	}
	return Value{kind: KindDecimal, n: n, scale: uint8(scale)}
}

// Bool returns a truth value.
func Bool(b bool) Value {
	if b {
		return Value{kind: KindBool, n: 1}
	}
	return Value{kind: KindBool}
}

// Date returns a day, given as the ms of its midnight in UTC.
func Date(ms int64) Value { return inYears(Value{kind: KindDate, n: ms}) }

// DateTime returns a moment, given in ms since 1970, UTC.
func DateTime(ms int64) Value { return inYears(Value{kind: KindDateTime, n: ms}) }

// The times that are values: the years 1 to 9999.
const (
	minTime = -62135596800000
	maxTime = 253402300799999
)

func inYears(v Value) Value {
	if v.n < minTime || v.n > maxTime {
		return Failed(ErrNum)
	}
	return v
}

// Failed returns an error value.
func Failed(code ErrCode) Value { return Value{kind: kindError, s: string(code)} }

// List returns a list. Lists inside of it are flattened; more than MaxList
// elements are ErrLimit.
func List(vs ...Value) Value {
	flat := vs
	if slices.ContainsFunc(vs, Value.IsList) {
		flat = nil
		for _, v := range vs {
			flat = append(flat, v.Elements()...)
		}
	}
	if len(flat) > MaxList {
		return Failed(ErrLimit)
	}
	return Value{kind: kindList, list: &flat}
}

// Kind returns the kind of a single value; KindAny for blanks, errors and lists.
func (v Value) Kind() Kind {
	if v.kind <= KindDateTime {
		return v.kind
	}
	return KindAny
}

// IsBlank reports whether v is blank. An empty text is not, nor is an empty list.
func (v Value) IsBlank() bool { return v.kind == KindAny }

// IsList reports whether v is a list.
func (v Value) IsList() bool { return v.kind == kindList }

// IsError reports whether v is an error value.
func (v Value) IsError() bool { return v.kind == kindError }

// Err returns the code of an error value, else "".
func (v Value) Err() ErrCode {
	if v.kind == kindError {
		return ErrCode(v.s)
	}
	return ""
}

// Str returns the text of a text value, else "". String writes any value.
func (v Value) Str() string {
	if v.kind == KindText {
		return v.s
	}
	return ""
}

// Float returns a number, decimal or truth value as a float, else 0.
func (v Value) Float() float64 {
	switch v.kind {
	case KindNumber:
		return math.Float64frombits(uint64(v.n))
	case KindDecimal:
		return decimalFloat(v.n, int(v.scale))
	case KindBool:
		return float64(v.n)
	}
	return 0
}

// Scaled returns a decimal's integer and its decimal places.
func (v Value) Scaled() (n int64, scale int) {
	if v.kind == KindDecimal {
		return v.n, int(v.scale)
	}
	return 0, 0
}

// IsTrue reports whether v is the truth value true.
func (v Value) IsTrue() bool { return v.kind == KindBool && v.n != 0 }

// Ms returns the ms of a date or dateTime, else 0.
func (v Value) Ms() int64 {
	if v.kind == KindDate || v.kind == KindDateTime {
		return v.n
	}
	return 0
}

// Elements returns a list's elements, none for blank, else v alone. The caller
// must not change them.
func (v Value) Elements() []Value {
	switch v.kind {
	case kindList:
		return *v.list
	case KindAny:
		return nil
	}
	return []Value{v}
}

// String writes v as & does, moments in UTC.
func (v Value) String() string { return v.In(time.UTC) }

// In writes v as & does, moments in a zone; nil is UTC.
func (v Value) In(zone *time.Location) string { return textOf(v, zone) }
