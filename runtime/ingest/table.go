package ingest

import (
	"context"
	"errors"
	"io"
	"os"

	"tongban/schema"
	"tongban/schema/fail"
)

// cell is one cell of a table that comes in.
type cell struct {
	text  string // as a field reads it: plain digits, ISO dates
	shown string // as the sheet shows it, where that differs
	fault bool   // the sheet shows an error such as #N/A
}

// row is one row with something in it.
type row struct {
	line  int // where it starts in the file, from 1
	cells []cell
}

// table gives rows in order. next returns io.EOF at the end; an error of kind
// Invalid says what is wrong with the file.
type table interface {
	next() (row, error)
	close() error
}

// refuse is the error of a file that cannot be read.
func refuse(code string) *fail.Error { return fail.New(fail.Invalid, "import."+code).On("file") }

// document is an opened file, of which tables can be read as often as wanted.
type document struct {
	file   io.ReaderAt
	size   int64
	close  func() error
	kind   string // csv or xlsx
	source Source
	book   *workbook // xlsx
	text   textKind  // csv
}

// openDocument opens an uploaded file and finds out what it is. What is not
// said in src is detected.
func openDocument(ctx context.Context, files Files, t schema.TenantID, src Source) (*document, error) {
	r, err := files.Open(ctx, t, src.File)
	if err != nil {
		return nil, err
	}
	d := &document{source: src, close: r.Close}
	if err := d.begin(ctx, r); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func (d *document) begin(ctx context.Context, r io.ReadCloser) error {
	if err := d.spool(ctx, r); err != nil {
		return err
	}
	switch {
	case d.size == 0:
		return refuse("emptyFile")
	case d.size > MaxFile:
		return refuse("tooLarge").With("max", MaxFile>>20)
	}
	return d.detect(ctx)
}

// spool makes the file one that can be read anywhere: as it is, or as a copy.
func (d *document) spool(ctx context.Context, r io.ReadCloser) error {
	if at, ok := r.(interface {
		io.ReaderAt
		io.Seeker
	}); ok {
		size, err := at.Seek(0, io.SeekEnd)
		d.file, d.size = at, size
		return err
	}
	tmp, err := os.CreateTemp("", "tongban-import-*")
	if err != nil {
		return err
	}
	d.close = func() error { return errors.Join(r.Close(), tmp.Close(), os.Remove(tmp.Name())) }
	n, err := io.Copy(tmp, io.LimitReader(&ctxReader{ctx, r}, MaxFile+1))
	d.file, d.size = tmp, n
	return err
}

// detect tells workbooks from texts by their first bytes.
func (d *document) detect(ctx context.Context) error {
	head := make([]byte, 8)
	n, err := d.file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch magic := string(head[:n]); {
	case n >= 4 && magic[:4] == "PK\x03\x04":
		d.kind = XLSX
		d.book, err = openWorkbook(d.file, d.size)
		return err
	case n == 8 && magic == "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1":
		return refuse("oldWorkbook")
	}
	d.kind = CSV
	d.text, err = detectText(ctx, io.NewSectionReader(d.file, 0, d.size), d.source)
	return err
}

// open starts reading the table from its first row.
func (d *document) open(ctx context.Context) (table, error) {
	if d.kind == XLSX {
		return d.book.open(ctx, d.source.Sheet)
	}
	return openText(ctx, io.NewSectionReader(d.file, 0, d.size), d.text), nil
}

// ctxReader stops when its context is done.
type ctxReader struct {
	ctx context.Context //nolint:containedctx // lives as long as one read loop
	r   io.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.Read(p)
}
