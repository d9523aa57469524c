package ingest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/schema/fail"
)

func readAll(t *testing.T, s string, delim byte) ([][]string, []int) {
	t.Helper()
	r := newCSV(strings.NewReader(s), delim)
	var rows [][]string
	var lines []int
	for {
		cells, err := r.record()
		if errors.Is(err, io.EOF) {
			return rows, lines
		}
		require.NoError(t, err)
		rows, lines = append(rows, cells), append(lines, r.start)
	}
}

func TestRowsAreReadToTheByte(t *testing.T) {
	rows, lines := readAll(t, "a,b\r\n\r\n\"x\r\ny\",\"q\"\"q\"\n,\n\"\"\rlast,\"tail\" z", ',')
	require.Equal(t, [][]string{{"a", "b"}, {"x\r\ny", `q"q`}, {"", ""}, {""}, {"last", "tail z"}}, rows)
	require.Equal(t, []int{1, 3, 5, 6, 7}, lines)
	rows, _ = readAll(t, `5" pipe,a"b`, ',')
	require.Equal(t, [][]string{{`5" pipe`, `a"b`}}, rows)
}

func TestRowsReadLikeTheLibraryReadsThem(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 2000 {
		var want [][]string
		for range 1 + r.IntN(4) {
			row := make([]string, 1+r.IntN(4))
			for i := range row {
				for range r.IntN(5) {
					row[i] += []string{"a", "客", ",", "\"", "\n", " ", ";"}[r.IntN(7)]
				}
			}
			if len(row) == 1 && row[0] == "" {
				row[0] = "x"
			}
			want = append(want, row)
		}
		var lib, own bytes.Buffer
		w := csv.NewWriter(&lib)
		require.NoError(t, w.WriteAll(want))
		c := &csvWriter{w: &own}
		for _, row := range want {
			require.NoError(t, c.row(row))
		}
		for _, text := range []string{lib.String(), own.String()} {
			got, _ := readAll(t, text, ',')
			require.Equal(t, want, got, "%q", text)
		}
	}
}

func TestTheDelimiterIsTheOneThatCutsEvenly(t *testing.T) {
	for text, want := range map[string]byte{
		"a,b,c\n1,2,3\n":                       ',',
		"a;b;c\n1,5;2;3\n2,5;3;4\n":            ';',
		"a\tb\n\"x,y\"\tz\n":                   '\t',
		"name;note\nx;\"a,b\nc,d\"\ny;\"e,f\"": ';',
		"only\none\ncolumn":                    ',',
		"a|b\n1|2":                             '|',
		"客户,备注\n甲,说明；一；二\n乙,无":                 ',',
	} {
		require.Equal(t, string(want), string(sniff(text, false)), "%q", text)
	}
}

func TestNumberFormatsAreUnderstood(t *testing.T) {
	for code, want := range map[string]format{
		"General": asNumber, "0.00": asNumber, "#,##0.00_);[Red](#,##0.00)": asNumber, "0.00E+00": asNumber, `"y"0`: asNumber, "@": asNumber,
		`"¥"#,##0.00`: asNumber, "[$¥-804]#,##0.00": asNumber, "0%": asPercent, "0.00%": asPercent,
		"yyyy-mm-dd": asDate, `yyyy"年"m"月"d"日"`: asDate, "[$-409]d-mmm-yy;@": asDate, "m/d": asDate, "aaaa": asDate,
		"yyyy/m/d h:mm": asDateTime, "h:mm:ss": asTime, "[h]:mm:ss": asTime, "mm:ss.0": asTime, "h:mm AM/PM": asTime, `\d0`: asNumber,
	} {
		require.Equal(t, want, classify(code), code)
	}
}

