package ingest

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// Sizes of batches. A batch shrinks where its commit keeps other writers
// waiting, and grows back.
const (
	maxBatch = 1000
	minBatch = 100
	partRows = 20_000 // rows of one change set
)

// importer is one run of an import.
type importer struct {
	s       *Service
	j       *job // moves on with each commit: for the writing side alone
	w       *world
	req     *ImportRequest
	targets []target
	unique  []*schema.Field // that no two records may share, but for those of upsertOn
	upsert  []schema.FieldID
	size    atomic.Int64 // of the next batch
}

// chunk is a number of rows that have been read: what goes in and what does not.
type chunk struct {
	changes []record.Change
	rows    []position // parallel to changes
	bad     []RowError
	failed  int // rows in bad
	end     int // data rows read so far, from the start of the file
}

type position struct{ row, line int }

// runImport scans the file, decides where columns go, and brings the rows in.
func (s *Service) runImport(ctx context.Context, j *job) (err error) {
	a, err := s.actor(ctx, j)
	if err != nil {
		return err
	}
	w, err := s.world(ctx, a, j.Entity)
	if err != nil {
		return err
	}
	d, err := openDocument(ctx, s.o.Files, j.tenant, j.Import.Source)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	if j.Job.State == Running {
		j.Job.ResumedAt = append(j.Job.ResumedAt, j.Job.Done)
	}
	j.Job.State = Running
	if !j.Planned {
		if err := w.prepare(ctx, d, j); err != nil {
			return err
		}
	}
	if err := s.save(ctx, j); err != nil {
		return err
	}
	if w, err = s.world(ctx, a, j.Entity); err != nil { // with the fields that were made
		return err
	}
	im := &importer{s: s, j: j, w: w, req: j.Import, targets: w.targets(j.Headers, j.Columns)}
	im.size.Store(maxBatch / 2)
	im.keys()
	if err := im.bring(ctx, d); err != nil {
		return err
	}
	if err := im.report(ctx, d); err != nil {
		return err
	}
	j.Job.State, j.Job.Total, j.Finished = Done, j.Job.Done, s.o.Now().UnixMilli()
	return s.save(ctx, j)
}

