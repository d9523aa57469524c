// Package formula is the one expression language: computed fields, rules,
// conditions, defaults. Pure: no I/O, no clock, no goroutine. README.md in this
// folder states the meaning of everything, for this package and for its port to
// the browser; testdata/*.jsonl is the corpus on which both must agree.
//
// Compile reads source as people write it (Airtable's syntax, with
// {Field name}); Program.Stored gives it with field ids, so that renaming a
// field breaks nothing; Print gives it back with the names of now.
package formula

import (
	"slices"
	"time"

	"tongban/schema"
)

// The bounds of the language.
const (
	MaxSource = 16 << 10 // bytes of source
	MaxDepth  = 200      // nesting
	MaxNodes  = 2000
	MaxText   = 64 << 10  // bytes of a text value
	MaxList   = 10_000    // elements of a list
	MaxSteps  = 1_000_000 // work of one evaluation
)

// Names resolves the fields of one entity. A Names that also has
// FieldNames() []string lets errors suggest the nearest name; one that has
// Edited(schema.FieldID) bool says which fields people give values to, so that
// it is known when they did: the others do for LAST_MODIFIED_TIME too without it.
type Names interface {
	// FieldNamed finds a field by API id (fld_3), key or name.
	FieldNamed(s string) (schema.FieldID, Type, bool)
	// Name returns the current name of a field.
	Name(f schema.FieldID) (string, bool)
}

// Row gives a record's values.
type Row interface {
	Value(f schema.FieldID) Value
	ID() schema.RecordID
	CreatedAt() int64 // ms
	UpdatedAt() int64 // ms
	// ChangedAt is when somebody last gave a field its value, in ms; 0 for never.
	ChangedAt(f schema.FieldID) int64
}

// Env is what a value depends on besides the record. The zero Env is usable.
type Env struct {
	Now       time.Time
	Zone      *time.Location // nil: UTC
	Locale    string         // zh-CN (also "") or en
	WeekStart time.Weekday
	Me        Value // the reader, as ME() shows it
	// Calendar finds a business calendar; nil func or result: there is none.
	Calendar func(name string) *Calendar
	// Rate says what one unit of from is worth in to, as a plain decimal, on the
	// day that at shows in its own location.
	Rate func(from, to string, at time.Time) (num string, ok bool)
	// Region names a place of GB/T 2260 by its six digits.
	Region func(code string) (name string, ok bool)
}

// Program is a compiled formula, safe for concurrent use.
type Program struct {
	src      string
	stored   string
	typ      Type
	fields   []schema.FieldID
	volatile bool
	root     *node
	conform  func(*ctx, Value) Value
	quick    func(*ctx) (Value, bool)
}

// Type is the type of what Eval returns (which may also be blank or an error).
func (p *Program) Type() Type { return p.typ }

// Fields lists the fields that the formula reads, each once, in order of appearance.
func (p *Program) Fields() []schema.FieldID { return p.fields }

// Volatile reports whether the value also depends on the time or the reader.
func (p *Program) Volatile() bool { return p.volatile }

// Calls reports whether the formula calls a function of which is holds.
func (p *Program) Calls(is func(*Function) bool) bool { return p.root.calls(is) }

func (n *node) calls(is func(*Function) bool) bool {
	return n.fn != nil && is(n.fn) || slices.ContainsFunc(n.args, func(a *node) bool { return a.calls(is) })
}

// Watches lists the fields of which the formula asks when they were changed.
func (p *Program) Watches() []schema.FieldID { return p.root.watches(nil) }

func (n *node) watches(out []schema.FieldID) []schema.FieldID {
	for _, a := range n.args {
		if n.name == lastModified && n.op == opCall {
			out = append(out, ungrouped(a).field)
			continue
		}
		out = a.watches(out)
	}
	return out
}

// ReadsUpdatedAt reports whether the formula asks when the record was changed.
func (p *Program) ReadsUpdatedAt() bool { return p.root.readsUpdatedAt() }

func (n *node) readsUpdatedAt() bool {
	return n.op == opCall && n.name == lastModified && len(n.args) == 0 || slices.ContainsFunc(n.args, (*node).readsUpdatedAt)
}

// Stored is the source with fields by id: {fld_3}. Compile reads it too.
func (p *Program) Stored() string { return p.stored }

// Source is what Compile was given.
func (p *Program) Source() string { return p.src }
