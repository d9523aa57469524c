package ingest_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"tongban/runtime/catalog"
	"tongban/runtime/ingest"
	"tongban/schema"
)

// customersCSV is the file of the acceptance check, with a bad amount in every
// badEvery-th row.
func customersCSV(rows, badEvery int, delim string) string {
	var b strings.Builder
	b.WriteString(strings.Join([]string{"名称", "金额", "数量", "备注", "日期", "行业"}, delim))
	for i := range rows {
		amount := fmt.Sprintf("%d.25", i)
		if badEvery > 0 && i%badEvery == badEvery-1 {
			amount = "十二"
		}
		fmt.Fprintf(&b, "\r\n"+strings.Join([]string{"公司%d", "%s", "%d", "\"第%d行\n含换行,与\"\"引号\"\"\"", "2026-%02d-%02d", "%s"}, delim),
			i, amount, i%97, i, i%12+1, i%28+1, []string{"金融", "零售", "教育"}[i%3])
	}
	return b.String()
}

func encode(t testing.TB, e encoding.Encoding, s string) []byte {
	t.Helper()
	b, err := e.NewEncoder().Bytes([]byte(s))
	require.NoError(t, err)
	return b
}

func TestTextComesInExactlyInEveryEncodingAndDelimiter(t *testing.T) {
	w := newWorld(t)
	for label, encoded := range map[string]func(string) []byte{
		"UTF-8":             func(s string) []byte { return []byte(s) },
		"UTF-8 with a mark": func(s string) []byte { return []byte("\xEF\xBB\xBF" + s) },
		"GB18030":           func(s string) []byte { return encode(t, simplifiedchinese.GB18030, s) },
		"UTF-16LE":          func(s string) []byte { return encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), s) },
		"UTF-16BE":          func(s string) []byte { return encode(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), s) },
		"UTF-16LE bare":     func(s string) []byte { return encode(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), s) },
	} {
		for _, delim := range []string{",", ";", "\t"} {
			t.Run(label+" "+fmt.Sprintf("%q", delim), func(t *testing.T) {
				e := w.customers()
				j := w.bring(e, "客户.csv", encoded(customersCSV(50, 10, delim)), nil)
				require.Equal(t, ingest.Done, j.State, "%+v", j.Error)
				require.Equal(t, []int{50, 50, 5, 45}, []int{j.Total, j.Done, j.Failed, j.Created})
				require.Empty(t, j.Notes)
				all := w.all(e)
				require.Len(t, all, 45)
				require.Equal(t, "公司42", all[38]["name"])
				require.Equal(t, "42.25", all[38]["amount"])
				require.InDelta(t, 42, all[38]["qty"], 0)
				require.Equal(t, "第42行\n含换行,与\"引号\"", all[38]["notes"])
				require.Equal(t, "2026-07-15", all[38]["day"])
				require.Equal(t, "金融", name(t, all[38], "industry", "name"))
			})
		}
	}
}

func TestRefusedRowsAreListedByLineColumnAndReason(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	data := "名称,金额,日期,行业,多余\n甲,1.00,2026-01-01,金融,x\n\"乙\n二\",1.005,昨天,金融,y\n丙,2,2026-02-01,农业,\"z,z\"\n丁,3,,,\n"
	j := w.bring(e, "客户.csv", []byte(data), nil)
	require.Equal(t, ingest.Done, j.State)
	require.Equal(t, []int{4, 2, 2}, []int{j.Done, j.Failed, j.Created})
	require.Equal(t, []ingest.RowError{
		{Row: 2, Line: 3, Column: "金额", Code: "field.tooManyPlaces", Params: map[string]any{"scale": 2.0}},
		{Row: 2, Line: 3, Column: "日期", Code: "field.badDate", Params: map[string]any{"value": "昨天"}},
		{Row: 3, Line: 5, Column: "行业", Code: "field.badChoice", Params: map[string]any{"value": "农业"}},
	}, j.FirstBad)
	require.Equal(t, "import.columnLeftOut", j.Notes[0].Code)
	require.NotZero(t, j.ErrorFile)
	require.Equal(t, "客户 - 未导入的行.csv", w.files.name[j.ErrorFile])
	require.Equal(t, "\uFEFF名称,金额,日期,行业,多余,行号,列,原因\r\n"+
		"\"乙\n二\",1.005,昨天,金融,y,3,\"金额; 日期\",\"field.tooManyPlaces; field.badDate\"\r\n"+
		"丙,2,2026-02-01,农业,\"z,z\",5,行业,field.badChoice\r\n", string(w.files.all[j.ErrorFile]))
}

