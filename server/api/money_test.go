package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func money(amount, currency string) m { return m{"amount": amount, "currency": currency} }

// deals is a table of amounts in three currencies, with the customers that they belong to.
func (w *world) deals() (deals, customers place, fields string) {
	customers = w.customers()
	w.ok("PUT", "/rates", w.owner, m{"date": "2026-01-01", "base": "CNY", "rates": m{"USD": "7", "EUR": "8"}})
	ent := w.ok("POST", "/apps/"+customers.app+"/entities", w.owner, m{"name": "报价", "fields": []any{
		m{"key": "name", "name": "名称", "type": "text"},
		m{"key": "price", "name": "价格", "type": "currency", "options": m{"scale": 2, "currency": "CNY", "currencies": []string{"CNY", "USD", "EUR"}}},
		m{"key": "customer", "name": "客户", "type": "link", "options": m{"entity": customers.ent, "inverseName": "报价"}},
	}}).str("id")
	fields = "/entities/" + ent + "/fields"
	w.ok("POST", fields, w.owner, m{"key": "double", "name": "两倍", "type": "formula", "options": m{"formula": "{price}*2", "scale": 2}})
	w.ok("POST", "/entities/"+customers.ent+"/fields", w.owner, m{"key": "total", "name": "合计", "type": "rollup", "options": m{"link": "报价", "field": "price", "op": "sum"}})
	w.ok("POST", "/entities/"+customers.ent+"/fields", w.owner, m{"key": "prices", "name": "各价", "type": "lookup", "options": m{"link": "报价", "field": "price"}})
	return place{customers.app, ent}, customers, fields
}

func (w *world) asked(p place, body m) (names []string) {
	w.t.Helper()
	a := w.ok("POST", p.records()+"/query", w.owner, body)
	for i := range a.list("records") {
		names = append(names, a.str("records", i, "fields", "name"))
	}
	return names
}

