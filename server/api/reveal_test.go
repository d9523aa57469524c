package api_test

import (
	"bytes"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/server/config"
	"tongban/server/ops"
	"tongban/server/wire"
)

const sealedWord = "Geheimnis7719"

// keyOfNodes is the key that a store of several nodes is given.
const keyOfNodes = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

func onEachWithKey(t *testing.T, fn func(t *testing.T, w *world, j *journal)) {
	t.Helper()
	for name, kind := range engines(t) {
		t.Run("on "+name, func(t *testing.T) {
			var j journal
			env := map[string]string{"TONGBAN_STORE": kind}
			if kind != "sqlite" {
				env["TONGBAN_SECRET_KEY"] = keyOfNodes
			}
			w := startWorldWith(t, env, ops.Logger(&j, "debug"))
			w.owner = w.signUp("owner@example.com")
			fn(t, w, &j)
		})
	}
}

// vault is an entity with a secret in it.
func (w *world) vault() place {
	w.t.Helper()
	p := w.customers()
	w.ok("POST", "/entities/"+p.ent+"/fields", w.owner, m{"name": "口令", "key": "pass", "type": "secret"})
	return p
}

// kept looks for a text in everything that the store holds.
func (w *world) kept(p place, s string) bool {
	w.t.Helper()
	uri := w.prog.Config.Store
	if uri == "sqlite" {
		return w.storeHolds(s)
	}
	c, err := mongo.Connect(options.Client().ApplyURI(uri))
	require.NoError(w.t, err)
	defer func() { require.NoError(w.t, c.Disconnect(w.t.Context())) }()
	name, _, _ := strings.Cut(uri[strings.LastIndex(uri, "/")+1:], "?")
	db := c.Database(name)
	ent, ok := schema.ParseID[schema.EntityID](schema.PrefixEntity, p.ent)
	require.True(w.t, ok)
	for _, coll := range []string{"rows", "trash", "changes", "seqs", "docs", "uniq", "counters", "entities", "marks", "leases"} {
		which := bson.D{}
		if coll == "rows" || coll == "trash" {
			which = bson.D{{Key: "t", Value: int64(w.tenantID(w.owner))}, {Key: "e", Value: int64(ent)}}
		}
		cur, err := db.Collection(coll).Find(w.t.Context(), which)
		require.NoError(w.t, err)
		for cur.Next(w.t.Context()) {
			if bytes.Contains(cur.Current, []byte(s)) {
				return true
			}
		}
		require.NoError(w.t, cur.Err())
	}
	return false
}

