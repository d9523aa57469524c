package field_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/formula"
)

func TestFormulasSeeValuesAsTheirTypesAre(t *testing.T) {
	_, names := testEnv(t)
	select2 := schema.Options{Choices: []schema.Choice{{ID: 1, Name: "高"}, {ID: 2, Name: "低"}}}
	for _, c := range []struct {
		typ     string
		options schema.Options
		stored  schema.Value
		want    formula.Value
		kind    string
	}{
		{"text", schema.Options{}, "客户", formula.Text("客户"), "text"},
		{"number", schema.Options{}, 1.5, formula.Number(1.5), "number"},
		{"decimal", schema.Options{Scale: new(2)}, int64(1250), formula.Decimal(1250, 2), "decimal"},
		{"rating", schema.Options{}, int64(4), formula.Number(4), "number"},
		{"duration", schema.Options{}, int64(90), formula.Number(90), "number"},
		{"year", schema.Options{}, int64(2026), formula.Number(2026), "number"},
		{"time", schema.Options{}, int64(34200), formula.Text("09:30"), "text"},
		{"checkbox", schema.Options{}, true, formula.Bool(true), "bool"},
		{"date", schema.Options{}, int64(86_400_000), formula.Date(86_400_000), "date"},
		{"dateTime", schema.Options{}, int64(5), formula.DateTime(5), "dateTime"},
		{"singleSelect", select2, int64(2), formula.Text("低"), "text"},
		{"multiSelect", select2, []int64{2, 1}, formula.List(formula.Text("低"), formula.Text("高")), "text"},
		{"users", schema.Options{}, []int64{7}, formula.List(formula.Text("张经理")), "text"},
		{"createdBy", schema.Options{}, int64(7), formula.List(formula.Text("张经理")), "text"},
		{"department", schema.Options{}, []int64{3}, formula.List(formula.Text("销售部")), "text"},
		{"link", schema.Options{Entity: 5}, []int64{9}, formula.List(formula.Text("华信科技")), "text"},
		{"file", schema.Options{}, json.RawMessage(`[{"id":7}]`), formula.List(formula.Text("报价, 终稿.pdf")), "text"},
		{"cascader", schema.Options{Tree: "CN"}, []int64{330000, 330100}, formula.List(formula.Text("浙江省"), formula.Text("杭州市")), "text"},
		{"text", schema.Options{}, nil, formula.Blank(), "text"},
	} {
		f := &schema.Field{ID: 1, Key: "f", Type: c.typ, Options: c.options}
		require.Equal(t, c.want, field.ToFormula(f, c.stored, names), c.typ)
		require.Equal(t, c.kind, field.FormulaType(f).Kind.String(), c.typ)
	}
}

func TestFormulaResultsAreStoredAsTheFieldKeepsThem(t *testing.T) {
	for _, c := range []struct {
		result string
		scale  int
		many   bool
		in     formula.Value
		want   schema.Value
		code   formula.ErrCode
	}{
		{"number", 0, false, formula.Number(2.5), 2.5, ""},
		{"number", 0, false, formula.Decimal(250, 2), 2.5, ""},
		{"number", 0, false, formula.Text("x"), nil, formula.ErrValue},
		{"decimal", 2, false, formula.Decimal(12345, 4), int64(123), ""},
		{"decimal", 2, false, formula.Decimal(-12350, 4), int64(-124), ""},
		{"decimal", 2, false, formula.Decimal(5, 0), int64(500), ""},
		{"decimal", 2, false, formula.Number(0.125), int64(13), ""},
		{"decimal", 2, false, formula.Decimal(9_000_000_000_000_000_000, 0), nil, formula.ErrNum},
		{"bool", 0, false, formula.Bool(true), true, ""},
		{"date", 0, false, formula.DateTime(86_400_001), int64(86_400_000), ""},
		{"dateTime", 0, false, formula.DateTime(7), int64(7), ""},
		{"text", 0, false, formula.Text("好"), "好", ""},
		{"text", 0, false, formula.Text(""), nil, ""},
		{"text", 0, true, formula.List(formula.Text("a"), formula.Text("b")), "a\x1fb", ""},
		{"number", 0, false, formula.Blank(), nil, ""},
		{"number", 0, false, formula.Failed(formula.ErrDiv), nil, formula.ErrDiv},
	} {
		f := &schema.Field{ID: 1, Key: "f", Type: "formula", Options: schema.Options{Formula: "x", Result: c.result, Scale: new(c.scale), Many: c.many}}
		got, code := field.FromFormula(f, c.in, time.UTC)
		require.Equal(t, c.want, got, "%s of %v", c.result, c.in)
		require.Equal(t, c.code, code)
	}
}