func TestAFieldTakesAmountsOfSeveralCurrencies(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p, customers, fields := w.deals()
		hx := w.record(customers, w.owner, m{"name": "华信"})
		w.record(p, w.owner, m{"name": "a", "price": money("100", "CNY"), "customer": []string{hx}})
		b := w.record(p, w.owner, m{"name": "b", "price": "$20", "customer": []string{hx}})
		w.record(p, w.owner, m{"name": "c", "price": "EUR 10.00", "customer": []string{hx}})
		w.record(p, w.owner, m{"name": "d"})

		t.Run("amounts come back as they went in", func(t *testing.T) {
			a := w.ok("GET", p.records()+"/"+b, w.owner, nil)
			require.Equal(t, map[string]any{"amount": "20.00", "currency": "USD"}, a.at("fields", "price"))
			require.Equal(t, "280.00", a.at("fields", "double"), "formulas reckon in the field's own currency")
		})
		t.Run("they are compared and ordered by what they are worth", func(t *testing.T) {
			require.Equal(t, []string{"d", "c", "a", "b"}, w.asked(p, m{"sort": []m{{"field": "price"}}}))
			require.Equal(t, []string{"b", "a"}, w.asked(p, m{"sort": []m{{"field": "price", "dir": "desc"}}, "filter": m{"field": "price", "op": "gte", "value": "100"}}))
			require.Equal(t, []string{"b"}, w.asked(p, m{"filter": m{"field": "price", "op": "gt", "value": money("12.5", "EUR")}}))
			require.Equal(t, []string{"b"}, w.asked(p, m{"filter": m{"field": "price", "op": "eq", "value": "140"}}))
			require.Equal(t, []string{"a", "c"}, w.asked(p, m{"filter": m{"field": "price", "op": "between", "value": []any{"80", "USD 15"}}}))
			require.Equal(t, []string{"d"}, w.asked(p, m{"filter": m{"field": "price", "op": "isEmpty"}}))
			require.Equal(t, []string{"b", "c"}, w.asked(p, m{"filter": m{"field": "price", "op": "hasAny", "value": []string{"USD", "EUR"}}}))
			require.Equal(t, []string{"a", "d"}, w.asked(p, m{"filter": m{"field": "price", "op": "hasNone", "value": []string{"USD", "EUR"}}}))
		})
		t.Run("figures are in the field's own currency, groups are the currencies", func(t *testing.T) {
			metrics := []m{{"op": "sum", "field": "price"}, {"op": "max", "field": "price"}, {"op": "avg", "field": "price"}, {"op": "filled", "field": "price"}}
			a := w.ok("POST", p.records()+"/aggregate", w.owner, m{"metrics": metrics})
			require.Equal(t, []any{"320.00", "140.00", "106.6667", 3.0}, a.at("groups", 0, "metrics"))
			a = w.ok("POST", p.records()+"/aggregate", w.owner, m{"groupBy": []m{{"field": "price"}}, "metrics": metrics[:1]})
			require.JSONEq(t, `[{"keys":[null],"metrics":[null]},{"keys":["CNY"],"metrics":["100.00"]},{"keys":["EUR"],"metrics":["80.00"]},{"keys":["USD"],"metrics":["140.00"]}]`, rawOf(t, a.at("groups")))
			c := w.ok("GET", customers.records()+"/"+hx, w.owner, nil)
			require.Equal(t, "320.00", c.at("fields", "total"))
			require.Equal(t, []any{map[string]any{"amount": "100.00", "currency": "CNY"}, map[string]any{"amount": "20.00", "currency": "USD"}, map[string]any{"amount": "10.00", "currency": "EUR"}}, c.at("fields", "prices"))
		})
		t.Run("all of it follows the rates", func(t *testing.T) {
			w.ok("PUT", "/rates", w.owner, m{"date": w.today(), "base": "CNY", "rates": m{"USD": "4", "EUR": "11"}})
			require.Eventually(t, func() bool { return w.fieldNamed(p.ent, "price")["updating"] == nil }, 20*time.Second, 20*time.Millisecond)
			require.Equal(t, "290.00", w.ok("GET", customers.records()+"/"+hx, w.owner, nil).at("fields", "total"))
			require.Equal(t, []string{"d", "b", "a", "c"}, w.asked(p, m{"sort": []m{{"field": "price"}}}))
			a := w.ok("GET", p.records()+"/"+b, w.owner, nil)
			require.Equal(t, "160.00", a.at("fields", "double"))
			require.InDelta(t, 1, a.at("version"), 0, "nobody changed the record")
			w.ok("PUT", "/rates", w.owner, m{"date": "2026-01-01", "base": "CNY", "rates": m{}})
			w.refused(422, "rates.inUse", "PUT", "/rates", w.owner, m{"date": w.today(), "base": "CNY", "rates": m{"USD": "4"}})
		})
		t.Run("a change shows in the history and is taken back", func(t *testing.T) {
			changed := w.ok("PATCH", p.records(), w.owner, m{"records": []m{{"id": b, "fields": m{"price": money("5", "EUR")}}}}).str("changeSet")
			a := w.ok("GET", p.records()+"/"+b, w.owner, nil)
			require.Equal(t, "110.00", a.at("fields", "double"))
			h := w.ok("GET", p.records()+"/"+b+"/history", w.owner, nil)
			require.Contains(t, string(h.Raw), `{"amount":"20.00","currency":"USD"}`)
			require.Contains(t, string(h.Raw), `{"amount":"5.00","currency":"EUR"}`)
			w.ok("POST", "/undo", w.owner, m{"changeSet": changed})
			a = w.ok("GET", p.records()+"/"+b, w.owner, nil)
			require.Equal(t, "160.00", a.at("fields", "double"))
			require.Equal(t, []string{"d", "b", "a", "c"}, w.asked(p, m{"sort": []m{{"field": "price"}}}))
		})
		t.Run("what no rate is known for is refused by name", func(t *testing.T) {
			fld := w.fieldNamed(p.ent, "price")["id"].(string)
			w.ok("PATCH", fields+"/"+fld, w.owner, m{"options": m{"currencies": []string{"CNY", "USD", "EUR", "GBP"}}})
			a := w.refused(422, "field.noRate", "POST", p.records(), w.owner, m{"fields": m{"name": "e", "price": money("5", "GBP")}})
			require.Contains(t, a.str("detail"), "GBP")
			w.refused(422, "field.badMoney", "POST", p.records(), w.owner, m{"fields": m{"price": "JPY 5"}})
			w.refused(422, "field.currenciesFixed", "PATCH", fields+"/"+fld, w.owner, m{"options": m{"currencies": []string{"CNY", "USD"}}})
			w.refused(422, "field.currenciesFixed", "PATCH", fields+"/"+fld, w.owner, m{"options": m{"currency": "CNY"}})
			w.refused(422, "field.noRate", "PATCH", fields+"/"+fld, w.owner, m{"options": m{"currency": "GBP", "currencies": []string{"CNY", "USD", "EUR", "GBP"}}})
			w.ok("PUT", "/rates", w.owner, m{"date": w.today(), "base": "CNY", "rates": m{"USD": "4", "EUR": "11", "GBP": "12"}})
			w.ok("PATCH", fields+"/"+fld, w.owner, m{"options": m{"currency": "USD", "currencies": []string{"CNY", "USD", "EUR", "GBP"}}})
			require.Eventually(t, func() bool { return w.fieldNamed(p.ent, "price")["updating"] == nil }, 20*time.Second, 20*time.Millisecond)
			sum := w.ok("POST", p.records()+"/aggregate", w.owner, m{"metrics": []m{{"op": "sum", "field": "price"}}})
			require.Equal(t, "72.50", sum.at("groups", 0, "metrics", 0), "in the other currency")
			require.Equal(t, "72.50", w.ok("GET", customers.records()+"/"+hx, w.owner, nil).at("fields", "total"))
		})
	})
}

