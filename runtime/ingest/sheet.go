package ingest

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxBlanks is how many empty cells a sheet may spell out.
const maxBlanks = 40_000_000

// sheet is a table in a workbook.
type sheet struct {
	book    *workbook
	ctx     context.Context //nolint:containedctx // lives as long as one read loop
	part    io.ReadCloser
	xml     *xmlScanner
	formats []format
	shared  *sharedTexts
	line    int
	rows    int // seen, empty ones included
	blanks  int // cells seen without anything in them
}

func (s *sheet) close() error { return s.part.Close() }

// next returns the next row that has something in it.
func (s *sheet) next() (row, error) {
	for {
		tok, err := s.xml.next()
		if errors.Is(err, io.EOF) {
			return row{}, io.EOF
		}
		if err != nil {
			return row{}, badWorkbook(err)
		}
		if tok != xmlStart || s.xml.name != "row" {
			continue
		}
		if err := s.ctx.Err(); err != nil {
			return row{}, context.Cause(s.ctx)
		}
		if s.rows++; s.rows > maxSheetRows {
			return row{}, refuse("tooManyRows").With("max", MaxRows)
		}
		s.line++
		if n, err := strconv.Atoi(s.xml.get("r")); err == nil && n > 0 {
			s.line = n
		}
		r, err := s.row()
		if err != nil {
			return row{}, badWorkbook(err)
		}
		if len(r.cells) > 0 {
			return r, nil
		}
	}
}

// row reads the cells up to the end of a row, empty ones at its end left out.
func (s *sheet) row() (row, error) {
	r := row{line: s.line}
	column, size, seen := -1, 0, 0
	for {
		tok, err := s.xml.next()
		if err != nil {
			return r, unexpected(err)
		}
		switch {
		case tok == xmlEnd && s.xml.name == "row":
			return r, nil
		case tok != xmlStart || s.xml.name != "c":
			continue
		}
		if seen++; seen > maxSheetColumns {
			return r, refuse("tooManyColumns").With("max", MaxColumns).With("line", s.line)
		}
		column++
		if at, ok := columnOf(s.xml.get("r")); ok {
			column = at
		}
		c, err := s.cell(s.xml.get("t"), s.xml.get("s"))
		if err != nil {
			return r, err
		}
		if c == (cell{}) {
			if s.blanks++; s.blanks > maxBlanks {
				return r, refuse("unpacksTooLarge").With("max", MaxUnpacked>>20)
			}
			continue
		}
		if column >= MaxColumns {
			return r, refuse("tooManyColumns").With("max", MaxColumns).With("line", s.line)
		}
		if size += len(c.text); len(c.text) > MaxCell || size > maxRecord {
			return r, refuse("longCell").With("line", s.line).With("max", MaxCell)
		}
		for len(r.cells) <= column {
			r.cells = append(r.cells, cell{})
		}
		r.cells[column] = c
	}
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// columnOf reads the letters of a reference such as AB12; A is 0.
func columnOf(ref string) (int, bool) {
	n := 0
	for i := range len(ref) {
		switch c := ref[i]; {
		case c >= 'A' && c <= 'Z':
			n = n*26 + int(c-'A') + 1
		case c >= 'a' && c <= 'z':
			n = n*26 + int(c-'a') + 1
		default:
			return n - 1, n > 0
		}
		if n > 1<<20 {
			return 0, false
		}
	}
	return n - 1, n > 0
}

// cell reads to the end of a cell.
func (s *sheet) cell(typ, style string) (cell, error) {
	var text []byte
	take, phonetic := false, false
	for {
		tok, err := s.xml.next()
		if err != nil {
			return cell{}, unexpected(err)
		}
		switch {
		case tok == xmlText && take && !phonetic:
			if text = append(text, s.xml.text...); len(text) > 2*MaxCell {
				return cell{}, refuse("longCell").With("line", s.line).With("max", MaxCell)
			}
		case tok == xmlText:
		case s.xml.name == "v" || s.xml.name == "t":
			take = tok == xmlStart
		case s.xml.name == "rPh":
			phonetic = tok == xmlStart
		case tok == xmlEnd && s.xml.name == "c":
			return s.value(typ, style, string(text)), nil
		}
	}
}

// value turns what a cell holds into what it means.
func (s *sheet) value(typ, style, raw string) cell {
	switch typ {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(raw))
		if err != nil {
			return cell{}
		}
		text, _ := s.shared.get(i)
		return cell{text: unescapeCell(text)}
	case "str", "inlineStr":
		return cell{text: unescapeCell(raw)}
	case "b":
		if strings.TrimSpace(raw) == "1" {
			return cell{text: "true"}
		}
		return cell{text: "false"}
	case "e":
		return cell{text: raw, fault: true}
	case "d":
		return cell{text: strings.TrimSuffix(raw, "T00:00:00")}
	}
	if raw = strings.TrimSpace(raw); raw == "" {
		return cell{}
	}
	f := asNumber
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(s.formats) {
		f = s.formats[i]
	}
	return numberCell(raw, f, s.book.date1904)
}

// unescapeCell resolves _x000D_ and its like, by which workbooks write what
// XML cannot hold.
func unescapeCell(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		u, ok := escapeAt(s[i:])
		if !ok {
			b.WriteByte(s[i])
			i++
			continue
		}
		i += 7
		r := rune(u)
		if utf16.IsSurrogate(r) {
			low, ok := escapeAt(s[i:])
			r = utf16.DecodeRune(r, rune(low))
			if ok && r != utf8.RuneError {
				i += 7
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

func escapeAt(s string) (uint64, bool) {
	if len(s) < 7 || s[:2] != "_x" || s[6] != '_' {
		return 0, false
	}
	u, err := strconv.ParseUint(s[2:6], 16, 16)
	return u, err == nil
}
