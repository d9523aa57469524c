package filter_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/filter"
	"tongban/schema/query"
)

func entity() *schema.Entity {
	choices := []schema.Choice{{ID: 1, Name: "金融", Color: "blue"}, {ID: 2, Name: "零售", Color: "red"}, {ID: 3, Name: "旧", Color: "gray", Deleted: true}}
	two := 2
	return &schema.Entity{ID: 4, Key: "deals", Title: 1, Fields: []schema.Field{
		{ID: 1, Key: "name", Name: "名称", Type: "text"},
		{ID: 2, Key: "amount", Name: "金额", Type: "decimal", Options: schema.Options{Scale: &two}},
		{ID: 3, Key: "qty", Name: "数量", Type: "number"},
		{ID: 4, Key: "done", Name: "完成", Type: "checkbox"},
		{ID: 5, Key: "stage", Name: "阶段", Type: "singleSelect", Options: schema.Options{Choices: choices}},
		{ID: 6, Key: "tags", Name: "标签", Type: "multiSelect", Options: schema.Options{Choices: choices}},
		{ID: 7, Key: "due", Name: "到期", Type: "date"},
		{ID: 8, Key: "at", Name: "时间", Type: "dateTime"},
		{ID: 9, Key: "owner", Name: "负责人", Type: "user"},
		{ID: 10, Key: "customer", Name: "客户", Type: "link", Options: schema.Options{Entity: 5, Inverse: 20, Many: true}},
		{ID: 11, Key: "tickets", Name: "工单", Type: "link", Options: schema.Options{Entity: 6, Inverse: 30, Derived: true, Many: true}},
		{ID: 12, Key: "files", Name: "附件", Type: "attachment"},
		{ID: 13, Key: "phone", Name: "电话", Type: "phone"},
		{ID: 14, Key: "stars", Name: "评分", Type: "rating"},
		{ID: 15, Key: "secret", Name: "秘密", Type: "text"},
		{ID: 16, Key: "made", Name: "创建时间", Type: "createdTime"},
		{ID: 17, Key: "rate", Name: "比例", Type: "percent"},
		{ID: 18, Key: "gone", Name: "没了", Type: "text", Deleted: true},
	}}
}

func env(t testing.TB) *filter.Env {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	// A Sunday afternoon.
	return &filter.Env{
		Env:       field.Env{Now: time.Date(2026, 11, 22, 16, 30, 0, 0, zone), Zone: zone, Me: 7},
		WeekStart: time.Monday, MyDepartment: 3,
		Members: func(d schema.DeptID) []schema.UserID {
			if d == 3 {
				return []schema.UserID{7, 8}
			}
			return nil
		},
		Visible: func(f schema.FieldID) bool { return f != 15 },
	}
}

// show writes an expression on one line; times as seconds in UTC.
func show(x query.Expr) string {
	isTime := func(f schema.FieldID) bool { return f == 7 || f == 8 || f == -3 || f == -4 }
	val := func(f schema.FieldID, v schema.Value) string {
		if ms, ok := v.(int64); ok && isTime(f) {
			return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.999")
		}
		return fmt.Sprintf("%v", v)
	}
	list := func(xs []query.Expr, word string) string {
		parts := make([]string, len(xs))
		for i, x := range xs {
			parts[i] = show(x)
		}
		return word + "(" + strings.Join(parts, " ") + ")"
	}
	not := map[bool]string{true: "not "}
	switch x := x.(type) {
	case query.True:
		return "true"
	case query.And:
		return list(x, "and")
	case query.Or:
		return list(x, "or")
	case query.Not:
		return "not " + show(x.X)
	case query.Cmp:
		return fmt.Sprintf("%d%s%s", x.Field, []string{"=", "!=", "<", "<=", ">", ">="}[x.Op], val(x.Field, x.Val))
	case query.In:
		return fmt.Sprintf("%d %sin %v", x.Field, not[x.Neg], x.Vals)
	case query.SetOp:
		return fmt.Sprintf("%d %s %v", x.Field, []string{"any", "all", "none", "set"}[x.Mode], x.Vals)
	case query.TextOp:
		return fmt.Sprintf("%d %s%s %q", x.Field, not[x.Neg], []string{"has", "starts", "ends"}[x.Mode], x.Val)
	case query.Empty:
		return fmt.Sprintf("%d %sempty", x.Field, not[x.Neg])
	case query.LinkedFrom:
		where := ""
		if x.Where != nil {
			where = " where " + show(x.Where)
		}
		return fmt.Sprintf("%sfrom %d.%d%s", not[x.Neg], x.Entity, x.Field, where)
	case query.Ids:
		return fmt.Sprintf("ids %v", []schema.RecordID(x))
	}
	return fmt.Sprintf("?%T", x)
}

