package ingest

import (
	"archive/zip"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tongban/schema"
)

// xlsxWriter writes a workbook of one sheet as rows come, holding none.
type xlsxWriter struct {
	zip    *zip.Writer
	sheet  io.Writer
	styles []string // number format codes, by style
	row    int
	buf    []byte
}

// What spreadsheets take: rows and columns of a sheet, characters of a cell.
const (
	maxSheetRows    = 1_048_576
	maxSheetColumns = 16_384
	maxSheetText    = 32_767
)

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// The parts that are the same in every workbook.
var fixedParts = [][2]string{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
}

// newXLSX begins a workbook. styles are the number format codes that cells may
// use, from 1; style 0 is plain.
func newXLSX(w io.Writer, sheet string, styles []string) (*xlsxWriter, error) {
	x := &xlsxWriter{zip: zip.NewWriter(w), styles: styles}
	parts := append(slices.Clip(fixedParts),
		[2]string{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="` + escapeXML(sheetName(sheet)) + `" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		[2]string{"xl/styles.xml", stylesXML(styles)})
	for _, p := range parts {
		f, err := x.zip.Create(p[0])
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(f, xmlHead+p[1]); err != nil {
			return nil, err
		}
	}
	var err error
	if x.sheet, err = x.zip.Create("xl/worksheets/sheet1.xml"); err != nil {
		return nil, err
	}
	_, err = io.WriteString(x.sheet, xmlHead+`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`)
	return x, err
}

func stylesXML(codes []string) string {
	var fmts, xfs strings.Builder
	for i, code := range codes {
		fmt.Fprintf(&fmts, `<numFmt numFmtId="%d" formatCode="%s"/>`, 200+i, escapeXML(code))
		fmt.Fprintf(&xfs, `<xf numFmtId="%d" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`, 200+i)
	}
	numFmts := ""
	if len(codes) > 0 {
		numFmts = fmt.Sprintf(`<numFmts count="%d">%s</numFmts>`, len(codes), fmts.String())
	}
	return `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + numFmts +
		`<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>` +
		fmt.Sprintf(`<cellXfs count="%d"><xf xfId="0"/>%s</cellXfs></styleSheet>`, len(codes)+1, xfs.String())
}

// sheetName makes a name that spreadsheets take.
func sheetName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) || r < 0x20 {
			return '_'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 31 {
		s = string(r[:31])
	}
	if s == "" {
		return "Sheet1"
	}
	return s
}

// sheetCell is one cell that goes out: a text, or a number with a style.
type sheetCell struct {
	text   string
	number string // plain digits; wins over text
	style  int
	yes    schema.Value // a bool; wins over both
}

func (x *xlsxWriter) writeRow(cells []sheetCell) error {
	if x.row++; x.row > maxSheetRows {
		return refuse("sheetFull").With("max", maxSheetRows)
	}
	x.buf = append(strconv.AppendInt(append(x.buf[:0], `<row r="`...), int64(x.row), 10), `">`...)
	for i := range cells {
		x.buf = x.appendCell(x.buf, i, &cells[i])
	}
	x.buf = append(x.buf, "</row>"...)
	_, err := x.sheet.Write(x.buf)
	return err
}

func (x *xlsxWriter) appendCell(dst []byte, column int, c *sheetCell) []byte {
	if c.yes == nil && c.number == "" && c.text == "" {
		return dst
	}
	dst = append(appendColumn(append(dst, `<c r="`...), column), strconv.Itoa(x.row)...)
	switch yes, ok := c.yes.(bool); {
	case ok:
		digit := "0"
		if yes {
			digit = "1"
		}
		return append(append(append(dst, `" t="b"><v>`...), digit...), "</v></c>"...)
	case c.number != "":
		if c.style > 0 {
			dst = strconv.AppendInt(append(dst, `" s="`...), int64(c.style), 10)
		}
		return append(append(append(dst, `"><v>`...), c.number...), "</v></c>"...)
	}
	dst = append(dst, `" t="inlineStr"><is><t xml:space="preserve">`...)
	return append(appendXMLText(dst, c.text), "</t></is></c>"...)
}

// appendColumn appends the letters of a column; 0 is A.
func appendColumn(dst []byte, n int) []byte {
	if n >= 26 {
		dst = appendColumn(dst, n/26-1)
	}
	return append(dst, byte('A'+n%26))
}

// appendXMLText escapes text, what XML cannot hold as _xHHHH_.
func appendXMLText(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r == '"':
			dst = append(dst, "&quot;"...)
		case r < 0x20 && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF:
			dst = fmt.Appendf(dst, "_x%04X_", r)
		case r == '_' && isEscape(s[i:]):
			dst = append(dst, "_x005F_"...)
		default:
			dst = append(dst, s[i:i+size]...)
		}
		i += size
	}
	return dst
}

func isEscape(s string) bool {
	_, ok := escapeAt(s)
	return ok
}

func escapeXML(s string) string { return string(appendXMLText(nil, s)) }

func (x *xlsxWriter) close() error {
	if _, err := io.WriteString(x.sheet, "</sheetData></worksheet>"); err != nil {
		return err
	}
	return x.zip.Close()
}

// serial is the number by which spreadsheets write a moment, given in ms of a
// clock that knows no zones. Before March 1900 they count wrongly: no number.
func serial(ms int64) (string, bool) {
	const toEpoch, first = 25_569, 61
	days := float64(ms)/86_400_000 + toEpoch
	if days < first || days >= lastSerial+1 || math.IsNaN(days) {
		return "", false
	}
	return strconv.FormatFloat(days, 'f', -1, 64), true
}
