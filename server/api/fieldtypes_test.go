package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// kind is a field of each type with an input and what comes out.
type fieldKind struct {
	typ     string
	options m
	in, out any
}

func fieldKinds() []fieldKind {
	states := []any{m{"name": "待处理"}, m{"name": "处理中"}, m{"name": "已完成", "done": true}}
	return []fieldKind{
		{"richText", nil, "# a", "# a"},
		{"markdown", nil, "*a*", "*a*"},
		{"barcode", nil, "6901234567892", "6901234567892"},
		{"text", m{"match": "[A-Z]+", "message": m{"zh-CN": "只能用大写字母", "en": "Capital letters only"}}, "AB", "AB"},
		{"duration", m{"format": "h:mm"}, "1:30", 5400.0},
		{"progress", nil, 40, 40.0},
		{"time", nil, "09:30", "09:30"},
		{"year", nil, 2026, 2026.0},
		{"cascader", m{"tree": "CN"}, "浙江省/杭州市/西湖区", m{"id": "330106", "name": "西湖区", "path": []any{"浙江省", "杭州市", "西湖区"}}},
		{"cascader", m{"choices": []any{m{"name": "硬件"}, m{"name": "打印机", "parent": "硬件"}}}, "硬件/打印机", m{"id": "opt_2", "name": "打印机", "path": []any{"硬件", "打印机"}}},
		{"status", m{"states": states, "transitions": []any{m{"to": "待处理"}, m{"from": "待处理", "to": "处理中"}}}, "待处理", m{"id": "opt_1", "name": "待处理", "color": "blue"}},
		{"location", nil, m{"lat": 30.25, "lng": 120.16}, m{"lat": 30.25, "lng": 120.16}},
		{"address", nil, m{"region": "330106", "street": "文三路"}, m{"region": "330106", "street": "文三路", "text": "浙江省杭州市西湖区 文三路"}},
		{"geometry", nil, m{"type": "Point", "coordinates": []any{1, 2}}, m{"type": "Point", "coordinates": []any{1.0, 2.0}}},
		{"json", nil, m{"a": 1}, m{"a": 1.0}},
		{"idCard", nil, "11010519491231002X", "11010519491231002X"},
		{"role", nil, "member", []any{m{"id": "member", "name": "member"}}},
	}
}

func TestEveryKindOfFieldIsMadeWrittenFoundAndShown(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		at := w.customers()
		p, ent := at.records(), "/entities/"+at.ent
		for _, k := range fieldKinds() {
			name := k.typ
			if k.options["choices"] != nil {
				name += "2"
			}
			key := "f_" + name
			a := w.ok("POST", ent+"/fields", w.owner, m{"name": "F " + name + key, "key": key, "type": k.typ, "options": k.options})
			require.Equal(t, k.typ, a.str("type"))
			rec := w.ok("POST", p, w.owner, m{"fields": m{"name": "x", key: k.in}})
			require.Equal(t, k.out, rec.at("fields", key), k.typ)
			found := w.ok("POST", p+"/query", w.owner, m{"filter": m{"field": key, "op": "isNotEmpty"}})
			require.Len(t, found.at("records"), 1, k.typ)
			// What the API shows can be given back, field and value alike.
			w.ok("PATCH", p+"/"+rec.str("id"), w.owner, m{"fields": m{key: rec.at("fields", key)}})
			w.ok("PATCH", ent+"/fields/"+a.str("id"), w.owner, m{"options": a.at("options")})
		}
		for _, typ := range []string{"users", "department", "file", "image", "signature", "uuid", "section", "description", "button", "subTable"} {
			a := w.ok("POST", ent+"/fields", w.owner, m{"name": "F " + typ, "key": "f_" + typ, "type": typ})
			require.Equal(t, typ, a.str("type"))
		}
		rec := w.ok("POST", p, w.owner, m{"fields": m{"name": "y"}})
		require.Len(t, rec.str("fields", "f_uuid"), 36)
		whole := w.ok("GET", ent, w.owner, nil)
		require.NotEmpty(t, whole.at("fields"))
	})
}