func TestFiltersCompileToWhatTheySay(t *testing.T) {
	for raw, want := range map[string]string{
		``:           "true",
		`null`:       "true",
		`{"and":[]}`: "and()",
		`{"or":[]}`:  "or()",
		` {"not":{"field":"qty","op":"gt","value":1}} `: "not 3>1",
		`{"and":[{"field":"qty","op":"gt","value":1},{"or":[{"field":"数量","op":"lte","value":2.5},{"field":"fld_3","op":"ne","value":3}]}]}`: "and(3>1 or(3<=2.5 3!=3))",

		`{"field":"name","op":"eq","value":"华信"}`:              "1=华信",
		`{"field":"name","op":"eq","value":""}`:                "1 empty",
		`{"field":"name","op":"ne","value":null}`:              "1 not empty",
		`{"field":"name","op":"contains","value":"华"}`:         `1 has "华"`,
		`{"field":"name","op":"contains","value":""}`:          `1 has ""`,
		`{"field":"name","op":"notContains","value":"华"}`:      `1 not has "华"`,
		`{"field":"name","op":"startsWith","value":"华"}`:       `1 starts "华"`,
		`{"field":"name","op":"endsWith","value":"华"}`:         `1 ends "华"`,
		`{"field":"name","op":"in","value":["a","b"]}`:         "1 in [a b]",
		`{"field":"name","op":"in","value":["a",null]}`:        "or(1 in [a] 1 empty)",
		`{"field":"name","op":"notIn","value":["a",""]}`:       "and(1 not in [a] 1 not empty)",
		`{"field":"name","op":"in","value":[]}`:                "1 in []",
		`{"field":"name","op":"between","value":["a","c"]}`:    "and(1>=a 1<=c)",
		`{"field":"name","op":"isEmpty"}`:                      "1 empty",
		`{"field":"name","op":"isNotEmpty","value":"ignored"}`: "1 not empty",
		`{"field":"phone","op":"eq","value":"138 0013 8000"}`:  "13=+8613800138000",
		`{"field":"phone","op":"eq","value":"nobody"}`:         "13=nobody",
		`{"field":"phone","op":"contains","value":"138"}`:      `13 has "138"`,

		`{"field":"amount","op":"gt","value":1000}`:             "2>100000",
		`{"field":"amount","op":"gt","value":"1000.5"}`:         "2>100050",
		`{"field":"amount","op":"between","value":[1,"2.50"]}`:  "and(2>=100 2<=250)",
		`{"field":"amount","op":"between","value":[null,2]}`:    "and(2<=200)",
		`{"field":"amount","op":"between","value":[null,null]}`: "2 not empty",
		`{"field":"rate","op":"gte","value":"25%"}`:             "17>=0.25",
		`{"field":"stars","op":"gt","value":0}`:                 "14>0",
		`{"field":"stars","op":"lt","value":99}`:                "14<99",
		`{"field":"done","op":"eq","value":true}`:               "4=true",
		`{"field":"done","op":"ne","value":true}`:               "4!=true",

		`{"field":"stage","op":"eq","value":"金融"}`:                 "5=1",
		`{"field":"stage","op":"ne","value":"opt_2"}`:              "5!=2",
		`{"field":"stage","op":"in","value":["金融","opt_2"]}`:       "5 in [1 2]",
		`{"field":"stage","op":"hasNone","value":["金融"]}`:          "5 not in [1]",
		`{"field":"stage","op":"eq","value":"opt_3"}`:              "5=3",
		`{"field":"tags","op":"hasAny","value":["金融","零售"]}`:       "6 any [1 2]",
		`{"field":"tags","op":"hasAll","value":["opt_1","opt_3"]}`: "6 all [1 3]",
		`{"field":"tags","op":"hasNone","value":["金融",null]}`:      "and(6 none [1] 6 not empty)",
		`{"field":"tags","op":"eq","value":["金融"]}`:                "6 set [1]",
		`{"field":"tags","op":"ne","value":["金融"]}`:                "not 6 set [1]",

		`{"field":"owner","op":"eq","value":"@me"}`:                         "9 set [7]",
		`{"field":"owner","op":"eq","value":"usr_8"}`:                       "9 set [8]",
		`{"field":"owner","op":"hasAny","value":["@myDepartment","usr_9"]}`: "9 any [7 8 9]",
		`{"field":"owner","op":"eq","value":"@myDepartment"}`:               "9 any [7 8]",
		`{"field":"owner","op":"ne","value":"@myDepartment"}`:               "9 none [7 8]",
		`{"field":"createdBy","op":"eq","value":"@me"}`:                     "-5=7",
		`{"field":"createdBy","op":"in","value":["@myDepartment"]}`:         "-5 in [7 8]",
		`{"field":"customer","op":"hasAny","value":["rec_9"]}`:              "10 any [9]",
		`{"field":"customer","op":"isEmpty"}`:                               "10 empty",
		`{"field":"tickets","op":"isEmpty"}`:                                "not from 6.30",
		`{"field":"tickets","op":"isNotEmpty"}`:                             "from 6.30",
		`{"field":"tickets","op":"hasAny","value":["rec_1","rec_2"]}`:       "from 6.30 where ids [1 2]",
		`{"field":"tickets","op":"hasNone","value":["rec_1"]}`:              "not from 6.30 where ids [1]",
		`{"field":"tickets","op":"hasAll","value":["rec_1","rec_2"]}`:       "and(from 6.30 where ids [1] from 6.30 where ids [2])",
		`{"field":"tickets","op":"eq","value":["rec_1"]}`:                   "and(from 6.30 where ids [1] not from 6.30 where not ids [1])",
		`{"field":"files","op":"isNotEmpty"}`:                               "12 not empty",

		`{"field":"due","op":"eq","value":"2026-11-22"}`:                     "7=2026-11-22T00:00:00",
		`{"field":"due","op":"lt","value":"@today"}`:                         "7<2026-11-22T00:00:00",
		`{"field":"due","op":"lte","value":"2026-11-22"}`:                    "7<2026-11-23T00:00:00",
		`{"field":"due","op":"in","value":["2026-11-22",null]}`:              "or(7=2026-11-22T00:00:00 7 empty)",
		`{"field":"due","op":"within","value":"today"}`:                      "7=2026-11-22T00:00:00",
		`{"field":"due","op":"within","value":"tomorrow"}`:                   "7=2026-11-23T00:00:00",
		`{"field":"due","op":"within","value":"thisWeek"}`:                   "and(7>=2026-11-16T00:00:00 7<2026-11-23T00:00:00)",
		`{"field":"due","op":"within","value":"lastWeek"}`:                   "and(7>=2026-11-09T00:00:00 7<2026-11-16T00:00:00)",
		`{"field":"due","op":"within","value":"nextMonth"}`:                  "and(7>=2026-12-01T00:00:00 7<2027-01-01T00:00:00)",
		`{"field":"due","op":"within","value":"lastMonth"}`:                  "and(7>=2026-10-01T00:00:00 7<2026-11-01T00:00:00)",
		`{"field":"due","op":"within","value":"thisQuarter"}`:                "and(7>=2026-10-01T00:00:00 7<2027-01-01T00:00:00)",
		`{"field":"due","op":"within","value":"lastQuarter"}`:                "and(7>=2026-07-01T00:00:00 7<2026-10-01T00:00:00)",
		`{"field":"due","op":"within","value":"thisYear"}`:                   "and(7>=2026-01-01T00:00:00 7<2027-01-01T00:00:00)",
		`{"field":"due","op":"within","value":"last7Days"}`:                  "and(7>=2026-11-16T00:00:00 7<2026-11-23T00:00:00)",
		`{"field":"due","op":"within","value":"next30Days"}`:                 "and(7>=2026-11-22T00:00:00 7<2026-12-22T00:00:00)",
		`{"field":"due","op":"within","value":"last1Months"}`:                "and(7>=2026-10-23T00:00:00 7<2026-11-23T00:00:00)",
		`{"field":"due","op":"between","value":["2026-11-01","2026-11-30"]}`: "and(7>=2026-11-01T00:00:00 7<2026-12-01T00:00:00)",

		// A day, asked of a moment, is that whole day in Shanghai.
		`{"field":"at","op":"eq","value":"2026-11-22"}`:           "and(8>=2026-11-21T16:00:00 8<2026-11-22T16:00:00)",
		`{"field":"at","op":"ne","value":"2026-11-22"}`:           "not and(8>=2026-11-21T16:00:00 8<2026-11-22T16:00:00)",
		`{"field":"at","op":"gt","value":"2026-11-22"}`:           "8>=2026-11-22T16:00:00",
		`{"field":"at","op":"eq","value":"2026-11-22T08:30:00Z"}`: "8=2026-11-22T08:30:00",
		`{"field":"at","op":"gt","value":"2026-11-22T08:30:00Z"}`: "8>=2026-11-22T08:30:00.001",
		`{"field":"at","op":"lte","value":"@now"}`:                "8<2026-11-22T08:30:00.001",
		`{"field":"at","op":"within","value":"yesterday"}`:        "and(8>=2026-11-20T16:00:00 8<2026-11-21T16:00:00)",
		`{"field":"made","op":"within","value":"today"}`:          "and(-3>=2026-11-21T16:00:00 -3<2026-11-22T16:00:00)",
		`{"field":"updatedAt","op":"within","value":"today"}`:     "and(-4>=2026-11-21T16:00:00 -4<2026-11-22T16:00:00)",
	} {
		x, err := filter.Compile(entity(), json.RawMessage(raw), env(t))
		require.NoError(t, err, raw)
		require.Equal(t, want, show(x), raw)
	}
}

