package ingest_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/ingest"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

func (w *world) export(a access.Actor, r ingest.ExportRequest) []byte {
	w.Helper()
	j, err := w.service.Export(w.Context(), a, r)
	require.NoError(w, err)
	j = w.wait(j.ID)
	require.Equal(w, ingest.Done, j.State, "%+v", j.Error)
	return w.files.all[j.File]
}

// naughty are texts that must survive the way out and in again.
func naughty() []string {
	return []string{
		"plain", " space around ", "a,b;c\td|e", "\"quoted\"", "\"", "line\nend", "carriage\r\nreturn", "lone\rcarriage", "=1+1", "+1", "-x", "@a", "'a",
		"_x000D_", "_x0041_x", "\u0001\u001f\u007f", "\ufeffmark", "e\u0301", "ﬁ", "👩‍👩‍👧", "\U0010fffd", "<b>&amp;</b>", "]]>", "\u2028\u2029", "\u202eabc", "NULL", "null", "TRUE", "1e5", "007", "\ufffe",
	}
}

func TestTextGoesOutAndComesInUnchanged(t *testing.T) {
	w := newWorld(t)
	fields := []catalog.FieldInput{{Name: "编号", Key: "no", Type: "number"}, {Name: "文字", Key: "body", Type: "longText"}}
	e := w.entity(fields...)
	var changes []record.Change
	for i, s := range naughty() {
		changes = append(changes, record.Change{Op: store.OpCreate, Fields: map[string]any{"no": json.Number(strconv.Itoa(i)), "body": s}})
	}
	_, err := w.records.Write(t.Context(), record.Batch{Actor: w.boss(), Entity: e.ID, Changes: changes})
	require.NoError(t, err)
	for _, format := range []string{ingest.CSV, ingest.XLSX} {
		out := w.export(w.boss(), ingest.ExportRequest{Entity: e.ID, Format: format})
		into := w.entity(fields...)
		j := w.bring(into, "x."+format, out, nil)
		require.Equal(t, []int{len(naughty()), 0}, []int{j.Created, j.Failed}, "%s %+v %+v", format, j.Error, j.FirstBad)
		require.Equal(t, w.all(e), w.all(into), format)
	}
	lines := strings.Split(strings.TrimSuffix(string(w.export(w.boss(), ingest.ExportRequest{Entity: e.ID, Format: ingest.JSONL})), "\n"), "\n")
	require.Len(t, lines, len(naughty()))
	for i, line := range lines {
		var one struct{ Fields struct{ Body string } }
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		require.Equal(t, naughty()[i], one.Fields.Body)
	}
}

func TestAnExportReadsBackAsTheSameRecords(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	w.bring(e, "x.csv", []byte(customersCSV(2300, 0, ",")), nil)
	for _, format := range []string{ingest.CSV, ingest.XLSX} {
		into := w.customers()
		j := w.bring(into, "x."+format, w.export(w.boss(), ingest.ExportRequest{Entity: e.ID, Format: format}), nil)
		require.Equal(t, 2300, j.Created, "%s %+v %+v", format, j.Error, j.FirstBad)
		require.Equal(t, w.all(e), w.all(into), format)
	}
}

func TestDepartmentsAndRolesGoOutAndComeInByName(t *testing.T) {
	w := newWorld(t)
	dept, err := w.catalog.CreateDepartment(t.Context(), w.boss(), catalog.DepartmentInput{Name: "销售部"})
	require.NoError(t, err)
	role, err := w.catalog.CreateRole(t.Context(), w.boss(), catalog.RoleInput{Name: "审核人"})
	require.NoError(t, err)
	fields := []catalog.FieldInput{
		{Name: "名称", Key: "name", Type: "text"},
		{Name: "部门", Key: "dept", Type: "department"},
		{Name: "角色", Key: "role", Type: "role"},
	}
	e := w.entity(fields...)
	values := func(name, r string) record.Change {
		return record.Change{Op: store.OpCreate, Fields: map[string]any{"name": name, "dept": schema.FormatID(schema.PrefixDept, dept.ID), "role": r}}
	}
	_, err = w.records.Write(t.Context(), record.Batch{Actor: w.boss(), Entity: e.ID, Changes: []record.Change{
		values("甲", schema.FormatID(schema.PrefixRole, role.ID)), values("乙", "member"),
	}})
	require.NoError(t, err)
	for _, format := range []string{ingest.CSV, ingest.XLSX} {
		out := w.export(w.boss(), ingest.ExportRequest{Entity: e.ID, Format: format})
		into := w.entity(fields...)
		j := w.bring(into, "x."+format, out, nil)
		require.Equal(t, 2, j.Created, "%s %+v %+v", format, j.Error, j.FirstBad)
		require.Equal(t, w.all(e), w.all(into), format)
		require.NotNil(t, w.all(into)[0]["dept"])
		require.NotNil(t, w.all(into)[0]["role"])
	}
}

