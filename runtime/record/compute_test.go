package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// shop is orders with lines: lines link to their order, orders add them up.
type shop struct {
	*world
	orders, lines *schema.Entity
}

func newShop(t testing.TB) *shop {
	t.Helper()
	w := newWorld(t)
	s := &shop{world: w}
	s.orders = w.entity("orders", text("name"))
	s.lines = w.entity("lines", text("item"), field("amount", "number"), field("done", "checkbox"),
		catalog.FieldInput{Name: "order", Key: "order", Type: "link", Options: schema.Options{Entity: s.orders.ID}, InverseName: "lines"})
	s.reload()
	s.rollup("total", "sum", "amount")
	s.rollup("most", "max", "amount")
	s.add(s.orders, catalog.FieldInput{Name: "count", Key: "count", Type: "count", Options: schema.Options{Link: s.id(s.orders, "lines")}})
	s.add(s.lines, catalog.FieldInput{Name: "orderName", Key: "orderName", Type: "lookup", Options: schema.Options{Link: s.id(s.lines, "order"), Field: s.id(s.orders, "name")}})
	s.add(s.lines, catalog.FieldInput{Name: "orderTotal", Key: "orderTotal", Type: "lookup", Options: schema.Options{Link: s.id(s.lines, "order"), Field: s.id(s.orders, "total")}})
	return s
}

func (s *shop) reload() { s.orders, s.lines = s.fresh(s.orders), s.fresh(s.lines) }

func (s *shop) id(e *schema.Entity, name string) schema.FieldID {
	s.Helper()
	f := s.fresh(e).FieldNamed(name)
	require.NotNil(s, f, name)
	return f.ID
}

func (s *shop) add(e *schema.Entity, in catalog.FieldInput) *schema.Field {
	s.Helper()
	f, err := s.catalog.AddField(s.Context(), s.boss(), e.ID, in)
	require.NoError(s, err)
	s.reload()
	return f
}

func (s *shop) rollup(name, op, of string) {
	s.Helper()
	o := schema.Options{Link: s.id(s.orders, "lines"), Field: s.id(s.lines, of), Op: op}
	s.add(s.orders, catalog.FieldInput{Name: name, Key: name, Type: "rollup", Options: o})
}

func (s *shop) show(e *schema.Entity, r *record.Row, keys ...string) string {
	s.Helper()
	row, err := s.records.Get(s.Context(), s.boss(), e.ID, r.Record.ID)
	require.NoError(s, err)
	var all map[string]json.RawMessage
	require.NoError(s, json.Unmarshal([]byte(fieldsOf(row)), &all))
	var out strings.Builder
	for _, k := range keys {
		if len(all[k]) == 0 {
			all[k] = json.RawMessage("-")
		}
		fmt.Fprintf(&out, "%s=%s ", k, all[k])
	}
	return out.String()
}

func (s *shop) line(order *record.Row, amount int) *record.Row {
	s.Helper()
	return s.create(s.boss(), s.lines, fmt.Sprintf(`{"item":"i%d","amount":%d,"order":[%q]}`, amount, amount, schema.FormatID(schema.PrefixRecord, order.Record.ID)))
}

func TestComputed(t *testing.T) {
	s := newShop(t)
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	require.Equal(t, "total=- count=0 ", s.show(s.orders, order, "total", "count"))

	one := s.line(order, 5)
	two := s.line(order, 7)
	require.Equal(t, "total=12 most=7 count=2 ", s.show(s.orders, order, "total", "most", "count"))
	require.Equal(t, `orderName="A" orderTotal=12 `, s.show(s.lines, one, "orderName", "orderTotal"), "what one line adds its sister sees")

	_, err := s.update(s.boss(), s.lines, one, `{"amount":8}`)
	require.NoError(t, err)
	require.Equal(t, "total=15 most=8 count=2 ", s.show(s.orders, order, "total", "most", "count"))
	require.Equal(t, `orderTotal=15 `, s.show(s.lines, two, "orderTotal"))

	_, err = s.update(s.boss(), s.orders, order, `{"name":"B"}`)
	require.NoError(t, err)
	require.Equal(t, `orderName="B" `, s.show(s.lines, two, "orderName"))

	other := s.create(s.boss(), s.orders, `{"name":"C"}`)
	_, err = s.update(s.boss(), s.lines, one, fmt.Sprintf(`{"order":[%q]}`, schema.FormatID(schema.PrefixRecord, other.Record.ID)))
	require.NoError(t, err)
	require.Equal(t, "total=7 count=1 ", s.show(s.orders, order, "total", "count"), "the order that lost a line")
	require.Equal(t, "total=8 count=1 ", s.show(s.orders, other, "total", "count"), "the order that got it")
	require.Equal(t, `orderName="C" orderTotal=8 `, s.show(s.lines, one, "orderName", "orderTotal"))

	res, err := s.trash(s.boss(), s.lines, two)
	require.NoError(t, err)
	require.Equal(t, "total=- count=0 ", s.show(s.orders, order, "total", "count"))
	_, err = s.records.Undo(t.Context(), s.boss(), res.ChangeSet)
	require.NoError(t, err)
	require.Equal(t, "total=7 count=1 ", s.show(s.orders, order, "total", "count"))

	gone, err := s.trash(s.boss(), s.orders, other)
	require.NoError(t, err)
	require.Equal(t, `orderName=- orderTotal=- `, s.show(s.lines, one, "orderName", "orderTotal"))
	_, err = s.records.Undo(t.Context(), s.boss(), gone.ChangeSet)
	require.NoError(t, err)
	require.Equal(t, `orderName="C" orderTotal=8 `, s.show(s.lines, one, "orderName", "orderTotal"))
}

