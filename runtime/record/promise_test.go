package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/ids"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

func TestService_manyWriters(t *testing.T) {
	w := newWorld(t)
	code := text("code")
	code.Unique = true
	no := field("no", "autoNumber")
	no.Options.Pattern = "N{000}"
	e := w.entity("客户", text("name"), code, no, field("n", "number"), text("a"), text("b"))
	boss := w.boss()
	now := func() time.Time { return w.clock }
	log := slog.New(slog.DiscardHandler)
	src := ids.New(now, 1)
	cat := catalog.New(w.engine, catalog.Options{Now: now, IDs: src, Log: log})
	other := record.New(record.Options{Engine: w.engine, Catalog: cat, IDs: src, Now: now, Log: log})
	nodes := []*record.Service{w.records, other} // each with locks of its own

	t.Run("of many who take one unique value one wins, and numbers have neither gaps nor doubles", func(t *testing.T) {
		const writers = 50
		var mu sync.Mutex
		won, numbers := 0, []string{}
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				c := `"one"`
				if i%2 == 0 {
					c = fmt.Sprintf(`"c%d"`, i)
				}
				res, err := w.records.Write(context.WithoutCancel(t.Context()), w.batch(boss, e, record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"x","code":`+c+`}`)}))
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					require.Equal(t, "field.notUnique", fail.Of(err).Code)
					return
				}
				if i%2 == 1 {
					won++
				}
				s, _ := res.Rows[0].Value(e.FieldNamed("no")).(string)
				numbers = append(numbers, s)
			})
		}
		wg.Wait()
		require.Equal(t, 1, won)
		slices.Sort(numbers)
		require.Len(t, numbers, writers/2+1)
		for i, s := range numbers {
			require.Equal(t, fmt.Sprintf("N%03d", i+1), s)
		}
	})

	t.Run("an increment race with versions loses no update, whoever takes the writes", func(t *testing.T) {
		r := w.create(boss, e, `{"name":"zähler","n":0}`)
		const writers, rounds = 8, 10
		var wg sync.WaitGroup
		for i := range writers {
			node := nodes[i%2]
			wg.Go(func() {
				for done := 0; done < rounds; {
					now, err := node.Get(t.Context(), boss, e.ID, r.Record.ID)
					require.NoError(t, err)
					n, _ := now.Value(e.FieldNamed("n")).(float64)
					_, err = node.Write(t.Context(), w.batch(boss, e, record.Change{
						Op: store.OpUpdate, ID: r.Record.ID, Version: now.Record.Version, Fields: map[string]any{"n": json.Number(fmt.Sprint(n + 1))},
					}))
					if err == nil {
						done++
						continue
					}
					require.Equal(t, fail.Conflict, fail.KindOf(err))
				}
			})
		}
		wg.Wait()
		got, err := w.records.Get(t.Context(), boss, e.ID, r.Record.ID)
		require.NoError(t, err)
		require.InDelta(t, float64(writers*rounds), got.Value(e.FieldNamed("n")), 0)
	})

	t.Run("two nodes that write different fields of one record both win", func(t *testing.T) {
		r := w.create(boss, e, `{"name":"beide"}`)
		var wg sync.WaitGroup
		for i, s := range nodes {
			wg.Go(func() {
				for j := range 10 {
					_, err := s.Write(t.Context(), w.batch(boss, e, record.Change{
						Op: store.OpUpdate, ID: r.Record.ID, Fields: map[string]any{[]string{"a", "b"}[i]: strconv.Itoa(j)},
					}))
					require.NoError(t, err)
				}
			})
		}
		wg.Wait()
		got, err := w.records.Get(t.Context(), boss, e.ID, r.Record.ID)
		require.NoError(t, err)
		require.Equal(t, schema.Version(21), got.Record.Version)
		require.Contains(t, fieldsOf(got), `"a":"9","b":"9"`)
	})
}

func TestService_keyLife(t *testing.T) {
	w := newWorld(t)
	e := w.entity("客户", text("name"))
	b := w.batch(w.boss(), e, record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"x"}`)})
	b.IdempotencyKey = "k"
	first, err := w.records.Write(t.Context(), b)
	require.NoError(t, err)
	w.clock = w.clock.Add(23 * time.Hour)
	again, err := w.records.Write(t.Context(), b)
	require.NoError(t, err)
	require.True(t, again.Replayed)
	require.Equal(t, first.Rows[0].Record.ID, again.Rows[0].Record.ID)
	require.Equal(t, 1, again.Created)
	w.clock = w.clock.Add(2 * time.Hour)
	later, err := w.records.Write(t.Context(), b)
	require.NoError(t, err)
	require.False(t, later.Replayed, "after a day a key is forgotten")
}

