package record_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
)

// bird is a value that nobody may find who may not read where it comes from.
const bird = "CANARY7"

type secret struct {
	*shop
	order *record.Row
}

// newSecret hides a line's item behind a lookup, a rollup, formulas and a
// formula of these, in another entity and in the same.
func newSecret(t *testing.T) *secret {
	t.Helper()
	s := newShop(t)
	s.rollup("items", "concat", "item")
	s.add(s.orders, catalog.FieldInput{Name: "looked", Key: "looked", Type: "lookup", Options: schema.Options{Link: s.id(s.orders, "lines"), Field: s.id(s.lines, "item")}})
	s.add(s.orders, formulaField("derived", `{items}&"!"`))
	s.add(s.orders, formulaField("now", `{derived}&(NOW()>CREATED_TIME())`))
	s.add(s.lines, formulaField("near", `"x"&{item}`))
	s.add(s.lines, catalog.FieldInput{Name: "back", Key: "back", Type: "lookup", Options: schema.Options{Link: s.id(s.lines, "order"), Field: s.id(s.orders, "derived")}})
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	s.create(s.boss(), s.lines, `{"item":"`+bird+`","amount":1,"order":["`+schema.FormatID(schema.PrefixRecord, order.Record.ID)+`"]}`)
	require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
	require.Contains(t, s.show(s.orders, order, "derived", "now"), bird)
	return &secret{shop: s, order: order}
}

// sees says whether an actor finds the canary by any way of reading.
func (s *secret) sees(a access.Actor) []string {
	s.Helper()
	var found []string
	ctx := s.Context()
	note := func(where, text string) {
		if strings.Contains(text, bird) {
			found = append(found, where)
		}
	}
	for _, e := range []*schema.Entity{s.orders, s.lines} {
		rows, err := s.records.Query(ctx, a, e.ID, record.Request{})
		require.NoError(s, err)
		for _, r := range rows.Rows {
			note("query "+e.Key, string(r.AppendJSON(nil, record.ByKey)))
			for _, f := range e.Live() {
				if v, ok := r.Value(f).(string); ok {
					note("value "+e.Key, v)
				}
			}
			list, err := s.records.History(ctx, a, e.ID, r.Record.ID, 0, 50)
			require.NoError(s, err)
			for i := range list {
				note("history "+e.Key, string(list[i].AppendJSON(nil)))
			}
		}
		hits, err := s.records.Query(ctx, a, e.ID, record.Request{Search: bird})
		require.NoError(s, err)
		if len(hits.Rows) > 0 {
			found = append(found, "search "+e.Key)
		}
	}
	for _, k := range []string{"items", "looked", "derived"} {
		filter := `{"field":"` + k + `","op":"contains","value":"` + bird + `"}`
		_, err := s.records.Query(ctx, a, s.orders.ID, record.Request{Filter: json.RawMessage(filter)})
		if fail.KindOf(err) != fail.Invalid {
			found = append(found, "filter "+k)
		}
		if _, err = s.records.Aggregate(ctx, a, s.orders.ID, record.AggRequest{Metrics: []record.Metric{{Op: "filled", Field: k}}}); fail.KindOf(err) != fail.Invalid {
			found = append(found, "aggregate "+k)
		}
	}
	for _, k := range []string{"items", "derived"} {
		if _, err := s.records.Query(ctx, a, s.orders.ID, record.Request{Sort: []record.SortKey{{Field: k}}}); fail.KindOf(err) != fail.Invalid {
			found = append(found, "sort "+k)
		}
		if _, err := s.records.Aggregate(ctx, a, s.orders.ID, record.AggRequest{GroupBy: []record.AggKey{{Field: k}}, Metrics: []record.Metric{{Op: "count"}}}); fail.KindOf(err) != fail.Invalid {
			found = append(found, "group "+k)
		}
	}
	feed, err := s.records.Feed(ctx, a, 0, 1000)
	require.NoError(s, err)
	note("feed", string(feed.AppendJSON(nil, record.ByKey)))
	return found
}