func TestWeeksStartWhereTheTenantSays(t *testing.T) {
	e := env(t)
	e.WeekStart = time.Sunday
	x, err := filter.Compile(entity(), json.RawMessage(`{"field":"due","op":"within","value":"thisWeek"}`), e)
	require.NoError(t, err)
	require.Equal(t, "and(7>=2026-11-22T00:00:00 7<2026-11-29T00:00:00)", show(x))
}

func TestADayIsAsLongAsTheClockMakesIt(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	e := env(t)
	e.Zone = zone
	x, err := filter.Compile(entity(), json.RawMessage(`{"field":"at","op":"eq","value":"2026-03-29"}`), e)
	require.NoError(t, err)
	require.Equal(t, "and(8>=2026-03-28T23:00:00 8<2026-03-29T22:00:00)", show(x))
}

func TestWrongFiltersAreRefusedAndTheFieldIsNamed(t *testing.T) {
	deep := strings.Repeat(`{"not":`, 32) + `{"field":"qty","op":"gt","value":1}` + strings.Repeat("}", 32)
	leaf := `{"field":"qty","op":"gt","value":1}`
	for raw, want := range map[string]string{
		`{"field":"secret","op":"eq","value":"x"}`:               "field.unknown secret",
		`{"field":"秘密","op":"isEmpty"}`:                          "field.unknown 秘密",
		`{"field":"nothing","op":"eq","value":"x"}`:              "field.unknown nothing",
		`{"field":"gone","op":"eq","value":"x"}`:                 "field.unknown gone",
		`{"field":"fld_99","op":"eq","value":"x"}`:               "field.unknown fld_99",
		`{"field":"qty","op":"contains","value":"x"}`:            "filter.badOp qty",
		`{"field":"qty","op":"","value":"x"}`:                    "filter.malformed filter",
		`{"field":"files","op":"eq","value":"x"}`:                "filter.badOp files",
		`{"field":"qty","op":"gt","value":"abc"}`:                "field.badNumber qty",
		`{"field":"qty","op":"gt","value":{"a":1}}`:              "field.wrongType qty",
		`{"field":"qty","op":"gt"}`:                              "filter.badValue qty",
		`{"field":"数量","op":"gt","value":true}`:                  "field.wrongType 数量",
		`{"field":"amount","op":"gt","value":"0.005"}`:           "field.tooManyPlaces amount",
		`{"field":"qty","op":"between","value":[1]}`:             "filter.badValue qty",
		`{"field":"qty","op":"in","value":null}`:                 "filter.badValue qty",
		`{"field":"name","op":"eq","value":1}`:                   "filter.badValue name",
		`{"field":"name","op":"contains","value":"\u0000"}`:      "filter.badValue name",
		`{"field":"name","op":"contains","value":["a"]}`:         "filter.badValue name",
		`{"field":"stage","op":"eq","value":"没有"}`:               "field.badChoice stage",
		`{"field":"tags","op":"hasAny","value":[1]}`:             "field.wrongType tags",
		`{"field":"owner","op":"eq","value":"someone"}`:          "field.badUser owner",
		`{"field":"due","op":"eq","value":"someday"}`:            "filter.badValue due",
		`{"field":"due","op":"within","value":"lastEon"}`:        "filter.badValue due",
		`{"field":"due","op":"within","value":"last0Days"}`:      "filter.badValue due",
		`{"field":"due","op":"within","value":7}`:                "filter.badValue due",
		`{"field":"done","op":"eq","value":"maybe"}`:             "field.badCheckbox done",
		`{"formula":"1=1"}`:                                      "formula.noFilter filter",
		`{}`:                                                     "filter.malformed filter",
		`[]`:                                                     "filter.malformed filter",
		`"x"`:                                                    "filter.malformed filter",
		`{"and":{}}`:                                             "filter.malformed filter",
		`{"and":[null]}`:                                         "filter.malformed filter",
		`{"and":[],"or":[]}`:                                     "filter.malformed filter",
		`{"field":"qty","op":"gt","value":1,"x":1}`:              "filter.malformed filter",
		`{"field":1,"op":"gt"}`:                                  "filter.malformed filter",
		`{"and":[]} x`:                                           "filter.malformed filter",
		`{"and":[]}}`:                                            "filter.malformed filter",
		`{`:                                                      "filter.malformed filter",
		deep:                                                     "filter.tooDeep filter",
		strings.Repeat("[", 100_000):                             "filter.tooDeep filter",
		`{"and":[` + strings.Repeat(leaf+",", 200) + leaf + `]}`: "filter.tooMany filter",
		`{"field":"name","op":"in","value":["a"` + strings.Repeat(`,"a"`, 1000) + `]}`: "filter.tooManyValues name",
		strings.Repeat(" ", 300_000) + leaf + `"`:                                      "filter.malformed filter",
		`{"field":"` + strings.Repeat("x", 300_000) + `","op":"eq"}`:                   "filter.tooLarge filter",
	} {
		_, err := filter.Compile(entity(), json.RawMessage(raw), env(t))
		require.Error(t, err, "%.80s", raw)
		e := fail.Of(err)
		require.NotNil(t, e, "%.80s", raw)
		require.Equal(t, fail.Invalid, e.Kind)
		require.Equal(t, want, e.Code+" "+e.Field, "%.80s", raw)
	}
}

