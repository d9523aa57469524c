package live_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

// join makes a member with one role.
func (w *world) join(name string, r schema.RoleID) (access.Actor, string) {
	w.t.Helper()
	w.joined++
	u := w.repUser + schema.UserID(w.joined)
	_, err := w.cat.SetMember(w.t.Context(), w.boss, schema.Member{User: u, Name: name, Email: name + "@example.com", Roles: []schema.RoleID{r}})
	require.NoError(w.t, err)
	session := schema.FormatID(schema.PrefixUser, u)
	a, err := w.actorOf(w.t.Context(), session)
	require.NoError(w.t, err)
	return a, session
}

func TestRoom_shows_linked_records_only_to_those_whose_they_are(t *testing.T) {
	w := newWorld(t)
	snap, err := w.cat.Tenant(t.Context(), w.boss.Tenant)
	require.NoError(t, err)
	contacts, err := w.cat.CreateEntity(t.Context(), w.boss, snap.Entity(w.entity).App, catalog.EntityInput{Name: "contacts", Fields: []catalog.FieldInput{
		{Name: "name", Key: "name", Type: "text"}, {Name: "owner", Key: "owner", Type: "user"},
	}})
	require.NoError(t, err)
	_, err = w.cat.AddField(t.Context(), w.boss, w.entity, catalog.FieldInput{Name: "contact", Key: "contact", Type: "link", Options: schema.Options{Entity: contacts.ID, Many: true}})
	require.NoError(t, err)
	role, err := w.cat.CreateRole(t.Context(), w.boss, catalog.RoleInput{Name: "seller", Grants: []catalog.GrantInput{
		{Entity: w.entity, Read: true}, {Entity: contacts.ID, Read: true, Scope: "own"},
	}})
	require.NoError(t, err)
	a, as := w.join("a", role.ID)
	b, bs := w.join("b", role.ID)
	res, err := w.recs.Write(t.Context(), record.Batch{Actor: w.boss, Entity: contacts.ID, Via: "api", Changes: []record.Change{
		{Op: store.OpCreate, Fields: map[string]any{"name": "canary", "owner": w.own(a.User)}},
	}})
	require.NoError(t, err)
	of, other := w.open(a, as), w.open(b, bs)
	for _, p := range []*page{of, other} {
		_, err := w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
		require.NoError(t, err)
	}
	for range 8 { // whoever is asked first
		w.create(map[string]any{"contact": []any{schema.FormatID(schema.PrefixRecord, res.Rows[0].Record.ID)}})
		require.Contains(t, of.next(t, "events").Raw, "canary")
		require.NotContains(t, other.next(t, "events").Raw, "canary")
	}
}

func TestRoom_of_a_record_out_of_sight_tells_of_no_comment(t *testing.T) {
	w := newWorld(t)
	rec := w.create(map[string]any{"name": "mine", "owner": w.own(w.repUser)})
	id, ent := schema.FormatID(schema.PrefixRecord, rec.ID), schema.FormatID(schema.PrefixEntity, w.entity)
	p := w.open(w.rep, "rep")
	_, err := w.hub.Subscribe(t.Context(), p.client, "record:"+id+"@"+ent, 0)
	require.NoError(t, err)
	comment := func(key string) {
		_, err := w.engine.Commit(t.Context(), w.boss.Tenant, &store.Commit{Origin: store.Origin{Actor: w.boss.User}, Docs: []store.DocOp{
			{Kind: "comment", Key: ent[len("ent_"):] + "/" + id[len("rec_"):] + "/" + key, Body: []byte("{}"), Log: true},
		}})
		require.NoError(t, err)
	}
	comment("1")
	require.Contains(t, p.next(t, "events").Raw, "comments")
	w.update(rec.ID, map[string]any{"owner": w.own(w.boss.User)})
	require.Equal(t, "gone", p.next(t, "events").Events[0].Kind)
	comment("2")
	p.quiet(t, "events")
}

func TestRoom_tells_of_no_record_outside_a_scope_by_filter(t *testing.T) {
	w := newWorld(t)
	role, err := w.cat.CreateRole(t.Context(), w.boss, catalog.RoleInput{Name: "small deals", Grants: []catalog.GrantInput{
		{Entity: w.entity, Read: true, Scope: "filter", Filter: json.RawMessage(`{"field":"n","op":"lt","value":10}`)},
	}})
	require.NoError(t, err)
	a, session := w.join("a", role.ID)
	p := w.open(a, session)
	_, err = w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
	require.NoError(t, err)
	rec := w.create(map[string]any{"name": "large", "n": 100})
	w.update(rec.ID, map[string]any{"name": "still large"})
	p.quiet(t, "events")
	w.update(rec.ID, map[string]any{"n": 1})
	require.Equal(t, "updated", p.next(t, "events").Events[0].Kind)
	w.update(rec.ID, map[string]any{"n": 100})
	require.Equal(t, "gone", p.next(t, "events").Events[0].Kind)
}