func TestASecretIsShownToWhoAsksForItAndNowhereElse(t *testing.T) {
	onEachWithKey(t, func(t *testing.T, w *world, j *journal) {
		p := w.vault()
		id := w.record(p, w.owner, m{"name": "打开 " + canary, "pass": sealedWord})
		one := p.records() + "/" + id
		set := m{"set": true}
		require.Equal(t, set, w.ok("GET", one, w.owner, nil).at("fields", "pass"))
		show := func(rec string) any {
			return w.ok("POST", p.records()+"/"+rec+"/reveal", w.owner, m{"field": "pass"}).at("value")
		}
		require.Equal(t, sealedWord, show(id))
		require.Equal(t, "no-store", w.do("POST", one+"/reveal", w.owner, m{"field": "pass"}).Header.Get("Cache-Control"))

		t.Run("what the answer shows may be sent back and changes nothing", func(t *testing.T) {
			before := w.ok("GET", one, w.owner, nil).at("version")
			a := w.ok("PATCH", one, w.owner, m{"fields": m{"pass": set}})
			require.Equal(t, before, a.at("version"))
			a = w.ok("PATCH", one, w.owner, m{"fields": m{"pass": sealedWord}})
			require.Equal(t, before, a.at("version"), "the same secret again")
			require.Equal(t, sealedWord, show(id))
			w.refused(422, "secret.none", "POST", p.records(), w.owner, m{"fields": m{"pass": set}})
			w.refused(422, "field.wrongType", "PATCH", one, w.owner, m{"fields": m{"pass": m{"set": false}}})
		})

		t.Run("undo brings the old one back, an empty one takes it away", func(t *testing.T) {
			a := w.ok("PATCH", one, w.owner, m{"fields": m{"pass": sealedWord + "-neu"}})
			require.Equal(t, sealedWord+"-neu", show(id))
			w.ok("POST", "/undo", w.owner, m{"changeSet": a.Header.Get("X-Change-Set")})
			require.Equal(t, sealedWord, show(id))
			a = w.ok("PATCH", one, w.owner, m{"fields": m{"pass": nil}})
			require.Nil(t, a.at("fields", "pass"))
			require.Nil(t, show(id))
			w.ok("POST", "/undo", w.owner, m{"changeSet": a.Header.Get("X-Change-Set")})
			require.Equal(t, sealedWord, show(id))
			w.ok("DELETE", one, w.owner, nil)
			w.refused(404, "record.notFound", "POST", one+"/reveal", w.owner, m{"field": "pass"})
			w.ok("POST", one+"/restore", w.owner, nil)
			require.Equal(t, sealedWord, show(id))
		})

		t.Run("a copy of the table has secrets of its own", func(t *testing.T) {
			to := w.ok("POST", "/entities/"+p.ent+"/duplicate", w.owner, m{"name": "副本", "records": true}).str("id")
			copied := place{p.app, to}
			rec := w.ok("GET", copied.records(), w.owner, nil).str("records", 0, "id")
			require.Equal(t, sealedWord, w.ok("POST", copied.records()+"/"+rec+"/reveal", w.owner, m{"field": "pass"}).at("value"))
		})

		t.Run("one asks only whether there is one", func(t *testing.T) {
			w.record(p, w.owner, m{"name": "空"})
			count := func(op string) any {
				return w.ok("POST", p.records()+"/query", w.owner, m{"filter": m{"field": "pass", "op": op}, "count": true}).at("count")
			}
			require.InDelta(t, 1, count("isNotEmpty"), 0)
			require.InDelta(t, 1, count("isEmpty"), 0)
			for what, in := range map[string]struct {
				code string
				body m
			}{
				"/query eq":         {"filter.badOp", m{"filter": m{"field": "pass", "op": "eq", "value": sealedWord}}},
				"/query contains":   {"filter.badOp", m{"filter": m{"field": "pass", "op": "contains", "value": "G"}}},
				"/query formula":    {"formula.unknownField", m{"filter": m{"formula": `{pass}="x"`}}},
				"/query sort":       {"field.notSortable", m{"sort": []any{m{"field": "pass"}}}},
				"/aggregate group":  {"field.notGroupable", m{"groupBy": []any{m{"field": "pass"}}, "metrics": []any{m{"op": "count"}}}},
				"/aggregate metric": {"aggregate.notMeasurable", m{"metrics": []any{m{"op": "max", "field": "pass"}}}},
				" upsert":           {"upsert.badField", m{"records": []any{m{"fields": m{"pass": "x"}}}, "upsertOn": []string{"pass"}}},
			} {
				sub, _, _ := strings.Cut(what, " ")
				w.refused(422, in.code, "POST", p.records()+sub, w.owner, in.body)
			}
			a := w.ok("POST", p.records()+"/query", w.owner, m{"search": sealedWord, "count": true})
			require.InDelta(t, 0, a.at("count"), 0)
		})

		t.Run("a maker cannot lead it elsewhere", func(t *testing.T) {
			fields := "/entities/" + p.ent + "/fields"
			w.ok("POST", fields, w.owner, m{"name": "同类", "key": "peer", "type": "link", "options": m{"entity": p.ent, "inverseName": "反向"}})
			for code, f := range map[string]m{
				"formula.unknownField":  {"name": "一", "type": "formula", "options": m{"formula": "{pass}"}},
				"field.badSource":       {"name": "二", "type": "lookup", "options": m{"link": "peer", "field": "pass"}},
				"field.mayNotBeUnique":  {"name": "三", "type": "secret", "unique": true},
				"field.badDefault":      {"name": "四", "type": "secret", "default": "x"},
				"field.badSource ":      {"name": "五", "type": "rollup", "options": m{"link": "反向", "field": "pass", "op": "concat"}},
				"field.mayNotBeUnique ": {"name": "六", "type": "text", "unique": m{"with": []string{"pass"}}},
			} {
				w.refused(422, strings.TrimSpace(code), "POST", fields, w.owner, f)
			}
			e := w.ok("GET", "/entities/"+p.ent, w.owner, nil)
			pass, name := "", ""
			for i := range e.list("fields") {
				switch e.str("fields", i, "key") {
				case "pass":
					pass = e.str("fields", i, "id")
				case "name":
					name = e.str("fields", i, "id")
				}
			}
			w.refused(422, "entity.noTitle", "PATCH", "/entities/"+p.ent, w.owner, m{"title": pass})
			w.refused(422, "convert.fixed", "POST", fields+"/"+pass+"/convert", w.owner, m{"type": "text"})
			w.refused(422, "convert.target", "POST", fields+"/"+name+"/convert", w.owner, m{"type": "secret"})
		})

		t.Run("it stands nowhere", func(t *testing.T) {
			ids := w.ids(p, id)
			for _, r := range w.prog.API.Routes() {
				if r.Method == http.MethodGet {
					a := w.do("GET", fill(r.Path, ids), w.owner, nil)
					require.NotContains(t, string(a.Raw), sealedWord, a.what)
				}
			}
			hist := w.ok("GET", one+"/history", w.owner, nil)
			require.Contains(t, string(hist.Raw), `"set":true`)
			require.Contains(t, string(w.exported(p, m{"format": "csv"})), "••••••")
			require.NotContains(t, string(w.exported(p, m{"format": "csv"})), sealedWord)
			w.ok("POST", p.records(), w.owner, m{"fields": m{"pass": sealedWord, "secret": "x"}}, header{"Idempotency-Key", "one"})
			w.settled()
			require.NotContains(t, j.String(), sealedWord)
			require.Contains(t, j.String(), "secret revealed")
			require.True(t, w.kept(p, canary), "a text that is no secret is found")
			require.False(t, w.kept(p, sealedWord))
		})
	})
}

