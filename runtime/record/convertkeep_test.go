package record_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

func TestAConversionMayKeepTheOldColumnToBeSeen(t *testing.T) {
	w := newWorld(t)
	in := text("amount")
	in.Required = true
	e := w.entity("订单", text("title"), in, field("number", "autoNumber"))
	clerk := w.role("职员", catalog.GrantInput{Entity: e.ID, Read: true, Write: true, Fields: map[string]schema.Right{"amount": schema.Hidden}})
	u := w.person("张三", 0, clerk)
	w.create(w.boss(), e, `{"title":"a","amount":"1,200"}`)
	b := w.create(w.boss(), e, `{"title":"b","amount":"许多"}`)
	keep := func(key, typ string) error {
		_, err := w.records.Convert(t.Context(), w.boss(), e.ID, w.named(e, key).ID, catalog.ConvertInput{Type: typ, Keep: true})
		return err
	}
	require.NoError(t, keep("amount", "number"))
	old := w.named(e, "amount（旧）")
	require.Equal(t, "text", old.Type)
	require.Equal(t, "amount_old", old.Key)
	require.False(t, old.Required, "what is kept binds nobody")
	require.Equal(t, []string{`{"amount":1200}`, `{}`}, w.column(e, "amount"))
	require.Equal(t, []string{`{"amount_old":"1,200"}`, `{"amount_old":"许多"}`}, w.column(e, "amount_old"))
	s, err := w.catalog.Tenant(t.Context(), w.tenant)
	require.NoError(t, err)
	require.Equal(t, schema.Hidden, s.Role(clerk).Grants[0].Fields[old.ID], "who may not see the field does not see what is kept of it")
	row, err := w.records.Get(t.Context(), w.as(u), e.ID, b.Record.ID)
	require.NoError(t, err)
	require.NotContains(t, fieldsOf(row), "许多")

	_, err = w.update(w.boss(), e, b, `{"amount":5}`)
	require.NoError(t, err)
	require.Equal(t, []string{`{"amount_old":"1,200"}`, `{"amount_old":"许多"}`}, w.column(e, "amount_old"), "it is a field of its own")
	w.revert(e, "amount")
	require.Equal(t, []string{`{"amount":"1,200"}`, `{"amount":"5"}`}, w.column(e, "amount"))
	require.NoError(t, keep("amount", "number"))
	require.Equal(t, "text", w.named(e, "amount（旧） 2").Type)

	require.NoError(t, keep("number", "text"))
	require.Equal(t, "text", w.named(e, "number_old").Type, "nothing numbers on")
	require.JSONEq(t, `{"number_old":"1"}`, w.column(e, "number_old")[0])
	w.convert(e, "title", "link", schema.Options{Entity: e.ID})
	requireFail(t, keep("title", "text"), fail.Invalid, "convert.keep", "keep")
}

func TestValuesThatChangeWhileTheOldColumnIsCopiedAreInIt(t *testing.T) {
	w := newWorld(t)
	e := w.entity("订单", text("title"), text("amount"))
	var cs []record.Change
	for i := range 2500 {
		cs = append(cs, record.Change{Op: store.OpCreate, Fields: in(t, fmt.Sprintf(`{"title":"t","amount":"%d"}`, i))})
	}
	var first *record.Row
	for len(cs) > 0 {
		n := min(1000, len(cs))
		res, err := w.records.Write(t.Context(), w.batch(w.boss(), e, cs[:n]...))
		require.NoError(t, err)
		if first == nil {
			first = res.Rows[0]
		}
		cs = cs[n:]
	}
	_, err := w.records.Convert(t.Context(), w.boss(), e.ID, w.named(e, "amount").ID, catalog.ConvertInput{Type: "number", Keep: true})
	require.NoError(t, err)
	require.Equal(t, "text", w.named(e, "amount").Type, "of many it goes on in the background")
	_, err = w.update(w.boss(), e, first, `{"amount":"77"}`)
	require.NoError(t, err)
	w.settle()
	require.Equal(t, "number", w.named(e, "amount").Type)
	require.JSONEq(t, `{"amount_old":"77"}`, w.column(e, "amount_old")[0])
	require.Empty(t, w.found(e, `{"field":"amount_old","op":"isEmpty"}`))
}
