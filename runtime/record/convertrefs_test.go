package record_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

// affects tells what a conversion would do to other settings.
func (s *shop) affects(e *schema.Entity, key, typ string) []string {
	s.Helper()
	p, err := s.records.PreviewConvert(s.Context(), s.boss(), e.ID, s.named(e, key).ID, catalog.ConvertInput{Type: typ})
	require.NoError(s, err)
	out := []string{}
	for _, a := range p.Affects {
		line := a.Entity.Name
		if a.Field != nil {
			line += "." + a.Field.Name
		}
		line += " " + a.Part
		if a.Kept {
			line += " kept"
		}
		out = append(out, line)
	}
	return out
}

// conditional adds a field whose condition asks for a field of the lines.
func (s *shop) conditional(name, typ, op, of, filter string) {
	s.Helper()
	in := catalog.FieldInput{Name: name, Key: name, Type: typ, Options: schema.Options{Link: s.id(s.orders, "lines"), Op: op}}
	if of != "" {
		in.Options.Field = s.id(s.lines, of)
	}
	in.Refs.Filter = json.RawMessage(filter)
	s.add(s.orders, in)
}

func TestConditionsFollowAFieldThatGetsAnotherType(t *testing.T) {
	s := newShop(t)
	s.add(s.lines, choices("state", "open", "paid"))
	s.conditional("paid", "rollup", "sum", "amount", `{"and":[{"field":"state","op":"in","value":["paid"]},{"field":"amount","op":"gt","value":1}]}`)
	s.conditional("unpaid", "count", "", "", `{"not":{"field":"state","op":"eq","value":"paid"}}`)
	s.conditional("states", "lookup", "", "state", "")
	tasks := s.entity("tasks", text("name"), linkTo("order", s.orders, "tasks"))
	pick := linkTo("line", s.lines, "tasks")
	pick.Refs.Filter = json.RawMessage(`{"field":"state","op":"eq","value":"open"}`)
	s.add(tasks, pick)
	s.add(tasks, catalog.FieldInput{
		Name: "late", Key: "late", Type: "count", Options: schema.Options{Link: s.id(tasks, "order")},
		Refs: catalog.FieldRefs{Filter: json.RawMessage(`{"field":"states","op":"hasAny","value":["paid"]}`)},
	})
	s.settle()
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	one, two := s.line(order, 5), s.line(order, 7)
	for r, state := range map[*record.Row]string{one: "paid", two: "open"} {
		_, err := s.update(s.boss(), s.lines, r, `{"state":"`+state+`"}`)
		require.NoError(t, err)
	}
	task := s.create(s.boss(), tasks, fmt.Sprintf(`{"name":"T","order":[%q]}`, ref(order)))
	s.settle()
	sound := func() {
		t.Helper()
		require.Equal(t, "paid=5 unpaid=1 ", s.show(s.orders, order, "paid", "unpaid"))
	}
	sound()
	require.Equal(t, "late=1 ", s.show(tasks, task, "late"))

	require.Equal(t, []string{"tasks.late condition", "orders.paid condition kept", "orders.unpaid condition kept", "tasks.line condition kept"}, s.affects(s.lines, "state", "text"))
	s.convert(s.lines, "state", "text")
	s.settle()
	sound()
	_, err := s.update(s.boss(), s.lines, two, `{"state":"paid"}`)
	require.NoError(t, err)
	require.Equal(t, "paid=12 unpaid=0 ", s.show(s.orders, order, "paid", "unpaid"), "they go by the texts now")
	_, err = s.records.Write(t.Context(), s.batch(s.boss(), tasks, record.Change{Op: store.OpUpdate, ID: task.Record.ID, Fields: in(t, fmt.Sprintf(`{"line":[%q]}`, ref(one)))}))
	require.Error(t, err, "so does the condition of the link")

	_, err = s.update(s.boss(), s.lines, two, `{"state":"open"}`)
	require.NoError(t, err)
	sound()
	s.convert(s.lines, "state", "singleSelect")
	s.settle()
	sound()
	_, err = s.update(s.boss(), s.lines, two, `{"state":"paid"}`)
	require.NoError(t, err)
	require.Equal(t, "paid=12 unpaid=0 ", s.show(s.orders, order, "paid", "unpaid"), "and by the choices again")
}

func TestAPreviewNamesWhatStopsWorking(t *testing.T) {
	s := newShop(t)
	s.add(s.orders, formulaField("double", `{total}*2`))
	s.conditional("large", "count", "", "", `{"field":"amount","op":"gt","value":10}`)
	s.conditional("sorted", "lookup", "", "item", "")
	sorted := s.named(s.orders, "sorted")
	o := sorted.Options
	o.Sort = []schema.ViewSort{{Field: s.id(s.lines, "amount")}}
	_, err := s.catalog.UpdateField(t.Context(), s.boss(), s.orders.ID, sorted.ID, catalog.FieldPatch{Options: &o})
	require.NoError(t, err)
	unique := true
	_, err = s.catalog.UpdateField(t.Context(), s.boss(), s.lines.ID, s.id(s.lines, "amount"), catalog.FieldPatch{Unique: &unique})
	require.NoError(t, err)
	s.settle()
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	s.line(order, 20)
	s.settle()
	require.Empty(t, s.affects(s.lines, "amount", "decimal"))
	require.Equal(t, []string{
		"orders.total source", "orders.most source", "orders.large condition", "orders.sorted sort", "lines.amount unique", "lines.orderTotal source",
	}, s.affects(s.lines, "amount", "multiSelect"))
	before := string(s.named(s.orders, "large").Options.Filter)
	s.convert(s.lines, "amount", "multiSelect")
	s.settle()
	require.Equal(t, before, string(s.named(s.orders, "large").Options.Filter), "what cannot be fitted stays")
	require.Equal(t, "large=0 ", s.show(s.orders, order, "large"), "and finds nothing")
	s.revert(s.lines, "amount")
	s.settle()
	require.Equal(t, "large=1 total=20 double=40 ", s.show(s.orders, order, "large", "total", "double"), "taken back, all works again")
}
