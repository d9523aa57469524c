package ingest

import (
	"bufio"
	"context"
	"errors"
	"io"
)

// maxRecord is how many bytes one row may have.
const maxRecord = 4 << 20

// csvReader reads delimited text row by row. Unlike encoding/csv it keeps what
// stands in quotes to the byte, line ends included, takes any line end, and
// bears quotes inside unquoted cells.
type csvReader struct {
	in    *bufio.Reader
	delim byte
	line  int    // of the next byte, from 1
	buf   []byte // bytes of the row
	ends  []int  // where each cell ends in buf
	start int    // line where the row starts
	plain bool   // the row has no quotes
}

func newCSV(r io.Reader, delim byte) *csvReader {
	return &csvReader{in: bufio.NewReaderSize(r, sampleSize), delim: delim, line: 1}
}

// atEnd reports whether everything has been read.
func (c *csvReader) atEnd() bool {
	_, err := c.in.Peek(1)
	return err != nil
}

// record returns the cells of the next row that is not empty, io.EOF at the end.
func (c *csvReader) record() ([]string, error) {
	for {
		if err := c.readRow(); err != nil {
			return nil, err
		}
		if len(c.ends) == 1 && c.ends[0] == 0 && c.plain {
			continue
		}
		all := string(c.buf)
		cells := make([]string, len(c.ends))
		from := 0
		for i, end := range c.ends {
			cells[i] = all[from:end]
			from = end
		}
		return cells, nil
	}
}

// readRow fills buf and ends.
func (c *csvReader) readRow() error {
	c.buf, c.ends, c.start, c.plain = c.buf[:0], c.ends[:0], c.line, true
	began := 0 // where the cell starts in buf
	for {
		b, err := c.in.ReadByte()
		if err != nil {
			return c.finish(err, began)
		}
		switch {
		case b == c.delim:
			if err := c.endCell(&began); err != nil {
				return err
			}
		case b == '\n' || b == '\r':
			if err := c.newline(b); err != nil {
				return err
			}
			return c.endCell(&began)
		case b == '"' && len(c.buf) == began:
			c.plain = false
			if err := c.quoted(); err != nil {
				return err
			}
		default:
			c.buf = append(c.buf, b)
		}
		if len(c.buf)-began > MaxCell || len(c.buf) > maxRecord {
			return refuse("longCell").With("line", c.start).With("max", MaxCell)
		}
	}
}

// finish ends the last row, which may lack a line end.
func (c *csvReader) finish(err error, began int) error {
	if !errors.Is(err, io.EOF) {
		return err
	}
	if len(c.buf) == 0 && len(c.ends) == 0 && c.plain {
		return io.EOF
	}
	return c.endCell(&began)
}

func (c *csvReader) endCell(began *int) error {
	c.ends = append(c.ends, len(c.buf))
	*began = len(c.buf)
	if len(c.ends) > MaxColumns {
		return refuse("tooManyColumns").With("max", MaxColumns).With("line", c.start)
	}
	return nil
}

// newline takes the rest of a line end.
func (c *csvReader) newline(b byte) error {
	c.line++
	if b != '\r' {
		return nil
	}
	next, err := c.in.ReadByte()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	case next != '\n':
		return c.in.UnreadByte()
	}
	return nil
}

// quoted reads to the closing quote.
func (c *csvReader) quoted() error {
	opened, began, last := c.line, len(c.buf), byte(0)
	for {
		b, err := c.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return refuse("openQuote").With("line", opened)
		}
		if err != nil {
			return err
		}
		if b == '"' {
			next, err := c.in.ReadByte()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if next != '"' {
				return c.in.UnreadByte()
			}
		}
		if b == '\n' && last != '\r' || b == '\r' {
			c.line++
		}
		last = b
		if c.buf = append(c.buf, b); len(c.buf)-began > MaxCell || len(c.buf) > maxRecord {
			return refuse("openQuote").With("line", opened)
		}
	}
}

// textTable is a table in delimited text.
type textTable struct{ csv *csvReader }

func openText(ctx context.Context, r io.ReadSeeker, k textKind) table {
	t := &textTable{csv: newCSV(k.reader(ctx, r), k.delim)}
	if k.sepLine {
		if _, err := t.csv.record(); err != nil {
			t.csv = newCSV(&failingReader{err}, k.delim)
		}
	}
	return t
}

func (t *textTable) next() (row, error) {
	cells, err := t.csv.record()
	if err != nil {
		return row{}, err
	}
	out := row{line: t.csv.start, cells: make([]cell, len(cells))}
	for i, s := range cells {
		out.cells[i].text = unguarded(s)
	}
	return out, nil
}

func (t *textTable) close() error { return nil }
