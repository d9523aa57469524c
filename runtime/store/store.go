// Package store is the contract between the runtime and its two storage
// engines: snapshot reads and one atomic Commit. No caller's code ever runs
// inside a database transaction. It knows nothing of rights, field types or
// HTTP; store/storetest is the suite that both engines must pass.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tongban/schema"
	"tongban/schema/query"
	"tongban/schema/textkey"
)

// System is the tenant under which the installation's own documents (users,
// tenants, sessions) are kept. It has no entities.
const System schema.TenantID = 0

// Engine keeps the data of all tenants. All methods are safe for concurrent
// use and honour ctx. A tenant's storage comes into being with its first Commit.
type Engine interface {
	// View reads from one snapshot of a tenant. fn may be called once only and
	// must not keep the Reader.
	View(ctx context.Context, t schema.TenantID, fn func(Reader) error) error
	// Commit does everything in c or nothing, durably. Its errors are ErrConflict,
	// ErrDuplicate, ErrNotFound, ErrBusy (wrapped, see Fault) or the engine's own.
	Commit(ctx context.Context, t schema.TenantID, c *Commit) (*Receipt, error)
	// Ensure makes the storage of an entity fit its shape: columns, search,
	// indexes (built in the background). It is idempotent and cheap for a shape that is
	// in place. Readers and Commit call it by themselves for the shapes they meet.
	Ensure(ctx context.Context, t schema.TenantID, s *Shape) error
	// DropEntity removes an entity's records, trash and search for good; the
	// change log stays. DropTenant removes everything of a tenant.
	DropEntity(ctx context.Context, t schema.TenantID, e schema.EntityID) error
	DropTenant(ctx context.Context, t schema.TenantID) error
	// OnChange registers fn to be told, after a commit, that a tenant's log has
	// grown. fn must return at once. It may be told too often, never too rarely.
	OnChange(fn func(schema.TenantID))
	// Info says what the engine is, for /readyz and the logs.
	Info() Info
	Close() error
}

// Reader reads one snapshot of one tenant.
type Reader interface {
	// Get returns the live records with these ids in the order of ids; nil for
	// one that is not there. fields as in query.Query.
	Get(ctx context.Context, s *Shape, ids []schema.RecordID, fields []schema.FieldID) ([]*schema.Record, error)
	// Find returns a page; Page.Next is nil at the end.
	Find(ctx context.Context, s *Shape, q *query.Query) (*Page, error)
	// Count counts the live records that match, up to atMost (0: all).
	Count(ctx context.Context, s *Shape, where query.Expr, atMost int64) (int64, error)
	Aggregate(ctx context.Context, s *Shape, q *query.AggQuery) ([]query.AggRow, error)
	// Anchors returns the places of every every-th record in the order of q,
	// whose cursor, limit and fields do not count: what paging by every would give.
	Anchors(ctx context.Context, s *Shape, q *query.Query, every int) (*query.Anchors, error)
	// Explain says how Find would answer q, without doing it: which indexes serve
	// it and how many records have to be looked at.
	Explain(ctx context.Context, s *Shape, q *query.Query) (*Plan, error)
	// Linked returns, for each id in to, the ids of the live records of s that
	// hold it in their Set field f, oldest first, at most limit each.
	Linked(ctx context.Context, s *Shape, f schema.FieldID, to []schema.RecordID, limit int) (map[schema.RecordID][]schema.RecordID, error)
	// Trashed returns the trashed records with these ids, nil for one not there.
	Trashed(ctx context.Context, s *Shape, ids []schema.RecordID) ([]*schema.Record, error)
	// History returns the changes of one record, newest first, whose version is
	// below before (0: all).
	History(ctx context.Context, e schema.EntityID, id schema.RecordID, before schema.Version, limit int) ([]Change, error)
	// ChangeSet returns the changes that were committed under one id, oldest
	// first, at most limit.
	ChangeSet(ctx context.Context, id string, limit int) ([]Change, error)
	// Changes returns the log after a position, in order, at most limit, without
	// gaps: what it returns is final. A position that has been trimmed is ErrTrimmed.
	Changes(ctx context.Context, after schema.Seq, limit int) ([]Change, error)
	// LastSeq is the position of the newest change that Changes can return.
	LastSeq(ctx context.Context) (schema.Seq, error)
	// Doc returns a document or ErrNotFound.
	Doc(ctx context.Context, kind, key string) (Doc, error)
	// Docs lists documents of a kind whose key has the prefix and is greater
	// than after, by key, at most limit.
	Docs(ctx context.Context, kind, prefix, after string, limit int) ([]Doc, error)
}