func TestWorkbooksThatGoOutAreReadByOtherPrograms(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	w.bring(e, "x.csv", []byte("名称,金额,数量,日期,行业\n甲 <&>,1234.5,7,2026-11-22,金融\n"), nil)
	f, err := excelize.OpenReader(bytes.NewReader(w.export(w.boss(), ingest.ExportRequest{Entity: e.ID, Format: ingest.XLSX})))
	require.NoError(t, err)
	rows, err := f.GetRows("客户")
	require.NoError(t, err)
	require.Equal(t, [][]string{{"名称", "金额", "数量", "备注", "日期", "行业"}, {"甲 <&>", "1,234.50", "7", "", "2026-11-22", "金融"}}, rows)
	require.NoError(t, f.Close())
}

func TestFormulasAreDefusedWhereAsked(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	w.bring(e, "x.csv", []byte("名称,金额\n=cmd,-5\n-x,1\n"), nil)
	out := w.export(w.boss(), ingest.ExportRequest{Entity: e.ID, Format: ingest.CSV, Fields: []string{"name", "amount"}, Guard: true})
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(out, []byte("\uFEFF")))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, [][]string{{"名称", "金额"}, {"'=cmd", "-5.00"}, {"'-x", "1.00"}}, rows)
}

func TestAnExportHoldsWhatTheActorMaySeeAndExport(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	w.bring(e, "x.csv", []byte("名称,金额,行业\n甲,1,金融\n乙,2,零售\n"), nil)
	member := func(name string, u schema.UserID, export bool) access.Actor {
		role, err := w.catalog.CreateRole(t.Context(), w.boss(), catalog.RoleInput{Name: name, Grants: []catalog.GrantInput{{
			Entity: e.ID, Read: true, Export: export, Filter: json.RawMessage(`{"field":"industry","op":"eq","value":"金融"}`),
			Fields: map[string]schema.Right{"amount": schema.Hidden},
		}}})
		require.NoError(t, err)
		_, err = w.catalog.SetMember(t.Context(), w.boss(), schema.Member{User: u, Name: name, Email: name + "@example.com", Roles: []schema.RoleID{role.ID}})
		require.NoError(t, err)
		snap, err := w.catalog.Tenant(t.Context(), w.tenant)
		require.NoError(t, err)
		a, ok := snap.Actor(u)
		require.True(t, ok)
		return a
	}
	may, mayNot := member("may", 7, true), member("not", 8, false)
	j, err := w.service.Export(t.Context(), may, ingest.ExportRequest{Entity: e.ID, Format: ingest.CSV})
	require.NoError(t, err)
	j = w.wait(j.ID)
	require.Equal(t, "\uFEFF名称,数量,备注,日期,行业\r\n甲,,,,金融\r\n", string(w.files.all[j.File]))
	_, err = w.service.Export(t.Context(), may, ingest.ExportRequest{Entity: e.ID, Format: ingest.CSV, Fields: []string{"amount"}})
	require.ErrorContains(t, err, "field.unknown")
	_, err = w.service.Export(t.Context(), may, ingest.ExportRequest{Entity: e.ID, Format: ingest.CSV, Filter: json.RawMessage(`{"field":"amount","op":"gt","value":1}`)})
	require.ErrorContains(t, err, "field.unknown")
	_, err = w.service.Export(t.Context(), mayNot, ingest.ExportRequest{Entity: e.ID, Format: ingest.CSV})
	require.ErrorContains(t, err, "forbidden")
	_, err = w.service.Get(t.Context(), mayNot, j.ID)
	require.ErrorContains(t, err, "not_found")
	_, err = w.service.Import(t.Context(), may, ingest.ImportRequest{Entity: e.ID})
	require.ErrorContains(t, err, "forbidden")
}