func TestOnlyWhoMayReadASecretSeesIt(t *testing.T) {
	onEachWithKey(t, func(t *testing.T, w *world, _ *journal) {
		p := w.vault()
		id := w.record(p, w.owner, m{"name": "门禁", "pass": sealedWord})
		at := p.records() + "/" + id + "/reveal"
		as := func(email, right string) string {
			role := w.ok("POST", "/roles", w.owner, m{"name": "角色 " + right, "grants": []any{m{
				"entity": p.ent, "read": true, "write": true, "create": true, "fields": m{"pass": right},
			}}}).str("id")
			token, _ := w.member(email, role)
			return token
		}
		reader, masked, spy := as("r@example.com", "read"), as("m@example.com", "masked"), as("h@example.com", "hidden")
		require.Equal(t, sealedWord, w.ok("POST", at, reader, m{"field": "pass"}).at("value"))
		w.refused(403, "field.readOnly", "PATCH", p.records()+"/"+id, reader, m{"fields": m{"pass": "x"}})
		w.refused(403, "secret.masked", "POST", at, masked, m{"field": "pass"})
		w.refused(422, "field.unknown", "POST", at, spy, m{"field": "pass"})
		w.refused(422, "secret.noSecret", "POST", at, reader, m{"field": "name"})
		w.refused(404, "entity.notFound", "POST", at, w.stranger(), m{"field": "pass"})
		w.refused(401, "auth.required", "POST", at, "", m{"field": "pass"})
		token := w.ok("POST", "/tokens", w.owner, m{"name": "只读", "scopes": []string{"read"}}).str("token")
		w.ok("GET", p.records()+"/"+id, token, nil)
		w.refused(403, "auth.readOnlyToken", "POST", at, token, m{"field": "pass"})
		require.NotContains(t, string(w.ok("GET", p.records()+"/"+id, masked, nil).Raw), `"set":true`)
	})
}

