package record_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// customers is an entity with a field of most sorts that writing cares about.
func customers(w *world) *schema.Entity {
	must := text("name")
	must.Required = true
	code := text("code")
	code.Unique = true
	stage := choices("stage", "潜在", "赢单")
	stage.Default = []byte(`"潜在"`)
	mine := field("owner", "user")
	mine.Default = []byte(`"@me"`)
	no := field("no", "autoNumber")
	no.Options.Pattern = "K{000}"
	return w.entity("客户", must, code, field("amount", "decimal"), stage, mine, no, field("made", "createdTime"), text("secret"))
}

func TestService_Write_checks(t *testing.T) {
	w := newWorld(t)
	e := customers(w)
	hide := func(g catalog.GrantInput) catalog.GrantInput {
		g.Entity, g.Read = e.ID, true
		return g
	}
	reader := w.person("读", 0, w.role("reader", hide(catalog.GrantInput{})))
	editor := w.person("写", 0, w.role("editor", hide(catalog.GrantInput{
		Write: true, Create: true, Fields: map[string]schema.Right{"secret": schema.Hidden, "code": schema.ReadRight},
	})))
	own := w.person("自", 0, w.role("own", hide(catalog.GrantInput{Write: true, Create: true, Delete: true, Scope: "own"})))
	stranger := w.person("外", 0)
	old := w.create(w.boss(), e, `{"name":"旧","code":"A1","secret":"s"}`)
	update := func(v schema.Version, fields string) record.Change {
		return record.Change{Op: store.OpUpdate, ID: old.Record.ID, Version: v, Fields: in(t, fields)}
	}
	create := func(fields string) record.Change { return record.Change{Op: store.OpCreate, Fields: in(t, fields)} }
	token := w.boss()
	token.ReadOnly = true
	tests := map[string]struct {
		actor  access.Actor
		change record.Change
		kind   fail.Kind
		code   string
		field  string
	}{
		"a reader may not write":                           {w.as(reader), update(0, `{"name":"x"}`), fail.Forbidden, "record.writeDenied", ""},
		"a reader may not create":                          {w.as(reader), create(`{"name":"x"}`), fail.Forbidden, "record.createDenied", ""},
		"a token for reading may not write":                {token, update(0, `{"name":"x"}`), fail.Forbidden, "access.readOnlyToken", ""},
		"one without any role knows no entity":             {w.as(stranger), create(`{"name":"x"}`), fail.NotFound, "entity.notFound", ""},
		"a record of others is not there for own":          {w.as(own), update(0, `{"name":"x"}`), fail.NotFound, "record.notFound", ""},
		"its version is not told either":                   {w.as(own), update(9, `{"name":"x"}`), fail.NotFound, "record.notFound", ""},
		"an unknown field is named":                        {w.boss(), update(0, `{"nope":1}`), fail.Invalid, "field.unknown", "nope"},
		"a hidden field is unknown":                        {w.as(editor), update(0, `{"secret":"x"}`), fail.Invalid, "field.unknown", "secret"},
		"a hidden field is unknown to a creator":           {w.as(editor), create(`{"name":"n","secret":"x"}`), fail.Invalid, "field.unknown", "secret"},
		"a field to read only is named":                    {w.as(editor), update(0, `{"code":"x"}`), fail.Forbidden, "field.readOnly", "code"},
		"a system field cannot be written":                 {w.boss(), update(0, `{"made":"2026-01-01T00:00:00Z"}`), fail.Invalid, "field.readOnly", "made"},
		"an automatic number cannot be written":            {w.boss(), update(0, `{"no":"K9"}`), fail.Invalid, "field.readOnly", "no"},
		"a wrong type is named":                            {w.boss(), update(0, `{"amount":true}`), fail.Invalid, "field.wrongType", "amount"},
		"a required field cannot be emptied":               {w.boss(), update(0, `{"name":""}`), fail.Invalid, "field.required", "name"},
		"a required field must be given":                   {w.boss(), create(`{"code":"q"}`), fail.Invalid, "field.required", "name"},
		"a value that another holds is refused":            {w.boss(), create(`{"name":"n","code":"a1"}`), fail.Invalid, "field.notUnique", "code"},
		"a stale version conflicts":                        {w.boss(), update(7, `{"name":"x"}`), fail.Conflict, "record.stale", ""},
		"a record that is not there is not found":          {w.boss(), record.Change{Op: store.OpUpdate, ID: 5, Fields: in(t, `{"name":"x"}`)}, fail.NotFound, "record.notFound", ""},
		"deleting needs the right to":                      {w.as(editor), record.Change{Op: store.OpTrash, ID: old.Record.ID}, fail.Forbidden, "record.deleteDenied", ""},
		"only what is in the trash can be restored":        {w.boss(), record.Change{Op: store.OpRestore, ID: old.Record.ID}, fail.NotFound, "record.notFound", ""},
		"a value in storage form must fit its field":       {w.boss(), record.Change{Op: store.OpUpdate, ID: old.Record.ID, Values: schema.Values{3: "x"}}, fail.Invalid, "field.badValue", "amount"},
		"an unknown op is refused":                         {w.boss(), record.Change{Op: "explode", ID: old.Record.ID}, fail.Invalid, "batch.badOp", ""},
		"a value in storage form of a hidden field is too": {w.as(editor), record.Change{Op: store.OpUpdate, ID: old.Record.ID, Values: schema.Values{8: "x"}}, fail.Invalid, "field.unknown", "fld_8"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := w.records.Write(t.Context(), w.batch(tt.actor, e, tt.change))
			requireFail(t, err, tt.kind, tt.code, tt.field)
		})
	}
	now, err := w.records.Get(t.Context(), w.boss(), e.ID, old.Record.ID)
	require.NoError(t, err)
	require.Equal(t, schema.Version(1), now.Record.Version, "nothing was written by refused changes")
}

