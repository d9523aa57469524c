package ingest

import (
	"io"
	"strings"
)

// csvWriter writes rows as RFC 4180 wants them, keeping cells to the byte.
type csvWriter struct {
	w     io.Writer
	guard bool // put a ' before what a spreadsheet would take for a formula
	buf   []byte
}

func (c *csvWriter) row(cells []string) error {
	c.buf = c.buf[:0]
	for i, s := range cells {
		if i > 0 {
			c.buf = append(c.buf, ',')
		}
		if c.guard {
			s = guardedText(s)
		}
		c.buf = appendCell(c.buf, s)
	}
	if len(cells) == 1 && cells[0] == "" {
		c.buf = append(c.buf, `""`...) // not an empty line, which readers skip
	}
	c.buf = append(c.buf, "\r\n"...)
	_, err := c.w.Write(c.buf)
	return err
}

func appendCell(dst []byte, s string) []byte {
	if s == "" || !strings.ContainsAny(s, ",\"\r\n\t;|") && s[0] != ' ' && s[len(s)-1] != ' ' && !strings.HasPrefix(s, "\uFEFF") {
		return append(dst, s...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(s, `"`, `""`)...)
	return append(dst, '"')
}

// guardedText puts a ' before what a spreadsheet might run. Where there is one
// already it gets another, so that openText reads back what was there.
func guardedText(s string) string {
	if dangerous(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// unguarded takes the ' away that guardedText put there.
func unguarded(s string) string {
	if strings.HasPrefix(s, "'") && dangerous(strings.TrimLeft(s, "'")) {
		return s[1:]
	}
	return s
}

// dangerous reports whether a spreadsheet may run the cell. Plain numbers and
// the numbers of telephones are not: -5 and +86 138 stay what they are.
func dangerous(s string) bool {
	if s == "" || strings.IndexByte("=+-@\t\r\n", s[0]) < 0 {
		return false
	}
	harmless := ""
	switch s[0] {
	case '-':
		harmless = "0123456789."
	case '+':
		harmless = "0123456789.- ()"
	}
	return len(s) == 1 || strings.Trim(s[1:], harmless) != ""
}