// A sealed value that somebody moves in the store opens nowhere else.
func TestASecretOpensOnlyWhereItWasSealed(t *testing.T) {
	onEachWithKey(t, func(t *testing.T, w *world, _ *journal) {
		p := w.vault()
		a, b := w.record(p, w.owner, m{"name": "甲", "pass": "eins" + sealedWord}), w.record(p, w.owner, m{"name": "乙", "pass": "zwei" + sealedWord})
		w.swapSecrets(p, a, b)
		for _, id := range []string{a, b} {
			w.refused(409, "secret.broken", "POST", p.records()+"/"+id+"/reveal", w.owner, m{"field": "pass"})
		}
		w.ok("PATCH", p.records()+"/"+a, w.owner, m{"fields": m{"pass": "neu"}})
		require.Equal(t, "neu", w.ok("POST", p.records()+"/"+a+"/reveal", w.owner, m{"field": "pass"}).at("value"))
	})
}

func TestAStoreKnowsItsKey(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "master.key")
	env := map[string]string{"TONGBAN_DATA": data}
	id, p := "", place{}
	show := func(w *world) *answer {
		return w.do("POST", p.records()+"/"+id+"/reveal", w.owner, m{"field": "pass"})
	}
	t.Run("the first start makes one, for nobody else to read", func(t *testing.T) {
		w := newWorld(t, env)
		p = w.vault()
		id = w.record(p, w.owner, m{"pass": sealedWord})
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	})
	key, err := os.ReadFile(file)
	require.NoError(t, err)
	again := func(t *testing.T, more map[string]string) *world {
		t.Helper()
		settings := map[string]string{"TONGBAN_DATA": data}
		maps.Copy(settings, more)
		w := startWorld(t, settings)
		w.owner = w.logIn("owner@example.com", password)
		return w
	}
	t.Run("it is there after a restart", func(t *testing.T) {
		require.Equal(t, sealedWord, show(again(t, nil)).at("value"))
	})
	require.NoError(t, os.Remove(file))
	t.Run("without it nothing starts", func(t *testing.T) {
		require.ErrorContains(t, tryStart(t, env), "the key of the sealed values is missing")
		require.NoFileExists(t, file, "no other one is made")
	})
	t.Run("it may come by the environment", func(t *testing.T) {
		w := again(t, map[string]string{"TONGBAN_SECRET_KEY": strings.TrimSpace(string(key))})
		require.Equal(t, sealedWord, show(w).at("value"))
	})
	t.Run("another one is refused", func(t *testing.T) {
		require.ErrorContains(t, tryStart(t, map[string]string{"TONGBAN_DATA": data, "TONGBAN_SECRET_KEY": keyOfNodes}), "sealed with another key")
	})
	t.Run("unless the old secrets are given up", func(t *testing.T) {
		require.NoError(t, giveUpKey(t, env))
		w := again(t, nil)
		w.refused(409, "secret.otherKey", "POST", p.records()+"/"+id+"/reveal", w.owner, m{"field": "pass"})
		require.Equal(t, m{"set": true}, w.ok("GET", p.records()+"/"+id, w.owner, nil).at("fields", "pass"))
		w.ok("PATCH", p.records()+"/"+id, w.owner, m{"fields": m{"pass": "neu"}})
		require.Equal(t, "neu", show(w).at("value"))
	})
}

