package record

import (
	"encoding/json"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
)

// Batch is a set of changes to one entity: all of them happen, or none.
type Batch struct {
	Actor  access.Actor
	Entity schema.EntityID
	Via    string // api, ui, import, undo, template, …
	// ChangeSet groups the changes of one act; empty: a new one is made.
	ChangeSet string
	// IdempotencyKey, where given, makes a repeated batch within 24 hours answer
	// with the records of the first instead of writing again.
	IdempotencyKey string
	// RequestHash is what must be the same for a repeated batch; empty: a hash of the changes.
	RequestHash string
	DryRun      bool // everything but the commit
	Typecast    bool // accept names and texts for ids and numbers
	// UpsertOn names fields: a create whose values of these are those of a
	// record updates it instead.
	UpsertOn []string
	Changes  []Change
	// Docs are committed with the records, such as the checkpoint of an import.
	Docs  []store.DocOp
	Depth int // of automation in automation
}

// Change changes one record.
type Change struct {
	Op      store.OpKind
	ID      schema.RecordID // not for create, where 0 makes one
	Version schema.Version  // not 0: the version that the record must have
	Fields  map[string]any  // decoded JSON (numbers as json.Number) by field key, id or name
	Values  schema.Values   // values in storage form; checked for rights and limits, not parsed
}

// Result is what a batch did; Rows run parallel to its changes. A trashed or
// purged record's row holds its id and version only.
type Result struct {
	Rows             []*Row
	Created, Updated int
	ChangeSet        string
	Replayed         bool // the answer of an earlier batch with the same key
	Skipped          []Skip
}

// Skip is a change that Undo left as it is, and why.
type Skip struct {
	Entity schema.EntityID
	Record schema.RecordID
	Field  string // key, or "" for the whole record
	Code   string // undo.changedSince, undo.gone, undo.notAllowed
}

// SortKey is one key of an order, by field key, id or name.
type SortKey struct {
	Field string
	Desc  bool
}

// Request asks for a page of records. A view adds its filter, and its order
// where none is given.
type Request struct {
	Filter json.RawMessage
	Sort   []SortKey
	Fields []string // nil: all
	Search string
	View   schema.ViewID
	Limit  int // default 50, at most 1,000
	Cursor string
	Count  bool // where it is not quick, count to 10,000
	// ExactCount counts them all, whatever it takes.
	ExactCount bool
	// For, where given, asks only for records on which the act is allowed too:
	// exports ask for access.Export.
	For access.Act
}

// Rows is a page of records. Next is empty at the end.
type Rows struct {
	Rows    []*Row
	Next    string
	Count   *int64
	AtLeast bool // there may be more than Count
}

// KeyMode says by what the fields of a row are keyed.
type KeyMode uint8

// The modes.
const (
	ByKey KeyMode = iota
	ByID
	ByName
)

// AggRequest asks for figures over groups of records.
type AggRequest struct {
	Filter  json.RawMessage
	Search  string
	View    schema.ViewID
	GroupBy []AggKey
	Metrics []Metric
	Limit   int // default and most 1,000
	Cursor  string
}

// AggKey is one key of a grouping. Bucket is day, week, month, quarter or year.
type AggKey struct {
	Field    string
	Bucket   string
	TimeZone string // "": the tenant's
	Desc     bool
}

// Metric is one figure: count, sum, avg, min, max, countDistinct or filled.
type Metric struct {
	Op    string
	Field string
}

// AggResult is the answer: one group over all where nothing was grouped by.
// Total counts the groups of this page; Next is empty where no more follow.
type AggResult struct {
	Groups []AggGroup
	Total  int
	Next   string
}

// AggGroup holds keys and figures, each as the JSON that the API shows.
type AggGroup struct {
	Keys    []json.RawMessage
	Metrics []json.RawMessage
}
