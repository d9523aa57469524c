package storetest

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// texts are what random text fields hold: parts of them are sought.
var texts = []string{
	"北京", "北京大学", "京北", "上海交通大学", "新能源汽车有限公司", "重庆", "长城", "张三", "李四 (销售)", "王五@上海", "厦门户", "㐀㐁", "𠮷野家", "〇〇七",
	"Apple", "apple", "APPLE pie", "zebra", "Zoë", "Zoe\u0308", "STRASSE", "straße", "ﬁne", "ＡＢＣ１２３", "abc123", "İstanbul", "ǅ", "Ωμέγα", "привет", "ПРИВЕТ", "カタカナ", "ｶﾀｶﾅ", "한국어",
	"100%", "100_", "10%0", "a_b", "a%b", "%", "_", "'", "\"", "it's", `say "hi"`, `back\slash`, `\`, "(a+b)*[c]", "^$.|?", "a.c", "abc", "{x}", "-- drop", "NULL", "null", "true", "0", "1", "01", "1.0", "1e3", "-1",
	"item 2", "item 10", "item 010", "Item 9", "v1.10", "v1.9", "第10号", "第9号", "GW20261122001", "😀", "👨‍👩‍👧", "a😀b", "é", "e\u0301", " lead", "trail ", "two  spaces", "tab\there", "line\nbreak", " ", "\u3000", "\u200b", "a",
	strings.Repeat("很长的文字", 40), strings.Repeat("long text ", 30),
}

var ints = []int64{0, 1, -1, 2, 3, 7, 10, 100, -100, 1 << 31, 9_007_199_254_740_991, -9_007_199_254_740_991}

var floats = []float64{0, 1, -1, 0.1, 0.5, -0.25, 1e-9, 1e15, 123456.789, 3}

var times = []int64{
	0, 1, -1, 1_700_000_000_000, 1_709_164_800_000 /* 29 Feb 2024 */, 1_735_689_599_999, 1_735_689_600_000, /* turn of 2025 */
	1_711_846_800_000, 1_711_843_200_000 /* spring in Europe */, 1_730_610_000_000 /* autumn in New York */, 1_767_196_800_000, -2_208_988_800_000, /* 1900 */
}

var zones = []string{"UTC", "Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"}

// gen makes random cases.
type gen struct {
	*rand.Rand
	zones []*time.Location
	made  map[schema.EntityID][]schema.RecordID // to link to
}

func pick[T any](g *gen, xs []T) T { return xs[g.IntN(len(xs))] }

// shape makes a shape with fields of all kinds; links is an entity to link to.
func (g *gen) shape(e schema.EntityID) *store.Shape {
	s := &store.Shape{Entity: e, Rev: 1}
	kinds := []schema.Kind{schema.KindText, schema.KindText, schema.KindText, schema.KindInt, schema.KindFloat, schema.KindBool, schema.KindTime, schema.KindOption, schema.KindSet, schema.KindSet, schema.KindJSON}
	for range g.IntN(4) {
		kinds = append(kinds, schema.Kind(1+g.IntN(8)))
	}
	for i, k := range kinds {
		f := store.FieldShape{ID: schema.FieldID(i + 1), Kind: k, Indexed: g.IntN(3) == 0}
		if k == schema.KindText {
			f.SortKey, f.Searchable = store.SortKey(g.IntN(3)), g.IntN(2) == 0
		}
		s.Fields = append(s.Fields, f)
	}
	return s
}

// value makes a value; nil for one in four.
func (g *gen) value(k schema.Kind, target schema.EntityID) schema.Value {
	if g.IntN(4) == 0 {
		return nil
	}
	return g.filled(k, target)
}

func (g *gen) filled(k schema.Kind, target schema.EntityID) schema.Value {
	switch k {
	case schema.KindText:
		return pick(g, texts)
	case schema.KindInt:
		return pick(g, ints)
	case schema.KindFloat:
		return pick(g, floats)
	case schema.KindBool:
		return g.IntN(2) == 0
	case schema.KindTime:
		return pick(g, times)
	case schema.KindOption:
		return int64(1 + g.IntN(5))
	case schema.KindSet:
		set := g.members(target)
		if len(set) == 0 {
			return nil
		}
		return set
	default:
		return json.RawMessage(`[{"id":` + string(rune('1'+g.IntN(3))) + `}]`)
	}
}

// members makes a set of record ids of target, with small numbers among them.
func (g *gen) members(target schema.EntityID) []int64 {
	var set []int64
	for range g.IntN(4) {
		n := int64(1 + g.IntN(4))
		if ids := g.made[target]; len(ids) > 0 && g.IntN(2) == 0 {
			n = int64(pick(g, ids))
		}
		if !slices.Contains(set, n) {
			set = append(set, n)
		}
	}
	return set
}

// needle cuts something to seek out of the texts.
func (g *gen) needle() string {
	s := pick(g, texts)
	switch g.IntN(8) {
	case 0:
		return s
	case 1:
		return strings.ToUpper(s)
	case 2:
		return ""
	}
	runes := []rune(s)
	from := g.IntN(len(runes))
	to := min(len(runes), from+1+g.IntN(4))
	if out := string(runes[from:to]); utf8.ValidString(out) {
		return out
	}
	return s
}

// field picks a field of one of some kinds; system fields count as what they are.
func (g *gen) field(s *store.Shape, kinds ...schema.Kind) *store.FieldShape {
	var fit []store.FieldShape
	for _, f := range s.Fields {
		if slices.Contains(kinds, f.Kind) {
			fit = append(fit, f)
		}
	}
	if slices.Contains(kinds, schema.KindInt) {
		fit = append(fit, store.FieldShape{ID: schema.SysVersion, Kind: schema.KindInt}, store.FieldShape{ID: schema.SysCreatedBy, Kind: schema.KindInt})
	}
	if slices.Contains(kinds, schema.KindTime) {
		fit = append(fit, store.FieldShape{ID: schema.SysCreatedAt, Kind: schema.KindTime}, store.FieldShape{ID: schema.SysUpdatedAt, Kind: schema.KindTime})
	}
	f := pick(g, fit)
	return &f
}

var comparableKinds = []schema.Kind{schema.KindText, schema.KindInt, schema.KindFloat, schema.KindBool, schema.KindTime, schema.KindOption}

// expr makes a condition on records of s; other is linked with it, and hop
// says whether the condition may look there.
func (g *gen) expr(s, other *store.Shape, depth int, hop bool) query.Expr {
	if depth > 0 {
		switch g.IntN(6) {
		case 0:
			return query.And(g.exprs(s, other, depth, hop))
		case 1:
			return query.Or(g.exprs(s, other, depth, hop))
		case 2:
			return query.Not{X: g.expr(s, other, depth-1, hop)}
		}
	}
	switch n := g.IntN(14); {
	case n < 5:
		return g.comparison(s)
	case n < 7:
		return query.SetOp{Field: g.field(s, schema.KindSet).ID, Mode: query.SetMode(g.IntN(4)), Vals: g.members(other.Entity)}
	case n < 10:
		return g.textOp(s)
	case n < 11:
		return query.Empty{Field: pick(g, s.Fields).ID, Neg: g.IntN(2) == 0}
	case n < 13 && hop:
		return g.hop(s, other)
	case n == 13:
		x := query.Ids{}
		for range g.IntN(6) {
			x = append(x, pick(g, g.made[s.Entity]))
		}
		return x
	}
	return query.True{}
}

// comparison compares a field with a value or with a list of some.
func (g *gen) comparison(s *store.Shape) query.Expr {
	f := g.field(s, comparableKinds...)
	if g.IntN(2) == 0 {
		return query.Cmp{Field: f.ID, Op: query.CmpOp(g.IntN(6)), Val: g.filled(f.Kind, 0)}
	}
	x := query.In{Field: f.ID, Neg: g.IntN(2) == 0}
	for range g.IntN(5) {
		x.Vals = append(x.Vals, g.filled(f.Kind, 0))
	}
	return x
}

// hop looks at linked records, from one side or the other.
func (g *gen) hop(s, other *store.Shape) query.Expr {
	if g.IntN(2) == 0 {
		return query.Rel{Field: g.field(s, schema.KindSet).ID, Entity: other.Entity, Where: g.expr(other, s, 1, false), Neg: g.IntN(2) == 0}
	}
	x := query.LinkedFrom{Entity: other.Entity, Field: g.field(other, schema.KindSet).ID, Neg: g.IntN(2) == 0}
	if g.IntN(2) == 0 {
		x.Where = g.expr(other, s, 1, false)
	}
	return x
}

func (g *gen) exprs(s, other *store.Shape, depth int, hop bool) []query.Expr {
	var out []query.Expr
	for range g.IntN(4) {
		out = append(out, g.expr(s, other, depth-1, hop))
	}
	return out
}

func (g *gen) textOp(s *store.Shape) query.Expr {
	x := query.TextOp{Mode: query.TextMode(g.IntN(3)), Val: g.needle(), Neg: g.IntN(3) == 0}
	if g.IntN(2) == 0 {
		x.Field = g.field(s, schema.KindText).ID
		return x
	}
	for _, f := range s.Fields {
		if g.IntN(3) > 0 {
			x.Fields = append(x.Fields, f.ID)
		}
	}
	return x
}

func (g *gen) sorts(s *store.Shape) []query.Sort {
	var out []query.Sort
	for range g.IntN(4) {
		f := g.field(s, comparableKinds...)
		out = append(out, query.Sort{Field: f.ID, Desc: g.IntN(2) == 0})
	}
	if g.IntN(8) == 0 {
		out = append(out, query.Sort{Field: schema.SysID, Desc: g.IntN(2) == 0})
	}
	return out
}

func (g *gen) aggQuery(s, other *store.Shape) *query.AggQuery {
	q := &query.AggQuery{Where: g.expr(s, other, 2, true), WeekStart: time.Weekday(g.IntN(7))}
	for range g.IntN(4) {
		f := g.field(s, append([]schema.Kind{schema.KindSet}, comparableKinds...)...)
		by := query.GroupBy{Field: f.ID, Desc: g.IntN(2) == 0}
		if f.Kind == schema.KindTime && g.IntN(4) > 0 {
			by.Bucket, by.Zone = query.Bucket(1+g.IntN(5)), pick(g, g.zones)
		}
		q.Groups = append(q.Groups, by)
	}
	for range 1 + g.IntN(4) {
		m := query.Measure{Fn: query.AggFn(g.IntN(7))}
		switch m.Fn {
		case query.CountFilled:
			m.Field = pick(g, s.Fields).ID
		case query.CountDistinct:
			m.Field = g.field(s, comparableKinds...).ID
		case query.Sum, query.Avg:
			m.Field = g.field(s, schema.KindInt, schema.KindFloat).ID
		case query.Min, query.Max:
			m.Field = g.field(s, schema.KindInt, schema.KindFloat, schema.KindTime).ID
		}
		q.Measures = append(q.Measures, m)
	}
	if g.IntN(3) == 0 {
		q.Limit = 1 + g.IntN(5)
	}
	return q
}
