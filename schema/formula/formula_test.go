package formula_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/filter"
	"tongban/schema/formula"
	"tongban/schema/query"
)

// fields are names with types, for tests beside the corpus.
func fields(pairs ...any) *names {
	n := &names{types: map[string]formula.Type{}}
	for i := 0; i < len(pairs); i += 2 {
		key := pairs[i].(string)
		n.keys = append(n.keys, key)
		n.types[key] = pairs[i+1].(formula.Type)
	}
	return n
}

var (
	text    = formula.Type{Kind: formula.KindText}
	number  = formula.Type{Kind: formula.KindNumber}
	decimal = formula.Type{Kind: formula.KindDecimal, Scale: 2}
	boolean = formula.Type{Kind: formula.KindBool}
	date    = formula.Type{Kind: formula.KindDate}
	moment  = formula.Type{Kind: formula.KindDateTime}
	list    = formula.Type{Kind: formula.KindText, List: true}
)

func TestEveryAirtableFunctionIsThere(t *testing.T) {
	all := `ABS AND AVERAGE BLANK CEILING CONCATENATE COUNT COUNTA COUNTALL CREATED_TIME DATEADD DATESTR DATETIME_DIFF DATETIME_FORMAT DATETIME_PARSE DAY ENCODE_URL_COMPONENT ERROR EVEN EXP FALSE FIND FLOOR FROMNOW HOUR IF INT ISERROR IS_AFTER IS_BEFORE IS_SAME LAST_MODIFIED_TIME LEFT LEN LOG LOWER MAX MID MIN MINUTE MOD MONTH NOT NOW ODD OR POWER RECORD_ID REGEX_EXTRACT REGEX_MATCH REGEX_REPLACE REPLACE REPT RIGHT ROUND ROUNDDOWN ROUNDUP SEARCH SECOND SET_LOCALE SET_TIMEZONE SQRT SUBSTITUTE SUM SWITCH T TIMESTR TODAY TONOW TRIM TRUE UPPER VALUE WEEKDAY WEEKNUM WORKDAY WORKDAY_DIFF XOR YEAR ARRAYCOMPACT ARRAYFLATTEN ARRAYJOIN ARRAYSLICE ARRAYUNIQUE
ACOS ACOT ASIN ATAN CLEAN COMBIN CONCAT COS COT COUNTARRAY COUNTBLANK COUNTCHAR DATEIF DATENOW DECODEURI DECODEURICOMPONENT DEGREES DISTANCE ENCODEURI ENCODEURICOMPONENT FINDA GETPOSITION IFS INCLUDE ISBLANK JOIN NETWORKDAY NUMBER PERMUT PI PRODUCT RADIANS RANDBETWEEN SIN SPLIT STRING STRREVERSE TAN
IFERROR TEXTBEFORE TEXTAFTER RMBUPPER IDCARD_VALID IDCARD_BIRTHDAY IDCARD_GENDER IDCARD_REGION WORKHOURS_ADD WORKHOURS_DIFF CONVERT_CURRENCY PINYIN`
	for name := range strings.FieldsSeq(all) {
		_, ok := formula.Lookup(name)
		require.True(t, ok, name)
	}
}

func TestRenamingAFieldBreaksNoFormula(t *testing.T) {
	n := fields("价格", number, "数量", number)
	p, err := formula.Compile("价格 * {数量}", n)
	require.NoError(t, err)
	require.Equal(t, "{fld_1} * {fld_2}", p.Stored())
	require.Equal(t, []schema.FieldID{1, 2}, p.Fields())
	renamed := fields("单价}", number, "数量", number)
	require.Equal(t, `{单价\}} * {数量}`, formula.Print(p.Stored(), renamed))
	again, err := formula.Compile(formula.Print(p.Stored(), renamed), renamed)
	require.NoError(t, err)
	require.Equal(t, p.Stored(), again.Stored())
	require.Equal(t, "{价格} * {fld_2}", formula.Print(p.Stored(), fields("价格", number)), "a field that is gone keeps its id")
}

func TestErrorsSayWhatAndWhere(t *testing.T) {
	_, err := formula.Compile("同&{金客}", fields("金额", number, "同", text))
	var fe *formula.Error
	require.ErrorAs(t, err, &fe)
	require.Equal(t, "formula.unknownField", fe.Code)
	require.Equal(t, [2]int{2, 6}, [2]int{fe.Pos, fe.End})
	require.Equal(t, "金额", fe.Params["suggestion"])
	f := fail.Of(err)
	require.NotNil(t, f)
	require.Equal(t, "formula", f.Field)
	require.Equal(t, fail.Invalid, f.Kind)
	require.Equal(t, 2, f.Params["pos"])
	_, err = formula.Compile("SUMM(1)", nil)
	require.ErrorAs(t, err, &fe)
	require.Equal(t, "SUM", fe.Params["suggestion"])
}