func TestLookupsKeepAndShowWhatTheirSourceDoes(t *testing.T) {
	_, names := testEnv(t)
	options := schema.Options{Choices: []schema.Choice{{ID: 1, Name: "高", Color: "red"}, {ID: 2, Name: "低", Color: "blue"}}, Scale: new(2), Entity: 5}
	for _, c := range []struct {
		typ  string
		many bool
		vals []schema.Value
		want schema.Value
		kind schema.Kind
		json string
	}{
		{"text", false, []schema.Value{"a"}, "a", schema.KindText, `"a"`},
		{"text", true, []schema.Value{"a", nil, "b"}, "a\x1fb", schema.KindText, `["a","b"]`},
		{"decimal", false, []schema.Value{int64(125)}, int64(125), schema.KindInt, `"1.25"`},
		{"decimal", true, []schema.Value{int64(125), int64(5)}, json.RawMessage(`[125,5]`), schema.KindJSON, `["1.25","0.05"]`},
		{"singleSelect", true, []schema.Value{int64(2), int64(1), int64(2)}, []int64{2, 1}, schema.KindSet, `[{"id":"opt_2","name":"低","color":"blue"},{"id":"opt_1","name":"高","color":"red"}]`},
		{"singleSelect", false, []schema.Value{int64(2)}, int64(2), schema.KindOption, `{"id":"opt_2","name":"低","color":"blue"}`},
		{"link", true, []schema.Value{[]int64{9}, []int64{9, 10}}, []int64{9, 10}, schema.KindSet, `[{"id":"rec_9","name":"华信科技"},{"id":"rec_a","name":"华信, 集团"}]`},
		{"createdBy", true, []schema.Value{int64(7), int64(1)}, []int64{7, 1}, schema.KindSet, `[{"id":"usr_7","name":"张经理"},{"id":"usr_1","name":"王老板"}]`},
		{"createdBy", false, []schema.Value{int64(7)}, []int64{7}, schema.KindSet, `[{"id":"usr_7","name":"张经理"}]`},
		{"date", true, []schema.Value{int64(0)}, json.RawMessage(`[0]`), schema.KindJSON, `["1970-01-01"]`},
		{"date", true, nil, nil, schema.KindJSON, `null`},
	} {
		f := &schema.Field{ID: 1, Key: "f", Type: "lookup", Options: schema.Options{Link: 2, Field: 3, Many: c.many, Of: &schema.Field{ID: 3, Key: "of", Type: c.typ, Options: options}}}
		got := field.LookupValue(f, c.vals)
		require.Equal(t, c.want, got, "%s %v", c.typ, c.many)
		typ, _ := field.Of("lookup")
		require.Equal(t, c.kind, typ.Traits(f).Kind, "%s %v", c.typ, c.many)
		require.JSONEq(t, c.json, string(typ.AppendJSON(nil, f, got, names)), "%s %v", c.typ, c.many)
	}
}

func TestRollupsTakeTheFormOfWhatTheyGive(t *testing.T) {
	for _, c := range []struct {
		op, of string
		kind   schema.Kind // 0: refused
	}{
		{"sum", "decimal", schema.KindInt},
		{"sum", "number", schema.KindFloat},
		{"sum", "text", 0},
		{"avg", "rating", schema.KindFloat},
		{"avg", "decimal", schema.KindInt},
		{"min", "date", schema.KindTime},
		{"max", "text", schema.KindText},
		{"max", "multiSelect", 0},
		{"count", "text", schema.KindInt},
		{"countDistinct", "user", schema.KindInt},
		{"concat", "user", schema.KindText},
		{"and", "checkbox", schema.KindBool},
		{"or", "number", 0},
	} {
		f := &schema.Field{ID: 1, Key: "f", Type: "rollup", Options: schema.Options{Link: 2, Field: 3, Op: c.op, Of: &schema.Field{ID: 3, Key: "of", Type: c.of}}}
		typ, _ := field.Of("rollup")
		err := typ.Check(f)
		require.Equal(t, c.kind == 0, err != nil, "%s of %s: %v", c.op, c.of, err)
		if err == nil {
			require.Equal(t, c.kind, typ.Traits(f).Kind, "%s of %s", c.op, c.of)
		}
	}
}

func TestADecimalResultEndsInNoZerosPastTheCents(t *testing.T) {
	f := &schema.Field{Type: "formula", Options: schema.Options{Formula: "x", Result: "decimal", Scale: new(6)}}
	kind, _ := field.Of("formula")
	for stored, want := range map[int64]string{37_500_000: "37.50", 37_512_300: "37.5123", 0: "0.00", -1: "-0.000001", 5_000_000: "5.00"} {
		require.Equal(t, want, kind.Text(f, stored, nil))
		require.Equal(t, `"`+want+`"`, string(kind.AppendJSON(nil, f, stored, nil)))
	}
}