func TestComputed_quiet(t *testing.T) {
	s := newShop(t)
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	seller := s.person("卖家", 0, schema.RoleMember)
	res, err := s.records.Write(t.Context(), s.batch(s.as(seller), s.lines, record.Change{Op: store.OpCreate, Fields: in(t, fmt.Sprintf(`{"amount":3,"order":[%q]}`, schema.FormatID(schema.PrefixRecord, order.Record.ID)))}))
	require.NoError(t, err)
	now, err := s.records.Get(t.Context(), s.boss(), s.orders.ID, order.Record.ID)
	require.NoError(t, err)
	require.Equal(t, owner, now.Record.UpdatedBy, "the order was not changed by the seller")
	require.Equal(t, order.Record.Version+1, now.Record.Version)

	_, err = s.records.Write(t.Context(), s.batch(s.boss(), s.orders, record.Change{Op: store.OpUpdate, ID: order.Record.ID, Version: order.Record.Version, Fields: in(t, `{"name":"A2"}`)}))
	require.NoError(t, err, "a version that is past by a computed value alone is no conflict")
	_, err = s.records.Write(t.Context(), s.batch(s.boss(), s.orders, record.Change{Op: store.OpUpdate, ID: order.Record.ID, Version: order.Record.Version, Fields: in(t, `{"name":"A3"}`)}))
	requireFail(t, err, fail.Conflict, "record.stale", "")
	undone, err := s.records.Undo(t.Context(), s.boss(), res.ChangeSet)
	require.NoError(t, err)
	require.Empty(t, undone.Skipped, "computed values are nothing to take back")
	require.Equal(t, "total=- count=0 ", s.show(s.orders, order, "total", "count"))
	_, err = s.update(s.boss(), s.orders, order, `{"total":3}`)
	requireFail(t, err, fail.Invalid, "field.readOnly", "total")
}

func TestComputed_backfill(t *testing.T) {
	s := newShop(t)
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	for i := range 30 {
		s.line(order, i)
	}
	s.rollup("least", "min", "amount")
	require.Equal(t, "least=0 ", s.show(s.orders, order, "least"), "computed on read until it is filled in")
	up, err := s.records.Updating(t.Context(), s.tenant, s.orders.ID)
	require.NoError(t, err)
	require.Contains(t, up, s.id(s.orders, "least"))
	rows, err := s.records.Query(t.Context(), s.boss(), s.orders.ID, record.Request{Filter: json.RawMessage(`{"field":"least","op":"eq","value":0}`)})
	require.NoError(t, err)
	require.Empty(t, rows.Rows, "not filled in yet")

	require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
	rows, err = s.records.Query(t.Context(), s.boss(), s.orders.ID, record.Request{Filter: json.RawMessage(`{"field":"least","op":"eq","value":0}`)})
	require.NoError(t, err)
	require.Len(t, rows.Rows, 1)
	behind, err := s.records.Behind(t.Context(), s.tenant)
	require.NoError(t, err)
	require.False(t, behind)
	up, err = s.records.Updating(t.Context(), s.tenant, s.orders.ID)
	require.NoError(t, err)
	require.Empty(t, up)
}

func TestComputed_manyLookers(t *testing.T) {
	s := newShop(t)
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	var cs []record.Change
	for i := range 600 {
		cs = append(cs, record.Change{Op: store.OpCreate, Fields: in(t, fmt.Sprintf(`{"amount":%d,"order":[%q]}`, i, schema.FormatID(schema.PrefixRecord, order.Record.ID)))})
	}
	res, err := s.records.Write(t.Context(), s.batch(s.boss(), s.lines, cs...))
	require.NoError(t, err)
	require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
	require.Equal(t, "total=179700 most=599 count=600 ", s.show(s.orders, order, "total", "most", "count"))
	require.Equal(t, `orderTotal=179700 `, s.show(s.lines, res.Rows[17], "orderTotal"))

	_, err = s.update(s.boss(), s.orders, order, `{"name":"B"}`)
	require.NoError(t, err)
	behind, err := s.records.Behind(t.Context(), s.tenant)
	require.NoError(t, err)
	require.True(t, behind, "too many for one commit")
	require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
	require.Equal(t, `orderName="B" `, s.show(s.lines, res.Rows[599], "orderName"))
	_, err = s.update(s.boss(), s.lines, res.Rows[0], `{"amount":1000}`)
	require.NoError(t, err)
	require.Equal(t, "total=180700 most=1000 count=600 ", s.show(s.orders, order, "total", "most", "count"))
}

