package record_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

func TestFiguresKnowNothingOfLinksThatCannotBeSeen(t *testing.T) {
	w := newWorld(t)
	boss := w.boss()
	contacts := w.entity("contacts", text("name"), field("owner", "user"))
	link := field("contacts", "link")
	link.Options.Entity, link.Options.Many = contacts.ID, true
	deals := w.entity("deals", text("name"), link)
	own := w.role("seller", catalog.GrantInput{Entity: contacts.ID, Read: true, Scope: "own"}, catalog.GrantInput{Entity: deals.ID, Read: true})
	none := w.role("stranger", catalog.GrantInput{Entity: deals.ID, Read: true})
	u := w.person("seller", 0, own)
	v := w.person("stranger", 0, none)
	contact := func(fields string) string {
		return schema.FormatID(schema.PrefixRecord, w.create(boss, contacts, fields).Record.ID)
	}
	hidden, mine := contact(`{"name":"hidden"}`), contact(`{"name":"mine","owner":["`+schema.FormatID(schema.PrefixUser, u)+`"]}`)
	w.create(boss, deals, `{"name":"both","contacts":["`+hidden+`","`+mine+`"]}`)
	w.create(boss, deals, `{"name":"secret","contacts":["`+hidden+`"]}`)
	w.create(boss, deals, `{"name":"none"}`)
	ask := func(who schema.UserID, by ...record.AggKey) string {
		res, err := w.records.Aggregate(t.Context(), w.as(who), deals.ID, record.AggRequest{GroupBy: by, Metrics: []record.Metric{{Op: "count"}, {Op: "filled", Field: "contacts"}, {Op: "count", Field: "contacts"}}})
		require.NoError(t, err)
		var out strings.Builder
		for _, g := range res.Groups {
			for _, k := range g.Keys {
				var to struct{ Name string }
				require.NoError(t, json.Unmarshal(k, &to))
				fmt.Fprintf(&out, "%s:", to.Name)
			}
			fmt.Fprintf(&out, "%s %s %s;", g.Metrics[0], g.Metrics[1], g.Metrics[2])
		}
		return out.String()
	}
	by := record.AggKey{Field: "contacts"}
	require.Equal(t, "3 2 2;", ask(owner))
	require.Equal(t, ":1 0 0;hidden:2 2 2;mine:1 1 1;", ask(owner, by))
	require.Equal(t, "3 1 1;", ask(u))
	require.Equal(t, ":2 0 0;mine:1 1 1;", ask(u, by))
	require.Equal(t, "3 0 0;", ask(v))
	require.Equal(t, ":3 0 0;", ask(v, by))
}

func TestLinksThatCannotBeSeenTakeNoPlaceAmongTheDerived(t *testing.T) {
	w := newWorld(t)
	boss := w.boss()
	firms := w.entity("firms", text("name"))
	link := field("firm", "link")
	link.Options.Entity = firms.ID
	link.InverseName = "contacts"
	contacts := w.entity("contacts", text("name"), field("owner", "user"), link)
	role := w.role("seller", catalog.GrantInput{Entity: contacts.ID, Read: true, Scope: "own"}, catalog.GrantInput{Entity: firms.ID, Read: true})
	u := w.person("seller", 0, role)
	firm, few := w.create(boss, firms, `{"name":"many"}`), w.create(boss, firms, `{"name":"few"}`)
	to := func(r *record.Row) string {
		return `"firm":["` + schema.FormatID(schema.PrefixRecord, r.Record.ID) + `"]`
	}
	mine := `"owner":["` + schema.FormatID(schema.PrefixUser, u) + `"],`
	b := w.batch(boss, contacts)
	for i := range 120 {
		b.Changes = append(b.Changes, record.Change{Op: store.OpCreate, Fields: in(t, fmt.Sprintf(`{"name":"hidden %d",%s}`, i, to(firm)))})
	}
	for _, fields := range []string{`{"name":"seen",` + mine + to(firm) + `}`, `{"name":"hidden",` + to(few) + `}`, `{"name":"also seen",` + mine + to(few) + `}`} {
		b.Changes = append(b.Changes, record.Change{Op: store.OpCreate, Fields: in(t, fields)})
	}
	_, err := w.records.Write(t.Context(), b)
	require.NoError(t, err)
	back := w.fresh(firms).Field(contacts.FieldNamed("firm").Options.Inverse).Key
	res, err := w.records.Query(t.Context(), w.as(u), firms.ID, record.Request{})
	require.NoError(t, err)
	require.Len(t, res.Rows, 2)
	for i, want := range []string{"seen", "also seen"} {
		var got struct {
			Fields map[string]json.RawMessage `json:"fields"`
		}
		require.NoError(t, json.Unmarshal(res.Rows[i].AppendJSON(nil, record.ByKey), &got))
		var links []struct{ Name string }
		require.NoError(t, json.Unmarshal(got.Fields[back], &links))
		require.Len(t, links, 1)
		require.Equal(t, want, links[0].Name)
	}
}