func TestNodesAndLengthsAreFoundByWhatLiesBelowThem(t *testing.T) {
	w := newWorld(t, nil)
	at := w.customers()
	p, ent := at.records(), "/entities/"+at.ent
	w.ok("POST", ent+"/fields", w.owner, m{"name": "地区", "key": "area", "type": "cascader", "options": m{"tree": "CN"}})
	w.ok("POST", ent+"/fields", w.owner, m{"name": "用时", "key": "spent", "type": "duration"})
	w.ok("POST", p, w.owner, m{"records": []any{
		m{"fields": m{"name": "a", "area": "330106", "spent": 60}},
		m{"fields": m{"name": "b", "area": "330100", "spent": 7200}},
		m{"fields": m{"name": "c", "area": "110101"}},
	}})
	for _, c := range []struct {
		filter m
		want   int
	}{
		{m{"field": "area", "op": "hasAny", "value": []any{"330000"}}, 2},
		{m{"field": "area", "op": "hasAny", "value": "浙江省/杭州市"}, 2},
		{m{"field": "area", "op": "eq", "value": "330100"}, 1},
		{m{"field": "area", "op": "hasNone", "value": []any{"330000"}}, 1},
		{m{"field": "spent", "op": "gt", "value": "1:30"}, 1},
		{m{"field": "spent", "op": "between", "value": []any{0, 100}}, 1},
	} {
		a := w.ok("POST", p+"/query", w.owner, m{"filter": c.filter})
		require.Len(t, a.at("records"), c.want, "%v", c.filter)
	}
}

func TestSettingsThatCannotHoldAreRefused(t *testing.T) {
	w := newWorld(t, nil)
	at := w.customers()
	ent := "/entities/" + at.ent
	for _, c := range []struct {
		body  m
		code  string
		field string
	}{
		{m{"type": "status"}, "field.noStates", ""},
		{m{"type": "status", "options": m{"choices": []any{m{"name": "a"}}, "transitions": []any{m{"from": "b", "to": "a"}}}}, "field.badTransition", "options.transitions"},
		{m{"type": "cascader", "options": m{"choices": []any{m{"name": "a", "parent": "nobody"}}}}, "field.badParent", "options.choices"},
		{m{"type": "lookup"}, "field.noLink", ""},
		{m{"type": "lookup", "options": m{"link": "name", "field": "x"}}, "field.unknown", "options.link"},
		{m{"type": "text", "options": m{"match": "["}}, "field.badMatch", ""},
		{m{"type": "sla"}, "field.noClock", ""},
		{m{"type": "text", "unique": m{"with": []any{"nothing"}}}, "field.unknown", "unique"},
		{m{"type": "text", "required": "yes"}, "field.badRule", "required"},
		{m{"type": "formula"}, "field.noFormula", ""},
	} {
		c.body["name"] = "Probe"
		a := w.refused(422, c.code, "POST", ent+"/fields", w.owner, c.body)
		if c.field != "" {
			require.Equal(t, c.field, a.str("field"), c.code)
		}
	}
}