func TestComputed_lookupOfLinks(t *testing.T) {
	s := newShop(t)
	payers := s.entity("payers", text("who"))
	s.add(s.orders, catalog.FieldInput{Name: "payer", Key: "payer", Type: "link", Options: schema.Options{Entity: payers.ID}, InverseName: "orders"})
	s.add(s.lines, catalog.FieldInput{Name: "paidBy", Key: "paidBy", Type: "lookup", Options: schema.Options{Link: s.id(s.lines, "order"), Field: s.id(s.orders, "payer")}})
	payer := s.create(s.boss(), payers, `{"who":"王五"}`)
	order := s.create(s.boss(), s.orders, fmt.Sprintf(`{"name":"A","payer":[%q]}`, schema.FormatID(schema.PrefixRecord, payer.Record.ID)))
	one := s.line(order, 1)
	require.Contains(t, s.show(s.lines, one, "paidBy"), "王五")
}

func TestComputed_cycle(t *testing.T) {
	s := newShop(t)
	l := s.add(s.lines, catalog.FieldInput{Name: "whole", Key: "whole", Type: "lookup", Options: schema.Options{Link: s.id(s.lines, "order"), Field: s.id(s.orders, "total")}})
	_, err := s.catalog.AddField(t.Context(), s.boss(), s.orders.ID, catalog.FieldInput{Name: "circle", Key: "circle", Type: "rollup", Options: schema.Options{Link: s.id(s.orders, "lines"), Field: l.ID, Op: "sum"}})
	require.NoError(t, err, "a total of what shows another total is no circle")
	o := s.fresh(s.orders).FieldNamed("total").Options
	o.Field = l.ID
	_, err = s.catalog.UpdateField(t.Context(), s.boss(), s.orders.ID, s.id(s.orders, "total"), catalog.FieldPatch{Options: &o})
	e := failure(t, err, fail.Invalid, "field.cycle", "options")
	require.Contains(t, e.Params["path"], "orders.total")
	require.Contains(t, e.Params["path"], "lines.whole")
}

func TestComputed_backfillGoesOnAfterAnInterruption(t *testing.T) {
	w, e, ids := benchWorldOf(t, 3000)
	_, err := w.catalog.AddField(t.Context(), w.boss(), e.ID, formulaField("twice", "{amount}*2"))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	require.Error(t, w.records.Recalculate(ctx, w.tenant))
	behind, err := w.records.Behind(t.Context(), w.tenant)
	require.NoError(t, err)
	require.True(t, behind)

	_, err = w.records.Write(t.Context(), w.batch(w.boss(), e, record.Change{Op: store.OpUpdate, ID: ids[5], Fields: in(t, `{"amount":50}`)}))
	require.NoError(t, err)
	require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))
	res, err := w.records.Aggregate(t.Context(), w.boss(), e.ID, record.AggRequest{Metrics: []record.Metric{{Op: "filled", Field: "twice"}, {Op: "sum", Field: "twice"}, {Op: "sum", Field: "amount"}}})
	require.NoError(t, err)
	require.Equal(t, "3000", string(res.Groups[0].Metrics[0]))
	var twice, once float64
	require.NoError(t, json.Unmarshal(res.Groups[0].Metrics[1], &twice))
	require.NoError(t, json.Unmarshal(res.Groups[0].Metrics[2], &once))
	require.InDelta(t, 2*once, twice, 0.001)
	row, err := w.records.Get(t.Context(), w.boss(), e.ID, ids[7])
	require.NoError(t, err)
	require.Equal(t, schema.Version(1), row.Record.Version, "a backfill changes no version")
}

func TestComputed_writersAtTheSameTimeMissNothing(t *testing.T) {
	s := newShop(t)
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	var wg sync.WaitGroup
	boss, errs := s.boss(), make(chan error, 200)
	for n := range 8 {
		wg.Go(func() {
			for i := range 12 {
				_, err := s.records.Write(t.Context(), s.batch(boss, s.lines, record.Change{Op: store.OpCreate, Fields: map[string]any{
					"amount": json.Number("1"), "item": fmt.Sprint(n, i), "order": []any{schema.FormatID(schema.PrefixRecord, order.Record.ID)},
				}}))
				errs <- err
				if i == 6 {
					_, err := s.records.Write(t.Context(), s.batch(boss, s.orders, record.Change{Op: store.OpUpdate, ID: order.Record.ID, Fields: map[string]any{"name": fmt.Sprint("n", n)}}))
					errs <- err
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
	require.Equal(t, "total=96 count=96 ", s.show(s.orders, order, "total", "count"))
	rows, err := s.records.Query(t.Context(), s.boss(), s.lines.ID, record.Request{Limit: 200})
	require.NoError(t, err)
	name, err := s.records.Get(t.Context(), s.boss(), s.orders.ID, order.Record.ID)
	require.NoError(t, err)
	for _, r := range rows.Rows {
		require.Equal(t, name.Value(s.orders.FieldNamed("name")), r.Value(s.lines.FieldNamed("orderName")))
		require.InDelta(t, 96, r.Value(s.lines.FieldNamed("orderTotal")), 0)
	}
}