func (w *world) today() string {
	return now().Add(time.Duration(w.shift.Load())).UTC().Format(time.DateOnly)
}

func TestAFieldOfOneCurrencyBecomesOneOfSeveralAndBack(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		w.ok("PUT", "/rates", w.owner, m{"date": "2026-01-01", "base": "CNY", "rates": m{"USD": "7"}})
		fields := "/entities/" + p.ent + "/fields"
		fld := w.ok("POST", fields, w.owner, m{"key": "fee", "name": "费用", "type": "currency"}).str("id")
		a := w.record(p, w.owner, m{"name": "a", "fee": "70"})
		several := m{"type": "currency", "options": m{"scale": 2, "currency": "USD", "currencies": []string{"CNY", "USD"}}}
		w.ok("POST", fields+"/"+fld+"/convert", w.owner, several)
		fee := func(rec string) any { return w.ok("GET", p.records()+"/"+rec, w.owner, nil).at("fields", "fee") }
		sum := func() any {
			return w.ok("POST", p.records()+"/aggregate", w.owner, m{"metrics": []m{{"op": "sum", "field": "fee"}}}).at("groups", 0, "metrics", 0)
		}
		require.Eventually(t, func() bool { return w.fieldNamed(p.ent, "fee")["updating"] == nil }, 20*time.Second, 20*time.Millisecond)
		require.Equal(t, map[string]any{"amount": "70.00", "currency": "CNY"}, fee(a), "it keeps its currency")
		require.Equal(t, "10.00", sum())
		b := w.record(p, w.owner, m{"name": "b", "fee": "5"})
		require.Equal(t, map[string]any{"amount": "5.00", "currency": "USD"}, fee(b))
		require.Equal(t, "15.00", sum())
		w.ok("POST", fields+"/"+fld+"/convert", w.owner, m{"type": "currency", "options": m{"scale": 2, "currency": "CNY"}})
		require.Eventually(t, func() bool { return w.fieldNamed(p.ent, "fee")["updating"] == nil }, 20*time.Second, 20*time.Millisecond)
		require.Equal(t, []any{"70.00", "35.00"}, []any{fee(a), fee(b)}, "converted by the rates")
		require.Equal(t, "105.00", sum())
	})
}