func TestAStoreOfSeveralNodesTakesNoSecretWithoutAKey(t *testing.T) {
	w := newWorld(t, map[string]string{"TONGBAN_STORE": "mongodb"})
	p := w.vault()
	w.refused(409, "secret.noKey", "POST", p.records(), w.owner, m{"fields": m{"pass": sealedWord}})
	w.record(p, w.owner, m{"name": "ohne"})
	require.False(t, w.kept(p, sealedWord))
}

// An import cannot fill secrets, and says so.
func TestSecretsAreNotImported(t *testing.T) {
	w := newWorld(t, nil)
	p := w.vault()
	csv := []byte("名称,口令\n甲," + sealedWord + "\n")
	body, kind := form(t, "x.csv", csv, map[string]string{"mapping": `{"口令":"pass"}`})
	a := w.refused(422, "import.secret", "POST", "/entities/"+p.ent+"/imports", w.owner, body, kind)
	require.NotContains(t, string(a.Raw), sealedWord)
	body, kind = form(t, "x.csv", csv, nil)
	j := w.finished("/imports/"+w.ok("POST", "/entities/"+p.ent+"/imports", w.owner, body, kind).str("id"), w.owner)
	require.Equal(t, "done", j.str("state"), "a column of that name is left out by itself")
	list := w.ok("GET", p.records(), w.owner, nil)
	require.Equal(t, "甲", list.str("records", 0, "fields", "name"))
	require.Nil(t, list.at("records", 0, "fields", "pass"))
}

// swapSecrets exchanges the sealed values of two records behind the program's back.
func (w *world) swapSecrets(p place, a, b string) {
	w.t.Helper()
	ent, ok := schema.ParseID[schema.EntityID](schema.PrefixEntity, p.ent)
	require.True(w.t, ok)
	ids := make([]schema.RecordID, 2)
	for i, s := range []string{a, b} {
		ids[i], ok = schema.ParseID[schema.RecordID](schema.PrefixRecord, s)
		require.True(w.t, ok)
	}
	tenant := w.tenantID(w.owner)
	snap, err := w.prog.Catalog.Tenant(w.t.Context(), tenant)
	require.NoError(w.t, err)
	f := snap.Entity(ent).FieldNamed("pass").ID
	var recs []*schema.Record
	require.NoError(w.t, w.prog.Raw.View(w.t.Context(), tenant, func(r store.Reader) error {
		var err error
		recs, err = r.Get(w.t.Context(), snap.Shape(ent), ids, nil)
		return err
	}))
	c := &store.Commit{Origin: store.Origin{Via: "test"}}
	for i, rec := range recs {
		c.Ops = append(c.Ops, store.Op{Kind: store.OpFill, Shape: snap.Shape(ent), ID: rec.ID, IfVersion: rec.Version, Set: schema.Values{f: recs[1-i].Values[f]}})
	}
	_, err = w.prog.Raw.Commit(w.t.Context(), tenant, c)
	require.NoError(w.t, err)
}

// onStore opens a store as commands do.
func onStore(t *testing.T, env map[string]string, fn func(*wire.Base) error) error {
	t.Helper()
	c, err := config.Load(func(k string) (string, bool) { v, ok := env[k]; return v, ok })
	require.NoError(t, err)
	base, err := wire.Open(t.Context(), c, slog.New(slog.DiscardHandler), now)
	require.NoError(t, err)
	err = fn(base)
	require.NoError(t, base.Close(t.Context()))
	return err
}

func tryStart(t *testing.T, env map[string]string) error {
	t.Helper()
	return onStore(t, env, func(b *wire.Base) error {
		_, err := wire.Build(t.Context(), b, "test")
		return err
	})
}

func giveUpKey(t *testing.T, env map[string]string) error {
	t.Helper()
	return onStore(t, env, func(b *wire.Base) error { return wire.NewKey(t.Context(), b) })
}