func TestNewBranchesOfOneNameKeepTheirOwnLeaves(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		at := w.customers()
		ent := "/entities/" + at.ent
		tree := []any{
			m{"id": "new_1", "name": "软件"},
			m{"id": "new_2", "name": "其他", "parent": "new_1"},
			m{"name": "许可", "parent": "new_2"},
			m{"id": "new_3", "name": "硬件"},
			m{"id": "new_4", "name": "其他", "parent": "new_3"},
			m{"name": "线缆", "parent": "new_4"},
		}
		a := w.ok("POST", ent+"/fields", w.owner, m{"name": "品类", "key": "sort_of", "type": "cascader", "options": m{"choices": tree}})
		path := func(leaf string) any {
			rec := w.ok("POST", at.records(), w.owner, m{"fields": m{"name": "x", "sort_of": leaf}})
			return rec.at("fields", "sort_of", "path")
		}
		require.Equal(t, []any{"软件", "其他", "许可"}, path("软件/其他/许可"))
		require.Equal(t, []any{"硬件", "其他", "线缆"}, path("硬件/其他/线缆"))

		// Later ones too, also where an old node has given its name to a new one.
		choices := a.at("options", "choices").([]any)
		old := choices[0].(map[string]any)
		old["name"] = "程序"
		choices = append(choices, m{"id": "new_1", "name": "软件"}, m{"id": "new_9", "name": "其他", "parent": "new_1"}, m{"name": "游戏", "parent": "new_9"})
		w.ok("PATCH", ent+"/fields/"+a.str("id"), w.owner, m{"options": m{"choices": choices}})
		require.Equal(t, []any{"程序", "其他", "许可"}, path("程序/其他/许可"))
		require.Equal(t, []any{"软件", "其他", "游戏"}, path("软件/其他/游戏"))

		refused := func(code string, choices ...any) {
			w.refused(422, code, "POST", ent+"/fields", w.owner, m{"name": "Probe", "type": "cascader", "options": m{"choices": choices}})
		}
		refused("field.badParent", m{"name": "a"}, m{"name": "b"}, m{"name": "c", "parent": "a"}, m{"name": "c", "parent": "b"}, m{"name": "d", "parent": "c"})
		refused("field.badParent", m{"id": "new_1", "name": "a", "parent": "new_1"})
		refused("field.badParent", m{"name": "a", "parent": "new_1"})
		refused("field.doubleChoice", m{"id": "new_1", "name": "a"}, m{"id": "new_1", "name": "b"})
	})
}

func TestNewKindsAreGroupedAndAddedUp(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		at := w.customers()
		p, ent := at.records(), "/entities/"+at.ent
		w.ok("POST", ent+"/fields", w.owner, m{"name": "地区", "key": "area", "type": "cascader", "options": m{"tree": "CN"}})
		w.ok("POST", ent+"/fields", w.owner, m{"name": "用时", "key": "spent", "type": "duration"})
		w.ok("POST", ent+"/fields", w.owner, m{"name": "状态", "key": "state", "type": "status", "options": m{"choices": []any{m{"name": "新"}, m{"name": "完", "done": true}}}})
		w.ok("POST", p, w.owner, m{"records": []any{
			m{"fields": m{"name": "a", "area": "330000", "spent": 60, "state": "新"}},
			m{"fields": m{"name": "b", "area": "330000", "spent": 90, "state": "新"}},
			m{"fields": m{"name": "c", "spent": 1, "state": "完"}},
		}})
		sum := []any{m{"op": "sum", "field": "spent"}, m{"op": "max", "field": "spent"}, m{"op": "avg", "field": "spent"}}
		a := w.ok("POST", p+"/aggregate", w.owner, m{"groupBy": []any{m{"field": "state"}}, "metrics": sum})
		require.Equal(t, "新", a.str("groups", 0, "keys", 0, "name"))
		require.InDelta(t, 150, a.at("groups", 0, "metrics", 0), 0)
		require.InDelta(t, 90, a.at("groups", 0, "metrics", 1), 0)
		require.InDelta(t, 75, a.at("groups", 0, "metrics", 2), 0)
		a = w.ok("POST", p+"/aggregate", w.owner, m{"groupBy": []any{m{"field": "area"}}, "metrics": sum})
		names := map[string]bool{}
		for i := range a.list("groups") {
			if a.at("groups", i, "keys", 0) != nil {
				names[a.str("groups", i, "keys", 0, "name")] = true
			}
		}
		require.Equal(t, map[string]bool{"浙江省": true}, names)
	})
}