// QuickCounter is a Reader that counts within a time that it is given. What
// takes longer is ErrTooSlow, and the snapshot is as good as before.
type QuickCounter interface {
	CountWithin(ctx context.Context, s *Shape, where query.Expr, atMost int64, most time.Duration) (int64, error)
}

// Page is one page of records.
type Page struct {
	Records []*schema.Record
	Next    *query.Cursor
}

// SortKey says how text is put into order.
type SortKey uint8

// The ways: bytes as they are; textkey.Pinyin; textkey.Natural.
const (
	SortRaw SortKey = iota
	SortPinyin
	SortNatural
)

// Of is the text by whose bytes s is put into order.
func (k SortKey) Of(s string) string {
	switch k {
	case SortPinyin:
		return textkey.Pinyin(s)
	case SortNatural:
		return textkey.Natural(s)
	default:
		return s
	}
}

// Shape is what an engine must know of an entity. Shapes are immutable and
// shared; a changed entity gets a new Shape with a higher Rev.
type Shape struct {
	Entity schema.EntityID
	Rev    int64
	Fields []FieldShape // live stored fields; derived links and system fields are not among them
}

// FieldShape is what an engine must know of a field.
type FieldShape struct {
	ID         schema.FieldID
	Kind       schema.Kind
	SortKey    SortKey // Text only
	Unique     bool    // no two live records may hold the same value (textkey.Unique for text)
	Searchable bool    // Text only: goes into the entity's gram index
	Indexed    bool    // asked for often: by views, or by what was slow
}

// Field returns the shape of a field, or nil.
func (s *Shape) Field(id schema.FieldID) *FieldShape {
	for i := range s.Fields {
		if s.Fields[i].ID == id {
			return &s.Fields[i]
		}
	}
	return nil
}

// OpKind is what happens to a record.
type OpKind string

// The kinds. Purge removes a trashed record for good. OpDoc is the change of a
// document; it has no Op of its own but stands in the change log.
const (
	OpCreate  OpKind = "create"
	OpUpdate  OpKind = "update"
	OpTrash   OpKind = "trash"
	OpRestore OpKind = "restore"
	OpPurge   OpKind = "purge"
	OpDoc     OpKind = "doc"
	// OpFill sets computed values of a live record whose version is still
	// IfVersion, and does nothing where it is not. It changes neither the version nor
	// UpdatedAt and leaves no line in the change log.
	OpFill OpKind = "fill"
)

// Op changes one record. No two ops of a Commit may name the same record.
type Op struct {
	Kind  OpKind
	Shape *Shape
	ID    schema.RecordID
	// IfVersion is the version that the record must have now: always given, but
	// for OpCreate (the id must be new).
	IfVersion schema.Version
	// Set are the new values of the changed fields; nil empties one. For create, update and fill.
	Set schema.Values
	// Before are the values that Set replaces, as the caller loaded them at
	// IfVersion: for the log and for releasing unique values.
	Before schema.Values
	// Quiet: an update of computed fields alone. UpdatedAt and UpdatedBy stay.
	Quiet bool
	// Numbers asks the engine to fill fields from counters within the commit.
	Numbers []Number
}