func TestMappingSendsColumnsWhereItSays(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	to, drop := "name", (*string)(nil)
	j := w.bring(e, "x.csv", []byte("Kunde,名称,金额\nA,B,1\n"), func(r *ingest.ImportRequest) {
		r.Mapping = map[string]*string{"Kunde": &to, "名称": drop}
	})
	require.Equal(t, ingest.Done, j.State, "%+v", j.Error)
	require.Equal(t, []map[string]any{{"name": "A", "amount": "1.00"}}, w.all(e))
	for code, r := range map[string]func(*ingest.ImportRequest){
		"field.unknown":          func(r *ingest.ImportRequest) { no := "nothing"; r.Mapping = map[string]*string{"名称": &no} },
		"import.unknownEncoding": func(r *ingest.ImportRequest) { r.Source.Encoding = "klingon" },
		"import.badDelimiter":    func(r *ingest.ImportRequest) { r.Source.Delimiter = "x" },
		"import.unknownHeader":   func(r *ingest.ImportRequest) { r.Mapping = map[string]*string{"Nix": &to} },
		"import.fieldTwice":      func(r *ingest.ImportRequest) { r.Mapping = map[string]*string{"名称": &to, "金额": &to} },
		"import.noColumns":       func(r *ingest.ImportRequest) { r.Mapping = map[string]*string{"名称": nil, "金额": nil} },
	} {
		req := ingest.ImportRequest{Entity: e.ID, Source: ingest.Source{File: w.files.put("x.csv", []byte("名称,金额\nA,1\n")), Name: "x.csv"}}
		r(&req)
		job, err := w.service.Import(t.Context(), w.boss(), req)
		if err != nil {
			require.ErrorContains(t, err, code)
			continue
		}
		job = w.wait(job.ID)
		require.Equal(t, ingest.Failed, job.State, code)
		require.Equal(t, code, job.Error.Code)
	}
	require.Equal(t, 1, w.count(e))
}

func TestFieldsAndChoicesAreMadeWhereAsked(t *testing.T) {
	w := newWorld(t)
	e := w.entity(catalog.FieldInput{Name: "名称", Key: "name", Type: "text"}, catalog.FieldInput{Name: "行业", Key: "industry", Type: "singleSelect"})
	var b strings.Builder
	b.WriteString("名称,行业,电话,邮箱,签约日,金额,等级,网址\n")
	for i := range 40 {
		fmt.Fprintf(&b, "公司%d,%s,1380013%04d,a%d@example.com,2026-01-%02d,%d.50,%s,https://example.com/%d\n", i, []string{"金融", "零售"}[i%2], i, i, i%28+1, i, []string{"A", "B", "C"}[i%3], i)
	}
	j := w.bring(e, "x.csv", []byte(b.String()), func(r *ingest.ImportRequest) { r.CreateFields, r.CreateChoices = true, true })
	require.Equal(t, ingest.Done, j.State, "%+v", j.Error)
	require.Equal(t, 40, j.Created, "%+v", j.FirstBad)
	snap, err := w.catalog.Tenant(t.Context(), w.tenant)
	require.NoError(t, err)
	types := map[string]string{}
	for _, f := range snap.Entity(e.ID).Live() {
		types[f.Name] = f.Type
	}
	require.Equal(t, map[string]string{"名称": "text", "行业": "singleSelect", "电话": "phone", "邮箱": "email", "签约日": "date", "金额": "decimal", "等级": "singleSelect", "网址": "url"}, types)
}

