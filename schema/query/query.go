// Package query is the closed language in which records are asked for. Every
// node is two-valued: a record matches or it does not, and Not is the
// complement of the matching set. Both engines compile it and must agree with
// Match, the reference evaluator of this package; a difference is a bug.
package query

import (
	"time"

	"tongban/schema"
)

// Expr is one of And, Or, Not, True, Cmp, In, SetOp, TextOp, Empty, Rel,
// LinkedFrom, Ids.
type Expr interface{ expr() }

// And matches where all match; an empty And matches everything.
type And []Expr

// Or matches where any matches; an empty Or matches nothing.
type Or []Expr

// Not is the complement of X.
type Not struct{ X Expr }

// True matches everything.
type True struct{}

// CmpOp is a comparison.
type CmpOp uint8

// The comparisons.
const (
	Eq CmpOp = iota
	Ne       // complement of Eq: includes empty
	Lt
	Le
	Gt
	Ge
)

// Cmp compares a field of kind Text, Int, Float, Bool, Time or Option (and the
// system fields) with a value, which is never nil. Eq and Lt…Ge never match an
// empty field. Eq and Ne compare exact values; Lt…Ge of text compare sort keys
// (textkey, as the field's Shape says).
type Cmp struct {
	Field schema.FieldID
	Op    CmpOp
	Val   schema.Value
}

// In matches where the field equals one of the values. Neg is the complement
// and includes empty. An empty list matches nothing, its complement everything.
type In struct {
	Field schema.FieldID
	Vals  []schema.Value
	Neg   bool
}

// SetMode is how a set is compared.
type SetMode uint8

// The modes. HasNone is the complement of HasAny and includes empty sets;
// SetEq compares as sets, whatever the order; HasAll of nothing matches all.
const (
	HasAny SetMode = iota
	HasAll
	HasNone
	SetEq
)

// SetOp compares a field of kind Set.
type SetOp struct {
	Field schema.FieldID
	Mode  SetMode
	Vals  []int64
}

// TextMode is where the sought text must stand.
type TextMode uint8

// The modes.
const (
	Contains TextMode = iota
	Prefix
	Suffix
)

// TextOp matches text, folded by textkey.Fold on both sides. Field 0 stands
// for "any searchable field of the shape that Fields allows". Neg is the
// complement and includes empty. An empty Val matches every non-empty field.
type TextOp struct {
	Field  schema.FieldID
	Fields []schema.FieldID // with Field 0: the fields that may be searched
	Mode   TextMode
	Val    string
	Neg    bool
}

// Empty matches where the field holds nothing; Neg where it holds something.
type Empty struct {
	Field schema.FieldID
	Neg   bool
}

// Rel matches where a live record of Entity whose id is in the Set field
// matches Where (one hop: Where holds no Rel).
type Rel struct {
	Field  schema.FieldID
	Entity schema.EntityID
	Where  Expr
	Neg    bool
}

// LinkedFrom matches where a live record of Entity holds this record's id in
// its Set field Field and matches Where (nil: any). It is how the derived side
// of a link pair is asked for.
type LinkedFrom struct {
	Entity schema.EntityID
	Field  schema.FieldID
	Where  Expr
	Neg    bool
}

// Ids matches the records with these ids.
type Ids []schema.RecordID //nolint:revive // a word like And and Or

func (And) expr()        {}
func (Or) expr()         {}
func (Not) expr()        {}
func (True) expr()       {}
func (Cmp) expr()        {}
func (In) expr()         {}
func (SetOp) expr()      {}
func (TextOp) expr()     {}
func (Empty) expr()      {}
func (Rel) expr()        {}
func (LinkedFrom) expr() {}
func (Ids) expr()        {}

// Sort is one key of an order. Empty values come first ascending and last
// descending. Sets and JSON cannot be sorted by.
type Sort struct {
	Field schema.FieldID
	Desc  bool
}

// Query asks for one page of records. The engine appends the record id to the
// order, in the direction of the last key (ascending where there is none).
type Query struct {
	Where   Expr // nil: all
	Sort    []Sort
	After   *Cursor          // nil: from the start
	Limit   int              // 1…1000
	Fields  []schema.FieldID // which values to load; nil: all; empty: none
	Trash   bool             // look among the trashed records instead of the live ones
	MaxTime time.Duration    // 0: the engine's default (10 s); past it store.ErrTooSlow
}

// Cursor is a place in an order: the sort values of a page's last record, and
// its id. Values of text fields that have a sort key are the keys.
type Cursor struct {
	Vals []schema.Value
	ID   schema.RecordID
}

// AggFn is a figure over a group.
type AggFn uint8

// The figures. Count counts records and takes no field. Sum, Avg, Min and Max
// leave empty values out and are nil over nothing. Sum of Int is int64 (an
// overflow is store.ErrBadQuery), of Float float64; Avg is float64.
const (
	Count AggFn = iota
	CountFilled
	CountDistinct
	Sum
	Avg
	Min
	Max
)

// Measure is one figure.
type Measure struct {
	Fn    AggFn
	Field schema.FieldID
}

// Bucket rounds a time down.
type Bucket uint8

// The buckets. Weeks start on AggQuery.WeekStart.
const (
	NoBucket Bucket = iota
	Day
	Week
	Month
	Quarter
	Year
)

// GroupBy is one key of a grouping. A Set field puts its record into the group
// of each of its members (an empty set into nil). A bucketed key is the ms of
// the bucket's first midnight in Zone, read as though it were UTC.
type GroupBy struct {
	Field  schema.FieldID
	Bucket Bucket
	Zone   *time.Location // nil: UTC
	Desc   bool           // groups come in the order of their keys, as Sort orders them
}

// Members narrows what a Set field holds to the ids of the live records of
// Entity that match Where (nil: any). To the groups and measures of an AggQuery
// the other members are not there, and a set of nothing else is empty.
type Members struct {
	Field  schema.FieldID
	Entity schema.EntityID
	Where  Expr
}

// AggQuery asks for figures over groups; no groups gives one row over all
// records, even over none.
type AggQuery struct {
	Where     Expr
	Groups    []GroupBy // at most 3
	Measures  []Measure // at least 1
	Members   []Members // at most one for a field
	WeekStart time.Weekday
	Limit     int // 0: 1000; one more is the most, to see whether there are more
	// After are the keys of the last group of the page before; nil: from the start.
	After []schema.Value
	// Skip leaves out so many groups: paging by keys that must not be shown.
	Skip    int
	MaxTime time.Duration
}

// Anchors are places in the whole order of a query.
type Anchors struct {
	Count   int64    // of the records that match
	Cursors []Cursor // at every so-manyth record; a page After one begins with the next record
}

// AggRow is one group. Keys of text fields are the values, not the sort keys.
type AggRow struct {
	Keys []schema.Value
	Vals []schema.Value
}
