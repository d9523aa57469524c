package ingest

import (
	"context"
	"encoding/json"
	"io"

	"tongban/runtime/access"
	"tongban/schema"
)

// Files keeps the files of jobs. The server gives it.
type Files interface {
	// Open opens a file of a tenant; one that is not there is fail.NotFound. What
	// also is an io.ReaderAt and io.Seeker, as *os.File is, saves a copy.
	Open(ctx context.Context, t schema.TenantID, id schema.FileID) (io.ReadCloser, error)
	// Save keeps what r gives as a file that belongs to the actor. An error of r
	// is returned, and nothing is kept.
	Save(ctx context.Context, a access.Actor, name string, r io.Reader) (schema.FileID, error)
}

// Source names an uploaded file and, where detection is not to be trusted, how
// to read it.
type Source struct {
	File      schema.FileID `json:"file"`
	Name      string        `json:"name"`
	Encoding  string        `json:"encoding,omitempty"`  // WHATWG label, such as gb18030; "": detect
	Delimiter string        `json:"delimiter,omitempty"` // one of , ; | tab (also by that name); "": detect
	Sheet     string        `json:"sheet,omitempty"`     // name of a workbook's sheet; "": the first
}

// ImportRequest asks for an import.
type ImportRequest struct {
	Entity schema.EntityID
	Source Source
	// Mapping gives, by header, the id, key or name of a field, or nil to leave
	// the column out. A header that it does not name goes to the field with that
	// name or key.
	Mapping  map[string]*string
	UpsertOn []string // fields that find the record to update
	// CreateFields makes fields for headers that lead nowhere, and CreateChoices
	// adds unknown choices to select fields; both need a builder.
	CreateFields, CreateChoices bool
	Locale                      string // of the error file: zh-CN or en
}

// The formats of an export.
const (
	CSV   = "csv"
	XLSX  = "xlsx"
	JSONL = "jsonl"
)

// ExportRequest asks for an export of what the actor may see and export.
type ExportRequest struct {
	Entity schema.EntityID
	Format string
	View   schema.ViewID
	Filter json.RawMessage
	Search string
	Fields []string // nil: those of the view, or all
	// Guard puts a ' before cells that a spreadsheet would take for a formula.
	Guard bool
}

// State is where a job stands.
type State string

// The states. An import that was interrupted is queued again.
const (
	Queued    State = "queued"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Undoing   State = "undoing"
	Undone    State = "undone"
)

// Job is an import or an export, as its document keeps it and the API shows it.
type Job struct {
	ID       string          `json:"id"`
	Entity   schema.EntityID `json:"-"`
	State    State           `json:"state"`
	Total    int             `json:"total"` // rows; an estimate while a workbook is read
	Done     int             `json:"done"`  // rows that were dealt with, refused ones included
	Failed   int             `json:"failed"`
	Created  int             `json:"created"`
	Updated  int             `json:"updated"`
	FileName string          `json:"fileName"`
	// ResumedAt are the rows after which the job went on after interruptions.
	ResumedAt []int           `json:"resumedAt,omitempty"`
	ChangeSet string          `json:"changeSet,omitempty"`
	Error     *JobError       `json:"error,omitempty"` // where State is failed
	Notes     []JobError      `json:"notes,omitempty"` // columns that were left out, and why
	By        schema.UserID   `json:"-"`
	Started   int64           `json:"-"`
	Finished  int64           `json:"-"`
	File      schema.FileID   `json:"-"` // what an export made
	ErrorFile schema.FileID   `json:"-"` // the refused rows of an import
	FirstBad  []RowError      `json:"errors,omitempty"`
	Tenant    schema.TenantID `json:"-"`
}

// JobError is an error that a job kept, by its code of schema/fail.
type JobError struct {
	Code   string         `json:"code"`
	Field  string         `json:"field,omitempty"`
	Params map[string]any `json:"params,omitempty"`
}

// RowError says why a row did not go in.
type RowError struct {
	Row    int            `json:"row"`  // data row, from 1
	Line   int            `json:"line"` // of the file
	Column string         `json:"column,omitempty"`
	Code   string         `json:"code"`
	Params map[string]any `json:"params,omitempty"`
}

// Preview shows how a file would be read.
type Preview struct {
	Kind      string     `json:"kind"` // csv or xlsx
	Encoding  string     `json:"encoding,omitempty"`
	Delimiter string     `json:"delimiter,omitempty"`
	Sheets    []string   `json:"sheets,omitempty"`
	Sheet     string     `json:"sheet,omitempty"`
	Headers   []string   `json:"headers"`
	Rows      [][]string `json:"rows"` // the first ones
	Columns   []Column   `json:"columns"`
}

// Column is what becomes of one column if nobody says otherwise.
type Column struct {
	Header string `json:"header"`
	// Field is the key of the field that the column goes to, or "". Confidence
	// goes from 0 to 1; below 1 the name only resembles.
	Field      string  `json:"field,omitempty"`
	Confidence float64 `json:"confidence"`
	// Type is what the values look like, and Fit the share of looked-at values
	// that the field takes.
	Type    string   `json:"type"`
	Fit     float64  `json:"fit"`
	Samples []string `json:"samples"`
}