func TestUpsertUpdatesWhatIsThereAndTakesTheLastOfEqualRows(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	on := func(r *ingest.ImportRequest) { r.UpsertOn = []string{"name"} }
	j := w.bring(e, "x.csv", []byte("名称,金额\n甲,1\n乙,2\n甲,3\n"), on)
	require.Equal(t, ingest.Done, j.State, "%+v", j.Error)
	require.Equal(t, []int{2, 1}, []int{j.Created, j.Updated})
	j = w.bring(e, "x.csv", []byte("名称,金额\n乙,20\n丙,30\n"), on)
	require.Equal(t, []int{1, 1}, []int{j.Created, j.Updated})
	require.Equal(t, []map[string]any{{"name": "甲", "amount": "3.00"}, {"name": "乙", "amount": "20.00"}, {"name": "丙", "amount": "30.00"}}, w.all(e))
	require.Equal(t, ingest.Undone, w.undo(j.ID).State)
	require.Equal(t, []map[string]any{{"name": "甲", "amount": "3.00"}, {"name": "乙", "amount": "2.00"}}, w.all(e))
}

func (w *world) undo(id string) *ingest.Job {
	w.Helper()
	_, err := w.service.Undo(w.Context(), w.boss(), id)
	require.NoError(w, err)
	return w.wait(id)
}

func TestUniqueValuesAreRefusedAndTheOthersGoIn(t *testing.T) {
	w := newWorld(t)
	e := w.entity(
		catalog.FieldInput{Name: "名称", Key: "name", Type: "text", Required: true},
		catalog.FieldInput{Name: "编号", Key: "code", Type: "text", Unique: true})
	var b strings.Builder
	b.WriteString("名称,编号\n")
	for i := range 300 {
		fmt.Fprintf(&b, "公司%d,c%d\n", i, i)
	}
	b.WriteString("双,C7\n又双,x1\n再双,X1\n,x2\n")
	j := w.bring(e, "x.csv", []byte(b.String()), nil)
	require.Equal(t, ingest.Done, j.State, "%+v", j.Error)
	require.Equal(t, []int{304, 3, 301}, []int{j.Done, j.Failed, j.Created}, "%+v", j.FirstBad)
	require.Equal(t, 301, w.count(e))
	codes := []string{}
	for _, r := range j.FirstBad {
		codes = append(codes, fmt.Sprint(r.Line, r.Column, r.Code))
	}
	require.Equal(t, []string{"302编号field.notUnique", "304编号field.notUnique", "305名称field.required"}, codes)

	j = w.bring(e, "x.csv", []byte(b.String()), nil)
	require.Equal(t, []int{304, 304, 0}, []int{j.Done, j.Failed, j.Created})
	require.Equal(t, 301, w.count(e))
}

func TestAnImportIsUndoneAsAWhole(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	w.bring(e, "x.csv", []byte("名称\n先来\n"), nil)
	j := w.bring(e, "x.csv", []byte(customersCSV(2500, 0, ",")), nil)
	require.Equal(t, 2500, j.Created)
	require.Equal(t, 2501, w.count(e))
	require.Equal(t, ingest.Undone, w.undo(j.ID).State)
	require.Equal(t, []map[string]any{{"name": "先来"}}, w.all(e))
}

func TestAnInterruptedImportGoesOnWithoutDoublingARow(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	const rows = 12_000
	file := w.files.put("x.csv", []byte(customersCSV(rows, 100, ",")))
	j, err := w.service.Import(t.Context(), w.boss(), ingest.ImportRequest{Entity: e.ID, Source: ingest.Source{File: file, Name: "x.csv"}})
	require.NoError(t, err)
	restarts := 0
	for range 4 {
		for {
			now, err := w.service.Get(t.Context(), w.boss(), j.ID)
			require.NoError(t, err)
			if now.State == ingest.Done || now.Done > (restarts+1)*1500 {
				break
			}
			pause()
		}
		w.restart()
		restarts++
	}
	done := w.wait(j.ID)
	require.Equal(t, ingest.Done, done.State, "%+v", done.Error)
	require.NotEmpty(t, done.ResumedAt)
	require.Equal(t, []int{rows, rows / 100, rows - rows/100}, []int{done.Done, done.Failed, done.Created})
	require.Equal(t, rows-rows/100, w.count(e))
	seen := map[string]bool{}
	for _, r := range w.all(e) {
		require.False(t, seen[name(t, r, "name")], r["name"])
		seen[name(t, r, "name")] = true
	}
	require.Equal(t, rows/100+1, bytes.Count(w.files.all[done.ErrorFile], []byte("\r\n")), "one line per refused row and the header")
}

