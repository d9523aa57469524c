package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

// TestLinksThatCannotBeSeen is about a deal that links to contacts of which the
// seller may read their own only.
func TestLinksThatCannotBeSeen(t *testing.T) {
	w := newWorld(t)
	boss := w.boss()
	contacts := w.entity("contacts", text("name"), field("owner", "user"))
	link := field("contacts", "link")
	link.Options.Entity, link.Options.Many = contacts.ID, true
	deals := w.entity("deals", text("name"), link)
	role := w.role("seller", catalog.GrantInput{Entity: contacts.ID, Read: true, Scope: "own"}, catalog.GrantInput{Entity: deals.ID, Read: true, Create: true, Write: true})
	u := w.person("seller", 0, role)
	seller := w.as(u)
	contact := func(fields string) string {
		return schema.FormatID(schema.PrefixRecord, w.create(boss, contacts, fields).Record.ID)
	}
	mine := `"owner":["` + schema.FormatID(schema.PrefixUser, u) + `"]`
	hidden, own, another := contact(`{"name":"hidden"}`), contact(`{"name":"own",`+mine+`}`), contact(`{"name":"another",`+mine+`}`)
	cases := []struct{ name, before, given, after string }{
		{"they stay where a field is emptied", `["` + hidden + `"]`, `[]`, `hidden`},
		{"they stay where the visible ones are replaced", `["` + own + `","` + hidden + `"]`, `["` + another + `"]`, `another hidden`},
		{"they stay where they stood if nothing visible changes", `["` + hidden + `","` + own + `"]`, `["` + own + `"]`, `hidden own`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := w.create(boss, deals, `{"name":"`+c.name+`","contacts":`+c.before+`}`)
			_, err := w.update(seller, deals, d, `{"contacts":`+c.given+`}`)
			require.NoError(t, err)
			got, err := w.records.Get(t.Context(), boss, deals.ID, d.Record.ID)
			require.NoError(t, err)
			require.Equal(t, c.after, titlesOf(t, got))
		})
	}
	t.Run("who sees all drops what they drop", func(t *testing.T) {
		d := w.create(boss, deals, `{"name":"x","contacts":["`+hidden+`","`+own+`"]}`)
		row, err := w.update(boss, deals, d, `{"contacts":["`+own+`"]}`)
		require.NoError(t, err)
		require.Equal(t, "own", titlesOf(t, row))
	})
	for _, filter := range []string{
		`{"field":"contacts","op":"isNotEmpty"}`, `{"not":{"field":"contacts","op":"isEmpty"}}`,
		`{"field":"contacts","op":"hasAny","value":["` + hidden + `"]}`, `{"field":"contacts","op":"hasAll","value":["` + hidden + `"]}`,
		`{"field":"contacts","op":"eq","value":["` + hidden + `"]}`, `{"not":{"field":"contacts","op":"hasNone","value":["` + hidden + `"]}}`,
	} {
		t.Run("they are not there for "+filter, func(t *testing.T) {
			w.create(boss, deals, `{"name":"secret partner","contacts":["`+hidden+`"]}`)
			require.Contains(t, w.titles(boss, deals, record.Request{Filter: []byte(filter)}), "secret partner")
			require.NotContains(t, w.titles(seller, deals, record.Request{Filter: []byte(filter)}), "secret partner")
		})
	}
	t.Run("a visible one is found beside them", func(t *testing.T) {
		d := w.create(boss, deals, `{"name":"both","contacts":["`+hidden+`","`+own+`"]}`)
		for _, filter := range []string{
			`{"field":"contacts","op":"isNotEmpty"}`, `{"field":"contacts","op":"hasAny","value":["` + own + `"]}`,
			`{"field":"contacts","op":"hasAll","value":["` + own + `"]}`, `{"field":"contacts","op":"eq","value":["` + own + `"]}`,
		} {
			require.Contains(t, w.titles(seller, deals, record.Request{Filter: []byte(filter)}), "both", filter)
		}
		require.NotNil(t, d)
	})
}

func titlesOf(t *testing.T, r *record.Row) string {
	t.Helper()
	f := r.Entity().FieldNamed("contacts")
	set, ok := r.Record.Values[f.ID].([]int64)
	require.True(t, ok)
	out := ""
	for _, id := range set {
		title, ok := r.Names().Record(f.Options.Entity, schema.RecordID(id))
		require.True(t, ok)
		if out != "" {
			out += " "
		}
		out += title
	}
	return out
}

func TestReplayTellsNothingOfARecordThatHasLeftTheScope(t *testing.T) {
	w := newWorld(t)
	e := w.entity("deals", text("name"), field("owner", "user"))
	role := w.role("seller", catalog.GrantInput{Entity: e.ID, Read: true, Create: true, Write: true, Scope: "own"})
	u := w.person("seller", 0, role)
	b := w.batch(w.as(u), e, record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"x","owner":["`+schema.FormatID(schema.PrefixUser, u)+`"]}`)})
	b.IdempotencyKey = "k"
	res, err := w.records.Write(t.Context(), b)
	require.NoError(t, err)
	_, err = w.update(w.boss(), e, res.Rows[0], `{"owner":null}`)
	require.NoError(t, err)
	again, err := w.records.Write(t.Context(), b)
	require.NoError(t, err)
	require.True(t, again.Replayed)
	require.NotContains(t, string(again.Rows[0].AppendJSON(nil, record.ByKey)), "updatedBy")
}