func TestAFilterAtItsLimitsIsTaken(t *testing.T) {
	deep := strings.Repeat(`{"not":`, 31) + `{"field":"name","op":"in","value":["a"]}` + strings.Repeat("}", 31)
	_, err := filter.Compile(entity(), json.RawMessage(deep), env(t))
	require.NoError(t, err)
	wide := `{"and":[` + strings.Repeat(`{"field":"qty","op":"gt","value":1},`, 199) + `{"field":"qty","op":"gt","value":1}]}`
	_, err = filter.Compile(entity(), json.RawMessage(wide), env(t))
	require.NoError(t, err)
}

func TestSavedFiltersNameFieldsAndChoicesByID(t *testing.T) {
	raw := `{"and":[{"field":"阶段","op":"in","value":["金融","opt_2"]},{"or":[{"field":"amount","op":"gt","value":1.10}]},{"not":{"field":"tags","op":"hasAny","value":["<没有>"]}},{"field":"createdAt","op":"within","value":"today"},{"field":"name","op":"isEmpty"}]}`
	got, err := filter.ByID(entity(), json.RawMessage(raw))
	require.NoError(t, err)
	require.JSONEq(t, `{"and":[{"field":"fld_5","op":"in","value":["opt_1","opt_2"]},{"or":[{"field":"fld_2","op":"gt","value":1.10}]},{"not":{"field":"fld_6","op":"hasAny","value":["<没有>"]}},{"field":"createdAt","op":"within","value":"today"},{"field":"fld_1","op":"isEmpty"}]}`, string(got))
	require.Contains(t, string(got), "1.10")
	again, err := filter.ByID(entity(), got)
	require.NoError(t, err)
	require.Equal(t, string(got), string(again))
	none, err := filter.ByID(entity(), nil)
	require.NoError(t, err)
	require.Nil(t, none)
	_, err = filter.ByID(entity(), json.RawMessage(`{"field":"nothing","op":"eq","value":"x"}`))
	require.Equal(t, "field.unknown", fail.Of(err).Code)
}

