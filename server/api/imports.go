package api

import (
	"errors"
	"io"
	"mime/multipart"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongban/runtime/access"
	"tongban/runtime/file"
	"tongban/runtime/ingest"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/server/body"
)

const (
	importBody   = ingest.MaxFile + mB
	mostPartText = 256 * kB // of a form field beside the file
)

func importRoutes() []Route {
	return []Route{
		{Method: "POST", Path: "/entities/{ent}/imports", Need: Records, Body: importBody, Multipart: true, Status: 202, Summary: "Import a CSV or XLSX file", Handle: get(startImport), Out: jobJSON{}},
		{Method: "POST", Path: "/entities/{ent}/imports/preview", Need: Records, Body: importBody, Multipart: true, Idem: Never, Summary: "How a file would be read", Handle: get(previewImport), Out: previewJSON{}},
		{Method: "GET", Path: "/imports/{imp}", Need: Records, Summary: "Where an import stands", Handle: get(showJob), Out: jobJSON{}},
		{Method: "POST", Path: "/imports/{imp}/cancel", Need: Records, Body: smallest, Summary: "Stop an import; what went in stays", Handle: with(cancelJob), Out: jobJSON{}},
		{Method: "POST", Path: "/imports/{imp}/undo", Need: Records, Body: smallest, Summary: "Take an import back", Handle: with(undoJob), Out: jobJSON{}},
		{Method: "POST", Path: "/entities/{ent}/exports", Need: Records, Body: mB, Status: 202, Summary: "Export records into a file", Handle: with(startExport), Out: jobJSON{}},
		{Method: "GET", Path: "/exports/{imp}", Need: Records, Summary: "Where an export stands", Handle: get(showJob), Out: jobJSON{}},
		{Method: "POST", Path: "/exports/{imp}/cancel", Need: Records, Body: smallest, Summary: "Stop an export", Handle: with(cancelJob), Out: jobJSON{}},
	}
}

// saidJSON is an error that a job kept, in words.
type saidJSON struct {
	Row    int    `json:"row,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column string `json:"column,omitempty"`
	Field  string `json:"field,omitempty"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

type jobJSON struct {
	ID           string       `json:"id"`
	Entity       string       `json:"entity"`
	State        ingest.State `json:"state"`
	Total        int          `json:"total"`
	Done         int          `json:"done"`
	Failed       int          `json:"failed"`
	Created      int          `json:"created"`
	Updated      int          `json:"updated"`
	FileName     string       `json:"fileName,omitempty"`
	ResumedAt    []int        `json:"resumedAt,omitempty"`
	ChangeSet    string       `json:"changeSet,omitempty"`
	StartedAt    *string      `json:"startedAt"`
	FinishedAt   *string      `json:"finishedAt"`
	Error        *saidJSON    `json:"error,omitempty"`
	Notes        []saidJSON   `json:"notes,omitempty"`
	Errors       []saidJSON   `json:"errors,omitempty"`
	ErrorFileURL string       `json:"errorFileUrl,omitempty"`
	FileURL      string       `json:"fileUrl,omitempty"`
}

func (c *call) said(e *ingest.JobError) saidJSON {
	return saidJSON{Field: e.Field, Code: e.Code, Detail: c.s.Texts.Say(c.language(), e.Code, e.Params)}
}

func (c *call) jobOf(j *ingest.Job) jobJSON {
	out := jobJSON{
		ID: j.ID, Entity: schema.FormatID(schema.PrefixEntity, j.Entity), State: j.State, Total: j.Total, Done: j.Done, Failed: j.Failed,
		Created: j.Created, Updated: j.Updated, FileName: j.FileName, ResumedAt: j.ResumedAt, ChangeSet: j.ChangeSet,
		StartedAt: stampOr(j.Started), FinishedAt: stampOr(j.Finished),
	}
	if j.Error != nil {
		e := c.said(j.Error)
		out.Error = &e
	}
	for i := range j.Notes {
		out.Notes = append(out.Notes, c.said(&j.Notes[i]))
	}
	for _, e := range j.FirstBad {
		out.Errors = append(out.Errors, saidJSON{Row: e.Row, Line: e.Line, Column: e.Column, Code: e.Code, Detail: c.s.Texts.Say(c.language(), e.Code, e.Params)})
	}
	if j.ErrorFile != 0 {
		out.ErrorFileURL = file.URL(j.ErrorFile)
	}
	if j.File != 0 {
		out.FileURL = file.URL(j.File)
	}
	return out
}

// importIn is what an import takes beside the bytes: form fields, or, with the
// id of an uploaded file, a JSON body.
type importIn struct {
	File          string             `json:"file" max:"40"`
	Encoding      string             `json:"encoding" max:"40"`
	Delimiter     string             `json:"delimiter" max:"10"`
	Sheet         string             `json:"sheet" max:"400"`
	Mapping       map[string]*string `json:"mapping" max:"1000"`
	UpsertOn      []string           `json:"upsertOn" max:"10"`
	CreateFields  bool               `json:"createFields"`
	CreateChoices bool               `json:"createChoices"`
}

// importSource reads the request and keeps the file.
func (c *call) importSource() (*importIn, *file.Info, error) {
	in := &importIn{}
	if !strings.HasPrefix(c.f.Get(fiber.HeaderContentType), "multipart/") {
		r := *c.route
		r.Body = mB
		c.route = &r
		if err := c.bind(in); err != nil {
			return nil, nil, err
		}
		f, err := c.uploaded(in.File)
		return in, f, err
	}
	mr, err := c.parts()
	if err != nil {
		return nil, nil, err
	}
	var f *file.Info
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, cut(err)
		}
		if part.FormName() != "file" {
			if err := in.field(part); err != nil {
				return nil, nil, err
			}
			continue
		}
		if f != nil {
			return nil, nil, fail.New(fail.Invalid, "file.one").On("file")
		}
		if f, err = c.s.Files.Save(c.ctx(), c.actor(), part.FileName(), part); err != nil {
			return nil, nil, err
		}
	}
	if f == nil {
		return nil, nil, fail.New(fail.Invalid, "file.missing").On("file")
	}
	return in, f, nil
}

