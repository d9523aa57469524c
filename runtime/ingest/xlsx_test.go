package ingest_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"tongban/runtime/catalog"
	"tongban/runtime/ingest"
	"tongban/schema"
)

// sheetOf makes a workbook with another program's writer.
func sheetOf(t testing.TB, fill func(f *excelize.File, style func(code string) int)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f, func(code string) int {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		require.NoError(t, err)
		return id
	})
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	require.NoError(t, f.Close())
	return b.Bytes()
}

func TestWorkbooksComeInAsTheSheetMeans(t *testing.T) {
	w := newWorld(t)
	two := 2
	e := w.entity(
		catalog.FieldInput{Name: "名称", Key: "name", Type: "text"},
		catalog.FieldInput{Name: "金额", Key: "amount", Type: "decimal", Options: schema.Options{Scale: &two}},
		catalog.FieldInput{Name: "数量", Key: "qty", Type: "number"},
		catalog.FieldInput{Name: "折扣", Key: "rate", Type: "percent"},
		catalog.FieldInput{Name: "签约", Key: "day", Type: "date"},
		catalog.FieldInput{Name: "时间", Key: "at", Type: "dateTime"},
		catalog.FieldInput{Name: "是否", Key: "done", Type: "checkbox"},
		catalog.FieldInput{Name: "备注", Key: "notes", Type: "longText"},
	)
	data := sheetOf(t, func(f *excelize.File, style func(string) int) {
		s := "Sheet1"
		require.NoError(t, f.SetSheetRow(s, "A3", &[]any{"名称", "金额", "数量", "折扣", "签约", "时间", "是否", "备注"}))
		day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
		at := time.Date(2026, 1, 2, 14, 30, 5, 0, time.UTC)
		rows := [][]any{
			{"甲", 19.99, 1e21, 0.25, day, at, true, "a\nb"},
			{"乙", 0.1 + 0.2, -1.5, 0.333, day, at, false, "_x & <x> \"q\""},
			{12345678901.0, "1,234.5", "１２", "12.5%", "2026年3月4日", "2026-03-04 05:06", "是", 0.25},
			{day, 5, nil, nil, nil, nil, nil, day},
		}
		for i, r := range rows {
			require.NoError(t, f.SetSheetRow(s, fmt.Sprintf("A%d", 5+i), &r))
		}
		for cell, code := range map[string]string{
			"B5": `"¥"#,##0.00`, "B6": `"¥"#,##0.00`, "D5": "0%", "D6": "0.0%", "E5": `yyyy"年"m"月"d"日";@`, "E6": "mm-dd-yy",
			"F5": "yyyy/m/d h:mm:ss", "F6": "[$-804]yyyy-mm-dd hh:mm", "H7": "0.0%", "A8": "yyyy-mm-dd", "H8": `m"月"d"日"`,
		} {
			require.NoError(t, f.SetCellStyle(s, cell, cell, style(code)))
		}
		require.NoError(t, f.SetCellFormula(s, "C8", "1+1")) // never computed: empty
	})
	j := w.bring(e, "客户.xlsx", data, nil)
	require.Equal(t, ingest.Done, j.State, "%+v", j.Error)
	require.Equal(t, []int{4, 0, 4}, []int{j.Total, j.Failed, j.Created}, "%+v", j.FirstBad)
	require.Equal(t, []map[string]any{
		{"name": "甲", "amount": "19.99", "qty": 1e21, "rate": 0.25, "day": "2026-01-02", "at": "2026-01-02T06:30:05Z", "done": true, "notes": "a\nb"},
		{"name": "乙", "amount": "0.30", "qty": -1.5, "rate": 0.333, "day": "2026-01-02", "at": "2026-01-02T06:30:05Z", "done": false, "notes": "_x & <x> \"q\""},
		{"name": "12345678901", "amount": "1234.50", "qty": 12.0, "rate": 0.125, "day": "2026-03-04", "at": "2026-03-03T21:06:00Z", "done": true, "notes": "25%"},
		{"name": "2026-01-02", "amount": "5.00", "notes": "2026-01-02"},
	}, w.all(e))
}

func TestAFaultyCellIsNamed(t *testing.T) {
	w := newWorld(t)
	e := w.entity(catalog.FieldInput{Name: "名称", Key: "name", Type: "text"}, catalog.FieldInput{Name: "数量", Key: "qty", Type: "number"})
	j := w.bring(e, "x.xlsx", rawWorkbook(t, map[string]string{
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c><c r="C1" t="inlineStr"><is><r><t>数</t></r><r><t>量</t></r><rPh><t>x</t></rPh></is></c></row>` +
			`<row r="90000"><c r="A90000" t="str"><v>甲</v></c><c r="C90000" t="e"><v>#N/A</v></c></row>` +
			`<row r="1048576"><c r="A1048576" t="str"><v><![CDATA[乙 <&>]]>_x000A__x005F_x000D__xD83D__xDE00_&#x4E2D;</v></c><c r="C1048576"><v>4.0000000000000002E-2</v></c></row></sheetData></worksheet>`,
	}), nil)
	require.Equal(t, ingest.Done, j.State, "%+v", j.Error)
	require.Equal(t, []ingest.RowError{{Row: 1, Line: 90000, Column: "数量", Code: "import.faultyCell", Params: map[string]any{"value": "#N/A"}}}, j.FirstBad)
	require.Equal(t, []map[string]any{{"name": "乙 <&>\n_x000D_😀中", "qty": 0.04}}, w.all(e))
}