func TestSourceIsBounded(t *testing.T) {
	for src, code := range map[string]string{
		strings.Repeat("(", 300) + "1" + strings.Repeat(")", 300): "formula.tooDeep",
		strings.Repeat("-", 300) + "1":                            "formula.tooDeep",
		"1" + strings.Repeat("+1", 300):                           "formula.tooDeep",
		"SUM(" + strings.Repeat("1,", 3000) + "1)":                "formula.tooMany",
		`"` + strings.Repeat("a", 20_000) + `"`:                   "formula.tooLong",
		"\xff":                                                    "formula.badText",
		"":                                                        "formula.empty",
		"  ":                                                      "formula.empty",
	} {
		_, err := formula.Compile(src, nil)
		var fe *formula.Error
		require.ErrorAs(t, err, &fe, "%.20s", src)
		require.Equal(t, code, fe.Code, "%.20s", src)
	}
}

func TestWorkIsBounded(t *testing.T) {
	big := make([]formula.Value, formula.MaxList)
	for i := range big {
		big[i] = formula.Text(strings.Repeat("a", 100))
	}
	r := &row{values: []formula.Value{formula.List(big...)}}
	for _, src := range []string{
		"SUM(" + strings.Repeat("COUNTA({l}),", 400) + "1)",
		`LEN(ARRAYJOIN({l},""))`,
		`COUNTARRAY(ARRAYFLATTEN({l},{l}))`,
		`{l}&""`,
		`ARRAYFLATTEN({l},1)`,
	} {
		p, err := formula.Compile(src, fields("l", list))
		require.NoError(t, err)
		require.Equal(t, formula.ErrLimit, p.Eval(nil, r).Err(), "%.40s", src)
	}
	require.Equal(t, formula.ErrLimit, formula.List(formula.List(big...), formula.Text("x")).Err())
}

func TestVolatileFormulasAreKnown(t *testing.T) {
	for src, want := range map[string]bool{
		"TODAY()": true, "1+HOUR(NOW())": true, "DATENOW()": true, "ME()": true, "RANDBETWEEN(1,2)": true,
		`FROMNOW("2026-01-01")`: true, `TONOW("2026-01-01")`: true, `CONVERT_CURRENCY(1,"USD","CNY")`: true,
		`CONVERT_CURRENCY(1,"USD","CNY","2026-01-01")`: false, "RECORD_ID()": false, "CREATED_TIME()": false, "1": false,
	} {
		p, err := formula.Compile(src, nil)
		require.NoError(t, err)
		require.Equal(t, want, p.Volatile(), src)
	}
}

func TestExplainShowsHowAValueCameAbout(t *testing.T) {
	p, err := formula.Compile(`IF({额}>10,{额}*2,LEN("否"))`, fields("额", number))
	require.NoError(t, err)
	s := formula.Explain(p, nil, &row{values: []formula.Value{formula.Number(20)}})
	require.Equal(t, "40", s.Value.String())
	require.Len(t, s.Children, 3)
	require.Equal(t, "{额}>10", s.Children[0].Source)
	require.Equal(t, 3, s.Children[0].Pos)
	require.Equal(t, "1", s.Children[0].Value.String())
	require.Equal(t, "20", s.Children[1].Children[0].Value.String())
	require.False(t, s.Children[1].Skipped)
	require.True(t, s.Children[2].Skipped)
}