// prepare scans the file once, counts its rows and plans the columns.
func (w *world) prepare(ctx context.Context, d *document, j *job) error {
	t, err := d.open(ctx)
	if err != nil {
		return err
	}
	j.Headers, err = readHeader(t)
	if err == nil {
		j.Job.Total, err = scan(t)
	}
	if cerr := t.close(); cerr != nil && err == nil {
		err = cerr
	}
	switch {
	case errors.Is(err, io.EOF):
		return refuse("noRows")
	case err != nil:
		return err
	}
	to, perr := w.plan(j.Headers, j.Import)
	if perr != nil {
		return perr
	}
	if j.Import.CreateFields {
		if t, err = d.open(ctx); err != nil {
			return err
		}
		if _, err = readHeader(t); err == nil {
			err = w.createFields(ctx, t, j.Headers, to, j.Import)
		}
		if err = errors.Join(err, t.close()); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(to, func(id schema.FieldID) bool { return id != 0 }) {
		return refuse("noColumns")
	}
	for i, id := range to {
		if _, given := j.Import.Mapping[j.Headers[i]]; id == 0 && j.Headers[i] != "" && !given {
			j.Job.Notes = append(j.Job.Notes, JobError{Code: "import.columnLeftOut", Params: map[string]any{"header": shownText(j.Headers[i])}})
		}
	}
	if d.kind == CSV { // what was detected holds for a resumed run too
		j.Import.Source.Encoding, j.Import.Source.Delimiter = d.text.encoding, string(d.text.delim)
	}
	j.Columns, j.Planned, j.Parts = to, true, 1
	return nil
}

// keys finds the unique fields and those that find records to update.
func (im *importer) keys() {
	for _, name := range im.req.UpsertOn {
		if f := im.w.entity.FieldNamed(name); f != nil {
			im.upsert = append(im.upsert, f.ID)
		}
	}
	for _, t := range im.targets {
		if t.f.Unique && !slices.Contains(im.upsert, t.id) {
			im.unique = append(im.unique, t.f)
		}
	}
}

// bring reads and writes side by side: while a batch is committed, the next is
// read.
func (im *importer) bring(ctx context.Context, d *document) error {
	g, gctx := errgroup.WithContext(ctx)
	chunks := make(chan *chunk, 1)
	start := im.j.Job.Done
	g.Go(func() error {
		defer close(chunks)
		return guarded(func() error { return im.read(gctx, d, start, chunks) })
	})
	g.Go(func() error {
		for c := range chunks {
			if err := guarded(func() error { return im.write(gctx, c) }); err != nil {
				return err
			}
		}
		return nil
	})
	return g.Wait()
}

// read turns rows into chunks, from behind the last committed one.
func (im *importer) read(ctx context.Context, d *document, start int, out chan<- *chunk) (err error) {
	t, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	if _, err := readHeader(t); err != nil {
		return err
	}
	n := 0
	send := func(c *chunk) error {
		c.end = n
		select {
		case out <- c:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	c, seen := &chunk{}, map[string]bool{}
	for {
		r, err := t.next()
		if errors.Is(err, io.EOF) {
			return send(c)
		}
		if err != nil {
			return err
		}
		if n++; n <= start {
			continue
		}
		values, bad, err := im.values(ctx, r, n)
		if err != nil {
			return err
		}
		if key := im.upsertKey(values); key != "" && len(bad) == 0 {
			if seen[key] { // a record can change once in a batch
				n--
				if err := send(c); err != nil {
					return err
				}
				n++
				c, seen = &chunk{}, map[string]bool{}
			}
			seen[key] = true
		}
		c.add(values, bad, position{n, r.line})
		if len(c.changes)+c.failed >= int(im.size.Load()) {
			if err := send(c); err != nil {
				return err
			}
			c, seen = &chunk{}, map[string]bool{}
		}
	}
}

func (c *chunk) add(values schema.Values, bad []RowError, at position) {
	switch {
	case len(bad) > 0:
		c.bad = append(c.bad, bad...)
		c.failed++
	case len(values) > 0: // a row without a value in any column makes no record
		c.changes = append(c.changes, record.Change{Op: store.OpCreate, Values: values})
		c.rows = append(c.rows, at)
	}
}

// upsertKey tells rows apart that find the same record.
func (im *importer) upsertKey(values schema.Values) string {
	var b strings.Builder
	for _, f := range im.upsert {
		v := values[f]
		if v == nil {
			return ""
		}
		b.WriteString(keyOf(v))
		b.WriteByte(0)
	}
	return b.String()
}

// values reads a row's cells. err is a fault of the store, not of the row.
func (im *importer) values(ctx context.Context, r row, n int) (values schema.Values, bad []RowError, err error) {
	values = make(schema.Values, len(im.targets))
	for i := range im.targets {
		t := &im.targets[i]
		if t.column >= len(r.cells) {
			continue
		}
		c := r.cells[t.column]
		v, verr := im.value(ctx, t, c)
		switch {
		case im.w.find.err != nil:
			return nil, nil, im.w.find.err
		case verr != nil:
			e := fail.Of(verr)
			if e == nil {
				return nil, nil, verr
			}
			bad = append(bad, RowError{Row: n, Line: r.line, Column: t.header, Code: e.Code, Params: e.Params})
		case v != nil:
			values[t.id] = v
		}
	}
	return values, bad, nil
}

// value reads one cell.
func (im *importer) value(ctx context.Context, t *target, c cell) (schema.Value, error) {
	if c.fault {
		return nil, fail.New(fail.Invalid, "import.faultyCell").On(t.f.Key).With("value", shownText(c.text))
	}
	text := c.text
	if t.text {
		text = display(c)
	}
	if text == "" {
		return nil, nil //nolint:nilnil // an empty cell is an empty value
	}
	if !legible(im.req.Source.Encoding, text) {
		return nil, fail.New(fail.Invalid, "import.badBytes").On(t.f.Key).With("encoding", im.req.Source.Encoding)
	}
	v, err := t.t.ParseText(t.f, text, im.w.env)
	if err == nil || !im.req.CreateChoices || fail.Of(err) == nil || fail.Of(err).Code != "field.badChoice" {
		return v, err
	}
	names := field.MissingChoices(t.f, text)
	if len(names) == 0 {
		return v, err
	}
	f, err := im.s.o.Catalog.AddChoices(ctx, im.w.actor, im.w.entity.ID, t.id, names)
	if err != nil {
		return nil, err
	}
	t.f = f
	return t.t.ParseText(t.f, text, im.w.env)
}

// legible reports that a text was decoded whole: bytes that make no character
// in the file's encoding come out as U+FFFD.
func legible(encoding, text string) bool {
	return encoding == "" || encoding == "utf-8" || !strings.ContainsRune(text, '\uFFFD')
}