// uploaded finds a file that the caller has uploaded.
func (c *call) uploaded(id string) (*file.Info, error) {
	n, err := refID[schema.FileID](id, schema.PrefixFile, "file")
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fail.New(fail.Invalid, "file.missing").On("file")
	}
	f, err := c.s.Files.Info(c.ctx(), c.actor().Tenant, n)
	if err != nil {
		return nil, err
	}
	if f.By != c.actor().User {
		return nil, fail.New(fail.NotFound, "file.notFound").On("file")
	}
	return f, nil
}

// field reads one form field: text as it is, everything else as JSON.
func (in *importIn) field(part *multipart.Part) error {
	name := part.FormName()
	b, err := io.ReadAll(io.LimitReader(part, mostPartText+1))
	if err != nil {
		return cut(err)
	}
	if len(b) > mostPartText {
		return fail.New(fail.Invalid, "text.long").With("max", mostPartText).On(short(name))
	}
	value := string(b)
	switch name {
	case "encoding", "delimiter", "sheet", "file":
		value = string(rawOf(value))
	case "mapping", "upsertOn", "createFields", "createChoices":
		if value == "" {
			return nil
		}
	default:
		return fail.New(fail.Invalid, "json.unknownField").On(short(name))
	}
	if _, err := checkedJSON(value, name); err != nil { // by itself, before it is put into an object
		return err
	}
	return body.Bind([]byte(`{"`+name+`":`+value+`}`), in)
}

func (in *importIn) source(f *file.Info) ingest.Source {
	return ingest.Source{File: f.ID, Name: f.Name, Encoding: in.Encoding, Delimiter: in.Delimiter, Sheet: in.Sheet}
}

// mayImport judges before the file is read.
func (c *call) mayImport() (schema.EntityID, error) {
	ent, err := c.entity()
	if err != nil {
		return 0, err
	}
	s, err := c.snapshot()
	if err != nil {
		return 0, err
	}
	r, err := c.s.Policy.Rights(c.actor(), s, ent)
	switch {
	case err != nil:
		return 0, err
	case r.May(access.Create):
		return ent, nil
	case r.May(access.Read):
		return 0, fail.New(fail.Forbidden, "access.create")
	}
	return 0, fail.New(fail.NotFound, "entity.notFound")
}

func startImport(c *call) (any, error) {
	ent, err := c.mayImport()
	if err != nil {
		return nil, err
	}
	in, f, err := c.importSource()
	if err != nil {
		return nil, err
	}
	j, err := c.s.Ingest.Import(c.ctx(), c.actor(), ingest.ImportRequest{
		Entity: ent, Source: in.source(f), Mapping: in.Mapping, UpsertOn: in.UpsertOn,
		CreateFields: in.CreateFields, CreateChoices: in.CreateChoices, Locale: c.language(),
	})
	if err != nil {
		return nil, err
	}
	return accepted{c.jobOf(j)}, nil
}

type previewJSON struct {
	File string `json:"file"`
	*ingest.Preview
}

func previewImport(c *call) (any, error) {
	ent, err := c.mayImport()
	if err != nil {
		return nil, err
	}
	in, f, err := c.importSource()
	if err != nil {
		return nil, err
	}
	p, err := c.s.Ingest.Preview(c.ctx(), c.actor(), ent, in.source(f))
	if err != nil {
		return nil, err
	}
	return previewJSON{schema.FormatID(schema.PrefixFile, f.ID), p}, nil
}

func showJob(c *call) (any, error) {
	j, err := c.s.Ingest.Get(c.ctx(), c.actor(), c.param("imp"))
	if err != nil {
		return nil, err
	}
	return c.jobOf(j), nil
}

func cancelJob(c *call, _ *none) (any, error) {
	j, err := c.s.Ingest.Cancel(c.ctx(), c.actor(), c.param("imp"))
	if err != nil {
		return nil, err
	}
	return c.jobOf(j), nil
}

func undoJob(c *call, _ *none) (any, error) {
	j, err := c.s.Ingest.Undo(c.ctx(), c.actor(), c.param("imp"))
	if err != nil {
		return nil, err
	}
	return c.jobOf(j), nil
}

type exportIn struct {
	Format string   `json:"format" max:"10"`
	View   string   `json:"view" max:"40"`
	Filter optRaw   `json:"filter"`
	Search string   `json:"search" max:"1000"`
	Fields []string `json:"fields" max:"500"`
	Guard  *bool    `json:"guard"` // as if true: a file is opened by somebody who did not ask for it
}

func startExport(c *call, in *exportIn) (any, error) {
	ent, err := c.entity()
	if err != nil {
		return nil, err
	}
	view, err := refID[schema.ViewID](in.View, schema.PrefixView, "view")
	if err != nil {
		return nil, err
	}
	j, err := c.s.Ingest.Export(c.ctx(), c.actor(), ingest.ExportRequest{
		Entity: ent, Format: in.Format, View: view, Filter: in.Filter.V, Search: in.Search, Fields: in.Fields, Guard: in.Guard == nil || *in.Guard,
	})
	if err != nil {
		return nil, err
	}
	return accepted{c.jobOf(j)}, nil
}
