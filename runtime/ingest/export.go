package ingest

import (
	"bufio"
	"context"
	"io"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// rowWriter writes records in one format.
type rowWriter interface {
	head(fields []*schema.Field) error
	write(r *record.Row, fields []*schema.Field) error
	close() error
}

// Export starts an export of the records that the actor may export, with the
// fields that it may read.
func (s *Service) Export(ctx context.Context, a access.Actor, r ExportRequest) (*Job, error) {
	snap, err := s.o.Catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	rights, err := s.o.Policy.Rights(a, snap, r.Entity)
	if err != nil {
		return nil, err
	}
	switch {
	case !rights.May(access.Read):
		return nil, fail.New(fail.NotFound, "entity.notFound")
	case !rights.May(access.Export):
		return nil, fail.New(fail.Forbidden, "access.export")
	case r.Format != CSV && r.Format != XLSX && r.Format != JSONL:
		return nil, fail.New(fail.Invalid, "export.badFormat").On("format")
	}
	// Asking for one record tells at once what is wrong with view, filter or fields.
	if _, err := s.o.Records.Query(ctx, a, r.Entity, r.query("", 1)); err != nil {
		return nil, err
	}
	j := &job{Entity: r.Entity, Export: &r}
	j.Job.ID = schema.FormatID(prefixExport, s.o.IDs.Next())
	j.Job.FileName = cutText(rights.Entity().Name, 100) + "." + r.Format
	return s.start(ctx, a, j)
}

func (r *ExportRequest) query(cursor string, limit int) record.Request {
	return record.Request{Filter: r.Filter, View: r.View, Search: r.Search, Fields: r.Fields, Cursor: cursor, Limit: limit}
}

// runExport writes the file from its start; one that was interrupted was never kept.
func (s *Service) runExport(ctx context.Context, j *job) error {
	a, err := s.actor(ctx, j)
	if err != nil {
		return err
	}
	snap, err := s.o.Catalog.Tenant(ctx, j.tenant)
	if err != nil {
		return err
	}
	rights, err := s.o.Policy.Rights(a, snap, j.Entity)
	if err != nil {
		return err
	}
	if !rights.May(access.Export) {
		return fail.New(fail.Forbidden, "access.export")
	}
	fields, err := exported(rights, snap.View(j.Export.View), j.Export)
	if err != nil {
		return err
	}
	j.Job.State, j.Job.Done = Running, 0
	if err := s.save(ctx, j); err != nil {
		return err
	}
	j.File, err = s.saveFile(ctx, a, j.Job.FileName, func(w io.Writer) error {
		out, err := s.rowWriter(w, j, rights, fields, snap.Zone())
		if err != nil {
			return err
		}
		if err := out.head(fields); err != nil {
			return err
		}
		if err := s.exportRows(ctx, a, j, fields, out); err != nil {
			return err
		}
		return out.close()
	})
	if err != nil {
		return err
	}
	j.Job.State, j.Job.Total, j.Finished = Done, j.Job.Done, s.o.Now().UnixMilli()
	return s.save(ctx, j)
}

func (s *Service) rowWriter(w io.Writer, j *job, rights *access.Rights, fields []*schema.Field, zone *time.Location) (rowWriter, error) {
	switch j.Export.Format {
	case XLSX:
		return newSheetRows(w, rights.Entity().Name, fields, zone)
	case JSONL:
		return &jsonRows{w: bufio.NewWriter(w)}, nil
	}
	return &csvRows{out: csvWriter{w: w, guard: j.Export.Guard}, w: w, zone: zone}, nil
}

// exported lists the columns: those asked for, those that the view shows, or all.
func exported(r *access.Rights, v *schema.View, x *ExportRequest) ([]*schema.Field, error) {
	e := r.Entity()
	var out []*schema.Field
	if x.Fields != nil {
		for _, name := range x.Fields {
			f := e.FieldNamed(name)
			if f == nil || !r.Readable(f.ID) {
				return nil, fail.New(fail.Invalid, "field.unknown").On(name)
			}
			out = append(out, f)
		}
		return out, nil
	}
	seen := map[schema.FieldID]bool{}
	add := func(f *schema.Field) {
		if f != nil && !seen[f.ID] && r.Readable(f.ID) {
			out = append(out, f)
			seen[f.ID] = true
		}
	}
	if v != nil {
		for _, vf := range v.Fields {
			if vf.Hidden {
				seen[vf.Field] = true
			}
			add(e.Field(vf.Field))
		}
	}
	for _, f := range e.Live() {
		add(f)
	}
	return out, nil
}

// exportRows writes page by page, in the order of the query and then of ids:
// no record twice, none left out.
func (s *Service) exportRows(ctx context.Context, a access.Actor, j *job, fields []*schema.Field, out rowWriter) error {
	q := j.Export.query("", 1000)
	q.ExactCount = true
	for {
		page, err := s.o.Records.Query(ctx, a, j.Entity, q)
		if err != nil {
			return err
		}
		for _, r := range page.Rows {
			if !r.Access.May(access.Export) {
				continue
			}
			if err := out.write(r, fields); err != nil {
				return err
			}
		}
		if page.Count != nil {
			j.Job.Total = int(*page.Count)
		}
		j.Job.Done += len(page.Rows)
		if page.Next == "" {
			return nil
		}
		if err := s.save(ctx, j); err != nil {
			return err
		}
		q.Cursor, q.ExactCount = page.Next, false
	}
}

// zoned gives times in the tenant's zone.
type zoned struct {
	field.Names
	zone *time.Location
}

func (z zoned) Zone() *time.Location { return z.zone }

// Department is the name of a department.
func (z zoned) Department(d schema.DeptID) string {
	if g, ok := z.Names.(field.Groups); ok {
		return g.Department(d)
	}
	return ""
}

// Role is the name of a role.
func (z zoned) Role(r schema.RoleID) string {
	if g, ok := z.Names.(field.Groups); ok {
		return g.Role(r)
	}
	return ""
}

type csvRows struct {
	out   csvWriter
	w     io.Writer
	zone  *time.Location
	cells []string
}

func (c *csvRows) head(fields []*schema.Field) error {
	if _, err := io.WriteString(c.w, "\uFEFF"); err != nil {
		return err
	}
	c.cells = make([]string, len(fields))
	for i, f := range fields {
		c.cells[i] = f.Name
	}
	return c.out.row(c.cells)
}

func (c *csvRows) write(r *record.Row, fields []*schema.Field) error {
	names := zoned{r.Names(), c.zone}
	for i, f := range fields {
		c.cells[i] = ""
		if t, ok := field.Of(f.Type); ok {
			if c.cells[i] = r.Failed(f); c.cells[i] == "" {
				c.cells[i] = t.Text(f, r.Value(f), names)
			}
		}
	}
	return c.out.row(c.cells)
}

func (c *csvRows) close() error { return nil }

type jsonRows struct {
	w   *bufio.Writer
	buf []byte
}

func (j *jsonRows) head([]*schema.Field) error { return nil }

func (j *jsonRows) write(r *record.Row, _ []*schema.Field) error {
	j.buf = append(r.AppendJSON(j.buf[:0], record.ByKey), '\n')
	_, err := j.w.Write(j.buf)
	return err
}

func (j *jsonRows) close() error { return j.w.Flush() }

// sheetRows writes a workbook: numbers, dates and checkboxes as such.
type sheetRows struct {
	out    *xlsxWriter
	zone   *time.Location
	styles []int // by column
	cells  []sheetCell
}

func newSheetRows(w io.Writer, name string, fields []*schema.Field, zone *time.Location) (*sheetRows, error) {
	s := &sheetRows{zone: zone, styles: make([]int, len(fields)), cells: make([]sheetCell, len(fields))}
	var codes []string
	for i, f := range fields {
		code := formatCode(f)
		if code == "" {
			continue
		}
		for n, c := range codes {
			if c == code {
				s.styles[i] = n + 1
			}
		}
		if s.styles[i] == 0 {
			codes = append(codes, code)
			s.styles[i] = len(codes)
		}
	}
	var err error
	s.out, err = newXLSX(w, name, codes)
	return s, err
}