func all(e *schema.Entity, fields map[string]schema.Right) catalog.GrantInput {
	return catalog.GrantInput{Entity: e.ID, Read: true, Create: true, Write: true, Scope: "all", Fields: fields}
}

func TestComputed_rights(t *testing.T) {
	s := newSecret(t)
	derived := s.id(s.orders, "derived")
	open := s.person("open", 0, s.role("open", all(s.orders, nil), all(s.lines, nil)))
	require.NotEmpty(t, s.sees(s.as(open)), "who may read it finds it")

	hidden := s.person("hidden", 0, s.role("hidden", all(s.orders, nil), all(s.lines, map[string]schema.Right{"item": schema.Hidden})))
	require.Empty(t, s.sees(s.as(hidden)))
	masked := s.person("masked", 0, s.role("masked", all(s.orders, nil), all(s.lines, map[string]schema.Right{"item": schema.Masked})))
	require.Empty(t, s.sees(s.as(masked)))
	row, err := s.records.Get(t.Context(), s.as(masked), s.orders.ID, s.order.Record.ID)
	require.NoError(t, err)
	require.Equal(t, schema.Masked, row.Access.Right(derived), "masked stays masked")

	own := all(s.lines, nil)
	own.Scope = "own"
	mine := s.person("mine", 0, s.role("mine", all(s.orders, nil), own))
	require.Empty(t, s.sees(s.as(mine)), "a total over others' records tells of them")
	none := s.person("none", 0, s.role("none", all(s.orders, nil)))
	_, err = s.records.Query(t.Context(), s.as(none), s.lines.ID, record.Request{})
	require.Equal(t, fail.NotFound, fail.KindOf(err))
	row, err = s.records.Get(t.Context(), s.as(none), s.orders.ID, s.order.Record.ID)
	require.NoError(t, err)
	require.NotContains(t, fieldsOf(row), bird)
	require.NotContains(t, fieldsOf(row), "count", "how many there are is told by nobody")

	o := s.fresh(s.orders).FieldNamed("items").Options
	o.Open = true
	_, err = s.catalog.UpdateField(t.Context(), s.boss(), s.orders.ID, s.id(s.orders, "items"), catalog.FieldPatch{Options: &o})
	require.NoError(t, err)
	row, err = s.records.Get(t.Context(), s.as(mine), s.orders.ID, s.order.Record.ID)
	require.NoError(t, err)
	require.Contains(t, fieldsOf(row), `"items":"`+bird, "the builder shows it to all")
	require.NotContains(t, fieldsOf(row), `"looked"`)
	row, err = s.records.Get(t.Context(), s.as(hidden), s.orders.ID, s.order.Record.ID)
	require.NoError(t, err)
	require.NotContains(t, fieldsOf(row), bird, "a hidden field is not opened by that")
}

func TestAFormulaOverLinkingRecordsIsHiddenWithTheLinkThatTheyHold(t *testing.T) {
	s := newShop(t)
	s.add(s.orders, formulaField("items", `{lines}&""`))
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	s.create(s.boss(), s.lines, `{"item":"`+bird+`","order":["`+idOf(order)+`"]}`)
	require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
	require.Contains(t, s.show(s.orders, order, "items"), bird)
	a := s.as(s.person("blind", 0, s.role("blind", all(s.orders, nil), all(s.lines, map[string]schema.Right{"order": schema.Hidden}))))
	row, err := s.records.Get(t.Context(), a, s.orders.ID, order.Record.ID)
	require.NoError(t, err)
	require.NotContains(t, fieldsOf(row), bird, "which lines are linked is told by a link that is hidden")
}

// tower is lines that look up, through their order, a customer.
type tower struct {
	*shop
	customers *schema.Entity
	line      *record.Row
	theirs    *record.Row // a customer of somebody else
	a         access.Actor
}