// rawWorkbook makes a workbook of the given parts; those that are missing are
// the least that a workbook needs.
func rawWorkbook(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	all := map[string]string{
		"_rels/.rels":                `<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="x"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://x/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="r3" Type="http://x/styles" Target="styles.xml"/></Relationships>`,
	}
	maps.Copy(all, parts)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range all {
		f, err := z.Create(name)
		require.NoError(t, err)
		_, err = f.Write([]byte(body))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func TestHostileFilesAreRefusedAndTheServiceLives(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	sheet := func(body string) map[string]string {
		return map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + body}
	}
	head := `<row r="1"><c r="A1" t="str"><v>名称</v></c></row>`
	good := rawWorkbook(t, sheet(head+`</sheetData></worksheet>`))
	bomb := rawWorkbook(t, sheet(head+strings.Repeat(strings.Repeat(" ", 1<<20), 600)))
	for name, c := range map[string]struct {
		file string
		data []byte
		want []string
	}{
		"empty":                 {"x.csv", nil, []string{"import.emptyFile"}},
		"blank lines":           {"x.csv", []byte("\n\n\r\n"), []string{"import.noRows"}},
		"binary":                {"x.csv", []byte("\x7fELF\x00\x01\x02\x00\x00\x00\x00abc\x00"), []string{"import.notText"}},
		"NUL late":              {"x.csv", []byte("名称\n" + strings.Repeat("a\n", 100) + "a\x00b\n"), []string{"import.notText"}},
		"quote never closed":    {"x.csv", []byte("名称\n\"" + strings.Repeat("a\n", 300_000)), []string{"import.openQuote"}},
		"endless cell":          {"x.csv", []byte("名称\n" + strings.Repeat("a", 1_000_000)), []string{"import.longCell"}},
		"many columns":          {"x.csv", []byte(strings.Repeat("a,", 501)), []string{"import.tooManyColumns"}},
		"old workbook":          {"x.xls", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("x", 600)), []string{"import.oldWorkbook"}},
		"cut workbook":          {"x.xlsx", good[:len(good)/2], []string{"import.badWorkbook"}},
		"zip, no workbook":      {"x.xlsx", zipOf(t, "a.txt", "x"), []string{"import.badWorkbook"}},
		"a picture":             {"x.xlsx", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), []string{"import.notText"}},
		"bomb":                  {"x.xlsx", bomb, []string{"import.unpacksTooLarge"}},
		"document type":         {"x.xlsx", rawWorkbook(t, sheet(`<!DOCTYPE x [<!ENTITY a "aaaa">]><row r="1"><c t="str"><v>&a;</v></c></row>`)), []string{"import.badWorkbook"}},
		"unknown entity":        {"x.xlsx", rawWorkbook(t, sheet(`<row r="1"><c t="str"><v>&a;</v></c></row>`)), []string{"import.badWorkbook"}},
		"ends in the middle":    {"x.xlsx", rawWorkbook(t, sheet(head+`<row r="2"><c r="A2" t="str"><v>a`)), []string{"import.badWorkbook"}},
		"column beyond all":     {"x.xlsx", rawWorkbook(t, sheet(head+`<row r="2"><c r="XFD2" t="str"><v>a</v></c></row>`)), []string{"import.tooManyColumns"}},
		"endless tag":           {"x.xlsx", rawWorkbook(t, sheet(head+`<row r="`+strings.Repeat("2", 2<<20))), []string{"import.badWorkbook"}},
		"only a header":         {"x.xlsx", good, []string{""}},
		"shared text not there": {"x.xlsx", rawWorkbook(t, sheet(head+`<row r="2"><c r="A2" t="s"><v>99999999999999</v></c></row></sheetData></worksheet>`)), []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			from := clock()
			id := w.files.put(c.file, c.data)
			j := w.bring(e, c.file, c.data, nil)
			got := ""
			if j.Error != nil {
				got = j.Error.Code
			}
			require.Contains(t, c.want, got, "%+v", j)
			_, err := w.service.Preview(t.Context(), w.boss(), e.ID, ingest.Source{File: id, Name: c.file})
			if got != "" && name != "NUL late" && name != "column beyond all" {
				require.Error(t, err)
			}
			require.Less(t, time.Since(from), 15*time.Second)
		})
	}
	require.Zero(t, w.count(e))
	j := w.bring(e, "x.csv", []byte("名称\n好\n"), nil)
	require.Equal(t, 1, j.Created)
}

func zipOf(t testing.TB, name, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create(name)
	require.NoError(t, err)
	_, err = f.Write([]byte(body))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}
