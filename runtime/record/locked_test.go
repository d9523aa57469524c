package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

func TestUndoDoesNotReachIntoARecordThatHasBeenLockedSince(t *testing.T) {
	w := newWorld(t)
	price := field("price", "number")
	price.ReadOnlyIf = `{done}`
	e := w.entity("bills", text("name"), field("done", "checkbox"), price)
	a := w.as(w.person("clerk", 0, schema.RoleMember))
	row := w.create(a, e, `{"name":"A","price":1}`)
	change := func(fields string) string {
		res, err := w.records.Write(t.Context(), w.batch(a, e, record.Change{Op: store.OpUpdate, ID: row.Record.ID, Fields: in(t, fields)}))
		require.NoError(t, err)
		return res.ChangeSet
	}
	first := change(`{"price":2}`)
	lock := change(`{"done":true}`)
	_, err := w.update(a, e, row, `{"price":3}`)
	require.Equal(t, "field.readOnlyNow", fail.Of(err).Code)
	res, err := w.records.Undo(t.Context(), a, first)
	require.NoError(t, err)
	require.Empty(t, res.Rows, "what is locked stays as it is")
	require.Equal(t, []record.Skip{{Entity: e.ID, Record: row.Record.ID, Field: "price", Code: "undo.notAllowed"}}, res.Skipped)
	_, err = w.records.Undo(t.Context(), a, lock)
	require.NoError(t, err)
	both := change(`{"price":4,"done":true}`)
	_, err = w.records.Undo(t.Context(), a, both)
	require.NoError(t, err, "what locked it is taken back with it")
	got, err := w.records.Get(t.Context(), a, e.ID, row.Record.ID)
	require.NoError(t, err)
	require.Contains(t, fieldsOf(got), `"price":2`)
}

func TestAnUpsertPassesNoLockAndNoStepOfAStatus(t *testing.T) {
	w := newWorld(t)
	price := field("price", "number")
	price.ReadOnlyIf = `{done}`
	state := field("state", "status")
	state.Options.Choices = []schema.Choice{{ID: -1, Name: "draft"}, {ID: -2, Name: "sent"}}
	state.Options.Transitions = []schema.Transition{{From: -1, To: -2}}
	e := w.entity("bills", text("name"), field("done", "checkbox"), price, state)
	a := w.as(w.person("clerk", 0, schema.RoleMember))
	w.create(a, e, `{"name":"A","price":1,"done":true,"state":"sent"}`)
	for fields, code := range map[string]string{
		`{"name":"A","price":2}`:       "field.readOnlyNow",
		`{"name":"A","state":"draft"}`: "status.notAllowed",
	} {
		b := w.batch(a, e, record.Change{Op: store.OpCreate, Fields: in(t, fields)})
		b.UpsertOn = []string{"name"}
		_, err := w.records.Write(t.Context(), b)
		require.Error(t, err, fields)
		require.Equal(t, code, fail.Of(err).Code, fields)
	}
}

func TestALockedLinkThatOthersHoldIsLockedToo(t *testing.T) {
	s := newShop(t)
	lock := `{name}="closed"`
	_, err := s.catalog.UpdateField(t.Context(), s.boss(), s.orders.ID, s.id(s.orders, "lines"), catalog.FieldPatch{ReadOnlyIf: &lock})
	require.NoError(t, err)
	s.reload()
	order := s.create(s.boss(), s.orders, `{"name":"open"}`)
	line := s.line(order, 1)
	_, err = s.update(s.boss(), s.orders, order, `{"name":"closed"}`)
	require.NoError(t, err)
	_, err = s.update(s.boss(), s.orders, order, `{"lines":[]}`)
	requireFail(t, err, fail.Invalid, "field.readOnlyNow", "lines")
	_, err = s.update(s.boss(), s.orders, order, `{"lines":["`+idOf(line)+`"]}`)
	require.NoError(t, err, "it is as it was")
	require.Equal(t, `count=1 `, s.show(s.orders, order, "count"))
}