func TestService_references(t *testing.T) {
	w := newWorld(t)
	e := w.entity("客户", text("name"), field("owner", "user"), field("files", "attachment"))
	now := func() time.Time { return w.clock }
	log := slog.New(slog.DiscardHandler)
	s := record.New(record.Options{
		Engine: w.engine, Catalog: w.catalog, IDs: ids.New(now, 2), Now: now, Log: log,
		Attachable: func(_ context.Context, a access.Actor, list []schema.FileID) ([]schema.FileID, error) {
			return slices.DeleteFunc(slices.Clone(list), func(f schema.FileID) bool { return f != schema.FileID(a.User)*10 }), nil
		},
	})
	m := w.as(w.person("甲", 0, schema.RoleMember))
	write := func(a access.Actor, id schema.RecordID, fields string) (*record.Result, error) {
		c := record.Change{Op: store.OpUpdate, ID: id, Fields: in(t, fields)}
		if id == 0 {
			c.Op = store.OpCreate
		}
		return s.Write(t.Context(), w.batch(a, e, c))
	}
	file := func(n int64) string { return schema.FormatID(schema.PrefixFile, n) }

	t.Run("a user must be a member", func(t *testing.T) {
		_, err := write(m, 0, `{"name":"x","owner":["usr_zz"]}`)
		requireFail(t, err, fail.Invalid, "member.notFound", "owner")
	})
	t.Run("another's file cannot be attached, but stays where it is", func(t *testing.T) {
		_, err := write(m, 0, `{"name":"x","files":["`+file(10)+`"]}`)
		requireFail(t, err, fail.Invalid, "file.notFound", "files")
		res, err := write(w.boss(), 0, `{"name":"x","files":["`+file(10)+`"]}`)
		require.NoError(t, err)
		_, err = write(m, res.Rows[0].Record.ID, `{"files":["`+file(10)+`","`+file(20)+`"]}`)
		require.NoError(t, err)
	})
}

func TestService_formerMember(t *testing.T) {
	w := newWorld(t)
	e := w.entity("客户", text("name"))
	u := w.person("老王", 0, schema.RoleMember)
	r := w.create(w.as(u), e, `{"name":"x"}`)
	require.NoError(t, w.catalog.RemoveMember(t.Context(), w.boss(), u))
	got, err := w.records.Get(t.Context(), w.boss(), e.ID, r.Record.ID)
	require.NoError(t, err)
	require.Contains(t, string(got.AppendJSON(nil, record.ByKey)), `"name":"老王"`, "what one who left has done keeps their name")
}

func TestService_filterScopeOverLinks(t *testing.T) {
	w := newWorld(t)
	c := w.entity("客户", text("name"))
	link := field("customer", "link")
	link.Options.Entity = c.ID
	link.InverseName = "people"
	p := w.entity("联系人", text("name"), link)
	c = w.fresh(c)
	with := w.create(w.boss(), c, `{"name":"有人"}`)
	without := w.create(w.boss(), c, `{"name":"无人"}`)
	w.create(w.boss(), p, `{"name":"张","customer":["`+schema.FormatID(schema.PrefixRecord, with.Record.ID)+`"]}`)
	u := w.as(w.person("甲", 0, w.role("linked", catalog.GrantInput{
		Entity: c.ID, Read: true, Write: true, Filter: []byte(`{"field":"people","op":"isNotEmpty"}`),
	})))
	require.Equal(t, []string{"有人"}, w.titles(u, c, record.Request{}))
	_, err := w.update(u, c, with, `{"name":"有人了"}`)
	require.NoError(t, err)
	_, err = w.update(u, c, without, `{"name":"x"}`)
	requireFail(t, err, fail.NotFound, "record.notFound", "")
}

func TestService_exportAct(t *testing.T) {
	w := newWorld(t)
	e := w.entity("客户", text("name"), field("owner", "user"))
	role := w.role("r", catalog.GrantInput{Entity: e.ID, Read: true}, catalog.GrantInput{Entity: e.ID, Read: true, Export: true, Scope: "own"})
	u := w.person("甲", 0, role)
	w.create(w.boss(), e, `{"name":"他的"}`)
	w.create(w.boss(), e, `{"name":"我的","owner":["`+schema.FormatID(schema.PrefixUser, u)+`"]}`)
	require.Len(t, w.titles(w.as(u), e, record.Request{}), 2)
	require.Equal(t, []string{"我的"}, w.titles(w.as(u), e, record.Request{For: access.Export}))
	v := w.as(w.person("看", 0, schema.RoleViewer))
	_, err := w.records.Query(t.Context(), v, e.ID, record.Request{For: access.Export})
	requireFail(t, err, fail.Forbidden, "record.actDenied", "")
}

func TestCatalog_uniqueOverEqualValues(t *testing.T) {
	w := newWorld(t)
	e := w.entity("客户", text("name"))
	w.create(w.boss(), e, `{"name":"x"}`)
	second := w.create(w.boss(), e, `{"name":"x"}`)
	yes := true
	_, err := w.catalog.UpdateField(t.Context(), w.boss(), e.ID, e.Title, catalog.FieldPatch{Unique: &yes})
	requireFail(t, err, fail.Invalid, "field.hasDoubles", "unique")
	_, err = w.update(w.boss(), e, second, `{"name":"y"}`)
	require.NoError(t, err)
	_, err = w.catalog.UpdateField(t.Context(), w.boss(), e.ID, e.Title, catalog.FieldPatch{Unique: &yes})
	require.NoError(t, err)
}