func TestAmountsOfSeveralCurrenciesGoOutAndComeIn(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p, _, _ := w.deals()
		w.record(p, w.owner, m{"name": "a", "price": money("1234.5", "USD")})
		w.record(p, w.owner, m{"name": "b", "price": money("-2", "CNY")})
		out := string(w.exported(p, m{"format": "csv"}))
		require.Contains(t, out, "USD 1234.50")
		require.Contains(t, out, "CNY -2.00")
	})
}

func TestAHiddenAmountOfSeveralCurrenciesStaysHidden(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p, _, _ := w.deals()
		id := w.record(p, w.owner, m{"name": "a", "price": money("77123", "USD")})
		role := w.ok("POST", "/roles", w.owner, m{"name": "看不见", "grants": []any{m{
			"entity": p.ent, "read": true, "write": true, "create": true, "delete": true, "export": true, "fields": m{"price": "hidden"},
		}}}).str("id")
		spy, _ := w.member("spy@example.com", role)
		for _, body := range []m{
			{"sort": []m{{"field": "price"}}},
			{"filter": m{"field": "price", "op": "gt", "value": "1"}},
			{"filter": m{"field": "price", "op": "hasAny", "value": []string{"USD"}}},
		} {
			w.refused(422, "field.unknown", "POST", p.records()+"/query", spy, body)
		}
		for _, body := range []m{
			{"metrics": []m{{"op": "sum", "field": "price"}}},
			{"groupBy": []m{{"field": "price"}}, "metrics": []m{{"op": "count"}}},
		} {
			w.refused(422, "field.unknown", "POST", p.records()+"/aggregate", spy, body)
		}
		for _, path := range []string{p.records(), p.records() + "/" + id, p.records() + "/" + id + "/history", "/changes?after=0", "/entities/" + p.ent} {
			a := w.ok("GET", path, spy, nil)
			for _, word := range []string{"77123", "539861", "154246", "1079722"} { // it, its worth, and twice that
				require.NotContains(t, string(a.Raw), word, path)
			}
		}
	})
}

func rawOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func TestFiguresOverManyAmountsOfSeveralCurrencies(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p, customers, _ := w.deals()
		hx := w.record(customers, w.owner, m{"name": "华信"})
		const many = 600 // more than are loaded at once
		for at := 0; at < many; at += 200 {
			var recs []m
			for i := at; i < at+200; i++ {
				recs = append(recs, m{"fields": m{"name": "x", "price": money("1", []string{"CNY", "USD", "EUR"}[i%3]), "customer": []string{hx}}})
			}
			w.ok("POST", p.records(), w.owner, m{"records": recs})
		}
		total := func() any { return w.ok("GET", customers.records()+"/"+hx, w.owner, nil).at("fields", "total") }
		require.Equal(t, "3200.00", total())
		one := w.record(p, w.owner, m{"price": money("10", "USD"), "customer": []string{hx}})
		require.Equal(t, "3270.00", total())
		w.ok("DELETE", p.records()+"/"+one, w.owner, nil)
		require.Equal(t, "3200.00", total())
		v := w.ok("POST", "/entities/"+p.ent+"/views", w.owner, m{"name": "按币种", "group": []m{{"field": "price"}}, "sort": []m{{"field": "price", "dir": "desc"}}}).str("id")
		a := w.ok("POST", p.records()+"/query", w.owner, m{"view": v, "limit": 1000})
		var order []string
		for i := range a.list("records") {
			if code := a.str("records", i, "fields", "price", "currency"); len(order) == 0 || order[len(order)-1] != code {
				order = append(order, code)
			}
		}
		require.Equal(t, []string{"CNY", "EUR", "USD"}, order, "the groups of a view are the currencies")
	})
}