func TestACancelledImportKeepsWhatWentInAndCanBeUndone(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	file := w.files.put("x.csv", []byte(customersCSV(30_000, 0, ",")))
	j, err := w.service.Import(t.Context(), w.boss(), ingest.ImportRequest{Entity: e.ID, Source: ingest.Source{File: file, Name: "x.csv"}})
	require.NoError(t, err)
	for j.Done == 0 {
		j, err = w.service.Get(t.Context(), w.boss(), j.ID)
		require.NoError(t, err)
	}
	j, err = w.service.Cancel(t.Context(), w.boss(), j.ID)
	require.NoError(t, err)
	require.Equal(t, ingest.Cancelled, j.State)
	require.Equal(t, j.Created, w.count(e))
	require.Positive(t, j.Created)
	require.Equal(t, ingest.Undone, w.undo(j.ID).State)
	require.Zero(t, w.count(e))
}

func TestUsersAndLinkedRecordsAreFoundByName(t *testing.T) {
	w := newWorld(t)
	company := w.entity(catalog.FieldInput{Name: "名称", Key: "name", Type: "text"})
	w.bring(company, "x.csv", []byte("名称\n\"华信, 集团\"\n双\na\n双\n"), nil)
	e := w.entity(
		catalog.FieldInput{Name: "名称", Key: "name", Type: "text"},
		catalog.FieldInput{Name: "公司", Key: "company", Type: "link", Options: schema.Options{Entity: company.ID}},
		catalog.FieldInput{Name: "负责人", Key: "owner", Type: "user"})
	j := w.bring(e, "x.csv", []byte("名称,公司,负责人\na,\"华信, 集团\",老板\nb,双,BOSS@example.com\nc,,某人\n"), nil)
	require.Equal(t, []int{1, 2}, []int{j.Created, j.Failed}, "%+v", j)
	require.Equal(t, "field.badLink", j.FirstBad[0].Code) // two have that title
	require.Equal(t, "field.badUser", j.FirstBad[1].Code)
	all := w.all(e)
	require.Equal(t, "华信, 集团", name(t, all[0], "company", "name"))
	require.Equal(t, "老板", name(t, all[0], "owner", "name"))
}

func TestAnEncodingThatIsNamedIsUsed(t *testing.T) {
	w := newWorld(t)
	for label, text := range map[string]string{
		"utf-8": "客户", "utf-16": "客户", "utf-16be": "客户", "gb18030": "客户𠮷€", "gbk": "客户", "gb2312": "客户", "big5": "客戶",
		"shift_jis": "顧客カナ", "euc-jp": "顧客", "euc-kr": "고객", "windows-1252": "café €", "iso-8859-15": "œuvre €", "windows-1251": "клиент", "koi8-r": "клиент",
	} {
		enc, err := htmlindex.Get(label)
		require.NoError(t, err, label)
		e := w.entity(catalog.FieldInput{Name: "name", Key: "name", Type: "text"})
		j := w.bring(e, "x.csv", encode(t, enc, "name,x\n"+text+",y\n"), func(r *ingest.ImportRequest) { r.Source.Encoding = label })
		require.Equal(t, ingest.Done, j.State, "%s %+v", label, j.Error)
		require.Equal(t, []map[string]any{{"name": text}}, w.all(e), label)
	}
}

func TestBytesThatMakeNoCharacterAreRefusedNotReplaced(t *testing.T) {
	w := newWorld(t)
	e := w.entity(catalog.FieldInput{Name: "name", Key: "name", Type: "text"})
	j := w.bring(e, "x.csv", []byte("name\ngood\nbad \xff\xfe\xff\n"), func(r *ingest.ImportRequest) { r.Source.Encoding = "gb18030" })
	require.Equal(t, []int{1, 1}, []int{j.Created, j.Failed}, "%+v", j)
	require.Equal(t, "import.badBytes", j.FirstBad[0].Code)
	j = w.bring(e, "x.csv", []byte("name\nbad \xff\n"), func(r *ingest.ImportRequest) { r.Source.Encoding = "utf-8" })
	require.Equal(t, "field.badText", j.FirstBad[0].Code)
}