func TestNumbersBecomeDaysAsInSpreadsheets(t *testing.T) {
	for _, c := range []struct {
		raw  string
		f    format
		d04  bool
		want cell
	}{
		{"46348", asDate, false, cell{text: "2026-11-22"}},
		{"1", asDate, false, cell{text: "1900-01-01"}},
		{"59", asDate, false, cell{text: "1900-02-28"}},
		{"60", asDate, false, cell{text: "60"}},
		{"61", asDate, false, cell{text: "1900-03-01"}},
		{"44886", asDate, true, cell{text: "2026-11-22"}},
		{"2958465", asDate, false, cell{text: "9999-12-31"}},
		{"2958466", asDate, false, cell{text: "2958466"}},
		{"-1", asDate, false, cell{text: "-1"}},
		{"46348.604166666664", asDateTime, false, cell{text: "2026-11-22 14:30"}},
		{"46348.604166666664", asDate, false, cell{text: "2026-11-22 14:30", shown: "2026-11-22"}},
		{"0.60422453703703700", asTime, false, cell{text: "14:30:05"}},
		{"0.1", asPercent, false, cell{text: "0.1", shown: "10%"}},
		{"0.28999999999999998", asPercent, false, cell{text: "0.29", shown: "29%"}},
		{"19.989999999999998", asNumber, false, cell{text: "19.99"}},
		{"1.2345E-5", asNumber, false, cell{text: "0.000012345"}},
		{"123456789012345680", asNumber, false, cell{text: "123456789012346000"}},
		{"abc", asNumber, false, cell{text: "abc"}},
	} {
		require.Equal(t, c.want, numberCell(c.raw, c.f, c.d04), "%s %d", c.raw, c.f)
	}
}

func TestAGuessFitsTheValues(t *testing.T) {
	for want, values := range map[string][]string{
		"text":         {"a", "b", "c d"},
		"number":       {"1", "2", "-3"},
		"decimal":      {"1.50", "2", "1,234.5"},
		"percent":      {"5%", "12.5%"},
		"date":         {"2026-01-02", "2026/1/3"},
		"dateTime":     {"2026-01-02 10:00", "2026-01-02"},
		"email":        {"a@example.com", "b@example.org"},
		"phone":        {"13800138000", "021-62345678"},
		"checkbox":     {"是", "否", "是"},
		"url":          {"https://example.com", "http://example.org/x"},
		"singleSelect": slices.Repeat([]string{"A", "B"}, 5),
		"longText":     {"a\nb", "c"},
	} {
		p := newProfile()
		for _, v := range values {
			p.add(cell{text: v})
		}
		require.Equal(t, want, p.guess(), "%v", values)
	}
	for _, v := range []string{"007", "1234567890123456", "20261122x"} {
		p := newProfile()
		p.add(cell{text: v})
		require.Equal(t, "text", p.guess(), v)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\xEF\xBB\xBFa;b\n\"x\ny\";z", "\xFF\xFEa\x00,\x00b\x00\n\x00", "sep=|\na|b", "\xC3\xFB\xB3\xC6,\xBD\xF0\xB6\xEE\n\xBC\xD7,1", "\"", "\r\r\n\n", ",,,"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := detectText(t.Context(), bytes.NewReader(data), Source{})
		if err != nil {
			require.NotNil(t, fail.Of(err), "%v", err)
			return
		}
		drain(t, openText(t.Context(), bytes.NewReader(data), k))
	})
}

func FuzzSheet(f *testing.F) {
	for _, s := range []string{
		`<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>a</v></c><c r="AB1" s="1"><v>46348.5</v></c></row></sheetData></worksheet>`,
		`<row><c t="inlineStr"><is><r><t>a&amp;b</t></r><rPh><t>x</t></rPh></is></c><c/></row>`, `<row><c t="b"><v>1</v></c><!-- -- --><c t="e"><v>#N/A</v></c></row>`,
		`<?xml version="1.0"?><x:row r='7'><x:c r='B7'><x:v><![CDATA[1]]></x:v></x:c></x:row>`, `<row r="1"><c t="s"><v>0</v></c></row><row r="x">`, `<a b=">"/>`, `<row`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		shared := &sharedTexts{}
		shared.add([]byte("shared"))
		s := &sheet{
			book: &workbook{}, ctx: t.Context(), part: io.NopCloser(nil), xml: newXML(strings.NewReader(body)),
			formats: []format{asNumber, asDate}, shared: shared,
		}
		drain(t, s)
	})
}

// drain reads a table to its end or to a clear error.
func drain(t *testing.T, tab table) {
	t.Helper()
	for {
		r, err := tab.next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			require.NotNil(t, fail.Of(err), "%v", err)
			return
		}
		require.LessOrEqual(t, len(r.cells), MaxColumns)
	}
}