// Number makes the text Prefix + next value of the counter, padded with zeros
// to Width + Suffix, and stores it in Field. Counters start at 1.
type Number struct {
	Field          schema.FieldID
	Counter        string // unique in the tenant, such as "7:3:20261122"
	Prefix, Suffix string
	Width          int
}

// Origin describes an act: it is stamped on all its changes.
type Origin struct {
	Actor     schema.UserID
	Via       string // api, ui, import, undo, template, …
	ChangeSet string // groups the changes of one act of a user; undo takes it
	At        int64  // ms
	Depth     int    // of automation in automation
}

// Commit is a set of changes that happen together: at most 1,000 ops.
type Commit struct {
	Origin Origin
	Ops    []Op
	Docs   []DocOp
}

// DocOp writes or deletes a document.
type DocOp struct {
	Kind, Key string
	// IfVersion: 0 the document must not exist; -1 whatever is there; else its version.
	IfVersion schema.Version
	Body      []byte // nil deletes
	ExpiresAt int64  // ms; 0 never. An expired document is not read, and is swept away in time.
	// Log puts the change into the tenant's change log (as OpDoc).
	Log bool
}

// Doc is a metadata document: entities, views, roles, users, sessions are such.
type Doc struct {
	Kind, Key string
	Version   schema.Version
	Body      []byte
	ExpiresAt int64
}

// Receipt tells what a Commit did.
type Receipt struct {
	// Versions and Numbers run parallel to Commit.Ops; Numbers holds the filled texts.
	// The version of a fill that did nothing is 0.
	Versions []schema.Version
	Numbers  []schema.Values
	// DocVersions runs parallel to Commit.Docs.
	DocVersions []schema.Version
}

// Change is one line of the change log: history and outbox in one. Before and
// After hold the changed fields only (all of them for create; none for trash, restore and purge).
type Change struct {
	Seq     schema.Seq // 0 where it has not been given yet (History only)
	Op      OpKind
	Entity  schema.EntityID
	Record  schema.RecordID
	Version schema.Version
	Before  schema.Values
	After   schema.Values
	DocKind string // OpDoc
	DocKey  string
	Origin  Origin
}

// Trimmer is an engine that can forget the beginning of a change log. What is
// forgotten is gone from History, ChangeSet and Changes; records themselves, and the
// changes of those that lie in the trash, stay.
type Trimmer interface {
	// Trim forgets the oldest changes of a tenant, at most so many, up to the first
	// that was made at a time (ms) or later. more: there are others.
	Trim(ctx context.Context, t schema.TenantID, before int64, most int) (more bool, err error)
}

// Info describes an engine.
type Info struct {
	Name        string // "sqlite", "mongodb"
	Server      string // version or kind of the server behind it
	Distributed bool   // more than one process may write
	Live        bool   // learns of changes by push, not by polling
}

// The errors of the contract. Compare with errors.Is; Fault carries details.
var (
	ErrNotFound  = errors.New("store: not found")
	ErrConflict  = errors.New("store: version conflict")
	ErrDuplicate = errors.New("store: duplicate value")
	ErrTooSlow   = errors.New("store: query ran past its time")
	ErrBadQuery  = errors.New("store: query does not fit the shape")
	ErrBusy      = errors.New("store: too many writers are waiting")
	ErrTrimmed   = errors.New("store: the log no longer reaches back that far")
)

// Fault says where a Commit failed. It wraps one of the errors above.
type Fault struct {
	Err     error
	Op      int             // index in Commit.Ops, -1 where a document is at fault
	Doc     int             // index in Commit.Docs, -1 where an op is at fault
	Record  schema.RecordID // the op's record
	Field   schema.FieldID  // ErrDuplicate
	Holder  schema.RecordID // ErrDuplicate: the record that holds the value
	Current schema.Version  // ErrConflict: the version that is there; 0 none
}

func (f *Fault) Error() string {
	return fmt.Sprintf("%v (op %d, doc %d, record %d, field %d)", f.Err, f.Op, f.Doc, f.Record, f.Field)
}

func (f *Fault) Unwrap() error { return f.Err }