func TestFieldsListsWhatAFilterNames(t *testing.T) {
	raw := `{"and":[{"field":"stage","op":"isEmpty"},{"not":{"or":[{"field":"fld_2","op":"gt","value":1},{"field":"stage","op":"isEmpty"}]}}]}`
	require.Equal(t, []string{"stage", "fld_2"}, filter.Fields(json.RawMessage(raw)))
	require.Nil(t, filter.Fields(nil))
	require.Nil(t, filter.Fields(json.RawMessage(`{"x"`)))
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		`{"and":[{"field":"qty","op":"gt","value":1},{"or":[{"field":"stage","op":"in","value":["金融"]}]}]}`,
		`{"not":{"field":"due","op":"within","value":"last7Days"}}`, `{"field":"tickets","op":"eq","value":["rec_1"]}`,
		`{"field":"owner","op":"hasAny","value":["@me","@myDepartment"]}`, `{"field":"amount","op":"between","value":["1",null]}`, `[[[`, `{"formula":""}`,
	} {
		f.Add(s)
	}
	ent, e := entity(), env(f)
	f.Fuzz(func(t *testing.T, raw string) {
		x, err := filter.Compile(ent, json.RawMessage(raw), e)
		filter.Fields(json.RawMessage(raw))
		if err != nil {
			require.NotNil(t, fail.Of(err), "%v", err)
			return
		}
		saved, err := filter.ByID(ent, json.RawMessage(raw))
		require.NoError(t, err)
		y, err := filter.Compile(ent, saved, e)
		require.NoError(t, err)
		require.Equal(t, show(x), show(y))
	})
}