// TestFiltersMeanWhatTheFormulaMeans runs both over the same records.
func TestFiltersMeanWhatTheFormulaMeans(t *testing.T) {
	n := fields("n", number, "amt", decimal, "s", text, "b", boolean, "d", date, "m", moment, "tags", list)
	scale := 2
	e := &schema.Entity{ID: 1}
	for i, typ := range []string{"number", "currency", "text", "checkbox", "date", "dateTime", "multiSelect"} {
		f := schema.Field{ID: schema.FieldID(i + 1), Key: n.keys[i], Name: n.keys[i], Type: typ}
		if typ == "currency" {
			f.Options.Scale = &scale
		}
		e.Fields = append(e.Fields, f)
	}
	now := time.Date(2026, 3, 15, 2, 30, 0, 0, time.UTC)
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	env := &formula.Env{Now: now, Zone: zone}
	const day = int64(86_400_000)
	today := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC).UnixMilli()
	begin := today - 8*3600_000
	var recs []*schema.Record
	add := func(v schema.Values) {
		recs = append(recs, &schema.Record{ID: schema.RecordID(len(recs) + 1), Values: v})
	}
	add(schema.Values{})
	for _, x := range []float64{-1, 0, 5, 5.5, 6} {
		add(schema.Values{1: x, 2: int64(x * 100), 3: "甲", 4: x > 0})
	}
	add(schema.Values{3: "乙", 4: false})
	for k := int64(-9); k <= 9; k++ {
		add(schema.Values{5: today + k*day, 6: begin + k*day})
		add(schema.Values{6: begin + k*day - 1})
		add(schema.Values{6: begin + k*day + 1})
	}
	add(schema.Values{6: now.UnixMilli()})
	for _, src := range []string{
		"{n}>5", "5<{n}", "{n}<=5", "{n}=5", "{n}!=5", "{n}=-1", "{n}", "NOT({n})", `{n}=BLANK()`, `{n}!=""`,
		"{amt}>=5.5", "{amt}<>6", `{s}="甲"`, `{s}!="甲"`, `{s}=""`, `ISBLANK({s})`, "{s}", "{b}", "NOT({b})", "{b}=TRUE()", "{b}=FALSE()", "{b}!=true", "{b}!=false",
		"{d}<TODAY()", "{d}<=TODAY()", "{d}=TODAY()", "{d}!=TODAY()", "{d}>TODAY()", "{d}>=TODAY()", "{d}",
		"{d}>=TODAY()-7", "{d}>TODAY()-7", "{d}<TODAY()-3", "{d}<=TODAY()+7", "{d}<TODAY()+1", `{d}>=DATEADD(TODAY(),2,"days")`, "{d}=TODAY()+2", "{d}!=TODAY()-2",
		`{d}="2026-03-16"`, `{d}>"2026/3/16"`, `IS_BEFORE({d},TODAY())`, `IS_AFTER({d},"2026-03-16")`, "{d}<=NOW()", "{d}>NOW()",
		"{m}<TODAY()", "{m}>=TODAY()", "{m}>=TODAY()-2", "{m}<TODAY()+2", "{m}<TODAY()-2", "{m}>=TODAY()+2", "{m}<NOW()", "{m}=NOW()", "{m}>=NOW()", "{m}!=NOW()",
		`{m}>"2026-03-15T02:29:59Z"`, `{m}<"2026-03-16"`,
		`AND({n}>1,OR({s}="甲",{b}),NOT({amt}=6))`, `({n}>1)=TRUE()`, `ISBLANK({tags})`, `{tags}=""`, "{tags}",
	} {
		p, err := formula.Compile(src, n)
		require.NoError(t, err, src)
		raw, err := p.ToFilter()
		if src == "({n}>1)=TRUE()" {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err, src)
		x, err := filter.Compile(e, raw, &filter.Env{Env: field.Env{Now: now, Zone: zone}})
		require.NoError(t, err, "%s: %s", src, raw)
		for _, r := range recs {
			v := p.Eval(env, record{r, n})
			want := v.IsTrue() || v.Kind() != formula.KindBool && !v.IsBlank() && v.String() != "0" && !v.IsError() && (!v.IsList() || len(v.Elements()) > 0)
			require.Equal(t, want, query.Match(x, r, nil), "%s: %s: %v", src, raw, r.Values)
		}
	}
}

func TestWhatNoFilterCanSayIsNamed(t *testing.T) {
	n := fields("n", number, "m", moment, "s", text, "tags", list)
	for src, part := range map[string]string{
		"AND({n}>1,LEN({s})>2)": "LEN({s})>2", "{n}>{n}": "{n}>{n}", "{n}+1": "{n}+1", `{s}>"a"`: `{s}>"a"`, "{m}>TODAY()": "{m}>TODAY()", `{tags}="a"`: `{tags}="a"`,
	} {
		p, err := formula.Compile(src, n)
		require.NoError(t, err, src)
		_, err = p.ToFilter()
		var fe *formula.Error
		require.ErrorAs(t, err, &fe, src)
		require.Equal(t, part, fe.Params["part"])
	}
}

// record shows a record of storage to a formula.
type record struct {
	r *schema.Record
	n *names
}

func (r record) Value(f schema.FieldID) formula.Value {
	switch v := r.r.Values[f].(type) {
	case float64:
		return formula.Number(v)
	case int64:
		switch r.n.types[r.n.keys[f-1]].Kind {
		case formula.KindDecimal:
			return formula.Decimal(v, 2)
		case formula.KindDate:
			return formula.Date(v)
		}
		return formula.DateTime(v)
	case string:
		return formula.Text(v)
	case bool:
		return formula.Bool(v)
	}
	return formula.Blank()
}
func (r record) ID() schema.RecordID            { return r.r.ID }
func (r record) CreatedAt() int64               { return 0 }
func (r record) UpdatedAt() int64               { return 0 }
func (r record) ChangedAt(schema.FieldID) int64 { return 0 }

func TestTheFunctionsAreDescribedInBothTextCatalogues(t *testing.T) {
	for _, lang := range []string{"zh-CN", "en"} {
		b, err := os.ReadFile("../../server/text/" + lang + ".json")
		require.NoError(t, err)
		texts := map[string]string{}
		require.NoError(t, json.Unmarshal(b, &texts))
		corpus(t, func(_ string, _ int, c *testCase) {
			if c.Error != "" {
				require.NotEmpty(t, texts[c.Error], c.Error)
			}
		})
	}
}