func TestService_Write(t *testing.T) {
	w := newWorld(t)
	e := customers(w)
	boss := w.boss()

	t.Run("a new record gets defaults, its number and its maker", func(t *testing.T) {
		r := w.create(boss, e, `{"name":"华信","amount":"0.10"}`)
		require.JSONEq(t, `{"name":"华信","amount":"0.10","stage":{"id":"opt_1","name":"潜在","color":"blue"},
			"owner":[{"id":"usr_1","name":"老板"}],"no":"K001","made":"2026-11-25T08:00:00Z"}`, fieldsOf(r))
		got, err := w.records.Get(t.Context(), boss, e.ID, r.Record.ID)
		require.NoError(t, err)
		require.Equal(t, string(r.AppendJSON(nil, record.ByKey)), string(got.AppendJSON(nil, record.ByKey)))
	})

	t.Run("a stale version carries the record as the caller may see it", func(t *testing.T) {
		r := w.create(boss, e, `{"name":"甲","secret":"canary"}`)
		limited := w.person("限", 0, w.role("limited", catalog.GrantInput{Entity: e.ID, Read: true, Write: true, Fields: map[string]schema.Right{"secret": schema.Hidden}}))
		_, err := w.records.Write(t.Context(), w.batch(w.as(limited), e,
			record.Change{Op: store.OpUpdate, ID: r.Record.ID, Version: 9, Fields: in(t, `{"name":"乙"}`)}))
		f := failure(t, err, fail.Conflict, "record.stale", "")
		row, ok := f.Current.(*record.Row)
		require.True(t, ok)
		require.Contains(t, fieldsOf(row), "甲")
		require.NotContains(t, fieldsOf(row), "canary")
	})

	t.Run("without a version, writers of different fields both win and both are in history", func(t *testing.T) {
		r := w.create(boss, e, `{"name":"并发"}`)
		const rounds = 20
		var wg sync.WaitGroup
		for _, f := range []string{`{"code":"c`, `{"secret":"s`} {
			wg.Go(func() {
				for i := range rounds {
					_, err := w.update(boss, e, r, f+string(rune('a'+i))+`"}`)
					require.NoError(t, err)
				}
			})
		}
		wg.Wait()
		got, err := w.records.Get(t.Context(), boss, e.ID, r.Record.ID)
		require.NoError(t, err)
		require.Equal(t, schema.Version(1+2*rounds), got.Record.Version)
		require.Contains(t, fieldsOf(got), `"code":"ct","amount":`[:11])
		require.Contains(t, fieldsOf(got), `"secret":"st"`)
		h, err := w.records.History(t.Context(), boss, e.ID, r.Record.ID, 0, 100)
		require.NoError(t, err)
		require.Len(t, h, 1+2*rounds)
	})

	t.Run("a batch is all or nothing and tells every fault with its index", func(t *testing.T) {
		before := w.count(e)
		_, err := w.records.Write(t.Context(), w.batch(boss, e,
			record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"一"}`)},
			record.Change{Op: store.OpCreate, Fields: in(t, `{"name":""}`)},
			record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"三","amount":"x"}`)}))
		f := failure(t, err, fail.Invalid, "field.badNumber", "amount")
		require.Equal(t, 2, f.Params["index"])
		_, err = w.records.Write(t.Context(), w.batch(boss, e,
			record.Change{Op: store.OpCreate, Fields: in(t, `{"nope":1}`)},
			record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"三","amount":"x"}`)}))
		f = fail.Of(err)
		require.Len(t, f.Many, 2)
		require.Equal(t, []any{0, 1}, []any{f.Many[0].Params["index"], f.Many[1].Params["index"]})
		require.Equal(t, before, w.count(e))
	})

	t.Run("two records may swap unique values in one batch", func(t *testing.T) {
		a, b := w.create(boss, e, `{"name":"a","code":"U1"}`), w.create(boss, e, `{"name":"b","code":"U2"}`)
		_, err := w.records.Write(t.Context(), w.batch(boss, e,
			record.Change{Op: store.OpUpdate, ID: a.Record.ID, Fields: in(t, `{"code":"U2"}`)},
			record.Change{Op: store.OpUpdate, ID: b.Record.ID, Fields: in(t, `{"code":"U1"}`)}))
		require.NoError(t, err)
	})

	t.Run("a dry run tells what would be and stores nothing", func(t *testing.T) {
		before := w.count(e)
		b := w.batch(boss, e, record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"试"}`)})
		b.DryRun = true
		res, err := w.records.Write(t.Context(), b)
		require.NoError(t, err)
		require.Contains(t, fieldsOf(res.Rows[0]), "试")
		require.Equal(t, before, w.count(e))
	})

	t.Run("an update that changes nothing leaves version and history alone", func(t *testing.T) {
		r := w.create(boss, e, `{"name":"same","amount":"1.50"}`)
		got, err := w.update(boss, e, r, `{"amount":"1.5"}`)
		require.NoError(t, err)
		require.Equal(t, schema.Version(1), got.Record.Version)
	})

	t.Run("an upsert updates what it finds and creates the rest", func(t *testing.T) {
		r := w.create(boss, e, `{"name":"upsert","code":"UP1"}`)
		b := w.batch(boss, e,
			record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"neu","code":"UP1"}`)},
			record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"zwei","code":"UP2"}`)})
		b.UpsertOn = []string{"code"}
		res, err := w.records.Write(t.Context(), b)
		require.NoError(t, err)
		require.Equal(t, []int{1, 1}, []int{res.Created, res.Updated})
		require.Equal(t, r.Record.ID, res.Rows[0].Record.ID)
		require.Equal(t, schema.Version(2), res.Rows[0].Record.Version)
	})

	t.Run("typecast reads names and adds choices for designers only", func(t *testing.T) {
		b := w.batch(boss, e, record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"cast","stage":"新阶段","owner":"boss@example.com","amount":12.5}`)})
		b.Typecast = true
		res, err := w.records.Write(t.Context(), b)
		require.NoError(t, err)
		require.Contains(t, fieldsOf(res.Rows[0]), "新阶段")
		plain := w.person("普", 0, schema.RoleMember)
		b = w.batch(w.as(plain), e, record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"cast","stage":"又新"}`)})
		b.Typecast = true
		_, err = w.records.Write(t.Context(), b)
		require.Equal(t, fail.Invalid, fail.KindOf(err))
		require.Equal(t, "stage", fail.Of(err).Field)
	})

	t.Run("trash, restore and purge", func(t *testing.T) {
		r := w.create(boss, e, `{"name":"丢"}`)
		_, err := w.trash(boss, e, r)
		require.NoError(t, err)
		_, err = w.records.Get(t.Context(), boss, e.ID, r.Record.ID)
		requireFail(t, err, fail.NotFound, "record.notFound", "")
		list, err := w.records.Trash(t.Context(), boss, e.ID, 10, "")
		require.NoError(t, err)
		require.Equal(t, r.Record.ID, list.Rows[0].Record.ID)
		back, err := w.records.Restore(t.Context(), boss, e.ID, r.Record.ID)
		require.NoError(t, err)
		require.Contains(t, fieldsOf(back), "丢")
		_, err = w.trash(boss, e, r)
		require.NoError(t, err)
		_, err = w.records.Write(t.Context(), w.batch(boss, e, record.Change{Op: store.OpPurge, ID: r.Record.ID}))
		require.NoError(t, err)
		_, err = w.records.Restore(t.Context(), boss, e.ID, r.Record.ID)
		requireFail(t, err, fail.NotFound, "record.notFound", "")
	})

	t.Run("a checkpoint is committed with the records or not at all", func(t *testing.T) {
		doc := store.DocOp{Kind: "checkpoint", Key: "a", Body: []byte(`1`)}
		b := w.batch(boss, e, record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"cp"}`)})
		b.Docs = []store.DocOp{doc}
		_, err := w.records.Write(t.Context(), b)
		require.NoError(t, err)
		before := w.count(e)
		_, err = w.records.Write(t.Context(), b)
		require.Equal(t, fail.Conflict, fail.KindOf(err))
		require.Equal(t, before, w.count(e))
	})

	t.Run("too large a batch is refused", func(t *testing.T) {
		_, err := w.records.Write(t.Context(), w.batch(boss, e, make([]record.Change, 1001)...))
		requireFail(t, err, fail.TooLarge, "batch.tooLarge", "")
	})
}

func TestService_Write_idempotency(t *testing.T) {
	w := newWorld(t)
	e := customers(w)
	b := w.batch(w.boss(), e, record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"一次"}`)})
	b.IdempotencyKey = "k1"

	t.Run("parallel requests with one key make one record", func(t *testing.T) {
		ids := make([]schema.RecordID, 8)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				res, err := w.records.Write(t.Context(), b)
				require.NoError(t, err)
				ids[i] = res.Rows[0].Record.ID
			})
		}
		wg.Wait()
		for _, id := range ids {
			require.Equal(t, ids[0], id)
		}
		require.Equal(t, int64(1), w.count(e))
	})

	t.Run("another request under the key is refused", func(t *testing.T) {
		other := w.batch(w.boss(), e, record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"两次"}`)})
		other.IdempotencyKey = "k1"
		_, err := w.records.Write(t.Context(), other)
		requireFail(t, err, fail.Invalid, "idempotency.reused", "")
	})

	t.Run("another person's key is another key", func(t *testing.T) {
		u := w.person("乙", 0, schema.RoleMember)
		other := b
		other.Actor = w.as(u)
		res, err := w.records.Write(t.Context(), other)
		require.NoError(t, err)
		require.False(t, res.Replayed)
	})
}

func TestService_Write_links(t *testing.T) {
	w := newWorld(t)
	boss := w.boss()
	c := w.entity("客户", text("name"))
	link := field("customer", "link")
	link.Options.Entity = c.ID
	link.InverseName = "联系人们"
	p := w.entity("联系人", text("name"), link, field("owner", "user"))
	c = w.fresh(c)
	back := c.FieldNamed("联系人们")
	require.NotNil(t, back)
	hua := w.create(boss, c, `{"name":"华信"}`)
	id := schema.FormatID(schema.PrefixRecord, hua.Record.ID)

	t.Run("both sides show a link by the titles", func(t *testing.T) {
		z := w.create(boss, p, `{"name":"张三","customer":["`+id+`"]}`)
		require.JSONEq(t, `{"name":"张三","customer":[{"id":"`+id+`","name":"华信"}]}`, fieldsOf(z))
		got, err := w.records.Get(t.Context(), boss, c.ID, hua.Record.ID)
		require.NoError(t, err)
		require.Contains(t, fieldsOf(got), `"name":"张三"`)
	})

	t.Run("writing the derived side changes the records that hold the link", func(t *testing.T) {
		li := w.create(boss, p, `{"name":"李四"}`)
		liID := schema.FormatID(schema.PrefixRecord, li.Record.ID)
		row, err := w.update(boss, c, hua, `{"`+back.Key+`":["`+liID+`"]}`)
		require.NoError(t, err)
		require.Contains(t, fieldsOf(row), "李四")
		require.NotContains(t, fieldsOf(row), "张三")
		got, err := w.records.Get(t.Context(), boss, p.ID, li.Record.ID)
		require.NoError(t, err)
		require.Equal(t, schema.Version(2), got.Record.Version)
		require.Contains(t, fieldsOf(got), "华信")
	})

	t.Run("a link to what is not there is refused", func(t *testing.T) {
		_, err := w.records.Write(t.Context(), w.batch(boss, p, record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"x","customer":["rec_zzz"]}`)}))
		requireFail(t, err, fail.Invalid, "link.notFound", "customer")
	})

	t.Run("links to records out of scope can neither be made nor seen, nor filtered by", func(t *testing.T) {
		role := w.role("own", catalog.GrantInput{Entity: p.ID, Read: true, Write: true, Create: true, Scope: "own"},
			catalog.GrantInput{Entity: c.ID, Read: true, Write: true})
		u := w.person("销售", 0, role)
		mine := w.create(w.as(u), p, `{"name":"王五","customer":["`+id+`"],"owner":["usr_`+"2"+`"]}`)
		require.True(t, mine.Visible())
		got, err := w.records.Get(t.Context(), w.as(u), c.ID, hua.Record.ID)
		require.NoError(t, err)
		require.Contains(t, fieldsOf(got), "王五")
		require.NotContains(t, fieldsOf(got), "李四")
		other := w.create(boss, c, `{"name":"别家"}`)
		hidden := w.create(boss, p, `{"name":"隐","customer":["`+schema.FormatID(schema.PrefixRecord, other.Record.ID)+`"]}`)
		filter := []byte(`{"field":"` + back.Key + `","op":"isNotEmpty"}`)
		require.ElementsMatch(t, []string{"华信", "别家"}, w.titles(boss, c, record.Request{Filter: filter}))
		require.Equal(t, []string{"华信"}, w.titles(w.as(u), c, record.Request{Filter: filter}))
		_, err = w.update(w.as(u), c, other, `{"`+back.Key+`":["`+schema.FormatID(schema.PrefixRecord, hidden.Record.ID)+`"]}`)
		require.Error(t, err)
	})
}

func (w *world) count(e *schema.Entity) int64 {
	w.Helper()
	rows, err := w.records.Query(w.Context(), w.boss(), e.ID, record.Request{Limit: 1, ExactCount: true})
	require.NoError(w, err)
	require.NotNil(w, rows.Count)
	return *rows.Count
}
