package record_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

const canary = "zebra1234"

// secrets is an entity whose field secret is hidden from one reader, and shown
// to another on records of their own only.
type secrets struct {
	*world
	e            *schema.Entity
	blind, half  access.Actor
	mine, theirs *record.Row
}

func newSecrets(t *testing.T) *secrets {
	w := newWorld(t)
	s := &secrets{world: w}
	code := text("code")
	code.Unique = true
	s.e = w.entity("客户", text("name"), text("secret"), choices("pick", "甲", "乙"), field("sum", "decimal"), field("owner", "user"), code)
	hidden := map[string]schema.Right{"secret": schema.Hidden, "pick": schema.Hidden, "sum": schema.Hidden, "code": schema.Hidden}
	blind := w.person("盲", 0, w.role("blind", catalog.GrantInput{Entity: s.e.ID, Read: true, Write: true, Create: true, Fields: hidden}))
	half := w.person("半", 0, w.role("half",
		catalog.GrantInput{Entity: s.e.ID, Read: true, Fields: hidden},
		catalog.GrantInput{Entity: s.e.ID, Read: true, Write: true, Scope: "own"}))
	s.blind, s.half = w.as(blind), w.as(half)
	own := schema.FormatID(schema.PrefixUser, half)
	s.theirs = w.create(w.boss(), s.e, `{"name":"别人的","secret":"`+canary+`","pick":"甲","sum":"7.31","code":"`+canary+`"}`)
	s.mine = w.create(w.boss(), s.e, `{"name":"自己的","secret":"open","pick":"乙","sum":"1.00","owner":["`+own+`"]}`)
	return s
}

func TestService_hiddenField(t *testing.T) {
	s := newSecrets(t)
	query := func(q record.Request) func(access.Actor) error {
		return func(a access.Actor) error {
			_, err := s.records.Query(t.Context(), a, s.e.ID, q)
			return err
		}
	}
	group := func(q record.AggRequest) func(access.Actor) error {
		return func(a access.Actor) error {
			_, err := s.records.Aggregate(t.Context(), a, s.e.ID, q)
			return err
		}
	}
	count := []record.Metric{{Op: "count"}}
	doors := map[string]struct {
		ask   func(access.Actor) error
		field string
	}{
		"filter":          {query(record.Request{Filter: []byte(`{"field":"secret","op":"startsWith","value":"z"}`)}), "secret"},
		"filter by id":    {query(record.Request{Filter: []byte(`{"not":{"field":"fld_2","op":"isEmpty"}}`)}), "fld_2"},
		"sort":            {query(record.Request{Sort: []record.SortKey{{Field: "secret"}}}), "secret"},
		"projection":      {query(record.Request{Fields: []string{"secret"}}), "secret"},
		"group":           {group(record.AggRequest{GroupBy: []record.AggKey{{Field: "pick"}}, Metrics: count}), "pick"},
		"metric":          {group(record.AggRequest{Metrics: []record.Metric{{Op: "max", Field: "sum"}}}), "sum"},
		"aggregate where": {group(record.AggRequest{Filter: []byte(`{"field":"secret","op":"contains","value":"z"}`), Metrics: count}), "secret"},
		"write": {func(a access.Actor) error {
			_, err := s.update(a, s.e, s.theirs, `{"secret":"x"}`)
			return err
		}, "secret"},
		"upsert": {func(a access.Actor) error {
			b := s.batch(a, s.e, record.Change{Op: store.OpCreate, Fields: in(t, `{"name":"x"}`)})
			b.UpsertOn = []string{"code"}
			_, err := s.records.Write(t.Context(), b)
			return err
		}, "code"},
	}
	for name, d := range doors {
		t.Run(name+" by a hidden field is as by one that does not exist", func(t *testing.T) {
			require.NoError(t, d.ask(s.boss()), "the door works for who may see")
			requireFail(t, d.ask(s.blind), fail.Invalid, "field.unknown", d.field)
		})
	}
}

func TestService_canary(t *testing.T) {
	s := newSecrets(t)
	_, err := s.update(s.boss(), s.e, s.theirs, `{"secret":"`+canary+`2","name":"别人的二"}`)
	require.NoError(t, err)
	_, err = s.update(s.boss(), s.e, s.theirs, `{"secret":"`+canary+`3"}`)
	require.NoError(t, err)
	doors := map[string]func(a access.Actor) string{
		"get": func(a access.Actor) string {
			r, err := s.records.Get(t.Context(), a, s.e.ID, s.theirs.Record.ID)
			require.NoError(t, err)
			return string(r.AppendJSON(nil, record.ByKey))
		},
		"query": func(a access.Actor) string {
			return s.all(a, record.Request{})
		},
		"search": func(a access.Actor) string {
			return s.all(a, record.Request{Search: canary})
		},
		"history": func(a access.Actor) string {
			h, err := s.records.History(t.Context(), a, s.e.ID, s.theirs.Record.ID, 0, 10)
			require.NoError(t, err)
			var b []byte
			for i := range h {
				b = h[i].AppendJSON(b)
			}
			return string(b)
		},
		"feed": func(a access.Actor) string {
			f, err := s.records.Feed(t.Context(), a, 0, 1000)
			require.NoError(t, err)
			return string(f.AppendJSON(nil, record.ByKey))
		},
		"present": func(a access.Actor) string {
			rows, err := s.records.Present(t.Context(), a, s.e.ID, []*schema.Record{s.theirs.Record})
			require.NoError(t, err)
			return fieldsOf(rows[0])
		},
	}
	for name, door := range doors {
		t.Run(name+" shows a value to who may see it and to nobody else", func(t *testing.T) {
			require.Contains(t, door(s.boss()), canary)
			require.NotContains(t, door(s.blind), canary)
			require.NotContains(t, door(s.half), canary)
		})
	}

	t.Run("a taken value does not tell who holds it, nor by which hidden field", func(t *testing.T) {
		code := s.e.FieldNamed("code")
		_, err := s.records.Write(t.Context(), s.batch(s.half, s.e, record.Change{
			Op: store.OpUpdate, ID: s.mine.Record.ID, Values: schema.Values{code.ID: canary},
		}))
		f := failure(t, err, fail.Invalid, "field.notUnique", "code")
		require.Empty(t, f.Params)
	})

	t.Run("a field that is hidden on some records is asked of the others only", func(t *testing.T) {
		secret := func(v string) record.Request {
			return record.Request{Filter: []byte(`{"field":"secret","op":"contains","value":"` + v + `"}`)}
		}
		require.Empty(t, s.titles(s.half, s.e, secret("z")))
		require.Equal(t, []string{"自己的"}, s.titles(s.half, s.e, secret("o")))
		not := record.Request{Filter: []byte(`{"field":"secret","op":"notContains","value":"open"}`)}
		require.Empty(t, s.titles(s.half, s.e, not))
		require.Equal(t, []string{"自己的"}, s.titles(s.half, s.e, record.Request{Sort: []record.SortKey{{Field: "secret"}}}))
		require.ElementsMatch(t, []string{"自己的", "别人的二"}, s.titles(s.half, s.e, record.Request{}))
		require.Equal(t, []string{"自己的"}, s.titles(s.half, s.e, record.Request{Search: "open"}))
		res, err := s.records.Aggregate(t.Context(), s.half, s.e.ID, record.AggRequest{Metrics: []record.Metric{{Op: "sum", Field: "sum"}}})
		require.NoError(t, err)
		require.Equal(t, `"1.00"`, string(res.Groups[0].Metrics[0]))
	})

	t.Run("a masked field shows that there is a value, not which", func(t *testing.T) {
		u := s.person("遮", 0, s.role("masked", catalog.GrantInput{Entity: s.e.ID, Read: true, Write: true, Fields: map[string]schema.Right{"secret": schema.Masked, "name": schema.ReadRight}}))
		r, err := s.records.Get(t.Context(), s.as(u), s.e.ID, s.theirs.Record.ID)
		require.NoError(t, err)
		js := string(r.AppendJSON(nil, record.ByKey))
		require.NotContains(t, js, canary+"3")
		require.Contains(t, js, `"can":{"write":true,"delete":false,"fields":{"name":"read","secret":"masked"}}`)
		_, err = s.update(s.as(u), s.e, s.theirs, `{"secret":"x"}`)
		requireFail(t, err, fail.Forbidden, "field.readOnly", "secret")
	})
}

// all is every row of an answer, as JSON.
func (w *world) all(a access.Actor, e *schema.Entity, q record.Request) string {
	w.Helper()
	rows, err := w.records.Query(w.Context(), a, e.ID, q)
	require.NoError(w, err)
	var b []byte
	for _, r := range rows.Rows {
		b = r.AppendJSON(b, record.ByKey)
	}
	return string(b)
}

func (s *secrets) all(a access.Actor, q record.Request) string { return s.world.all(a, s.e, q) }

func TestService_scopes(t *testing.T) {
	w := newWorld(t)
	e := w.entity("商机", text("name"), field("owner", "user"), field("amount", "number"))
	head := w.department("总部", 0)
	east := w.department("华东", head)
	west := w.department("西部", head)
	grant := func(scope string) catalog.GrantInput {
		return catalog.GrantInput{Entity: e.ID, Read: true, Write: true, Delete: true, Scope: scope}
	}
	big := grant("")
	big.Filter = []byte(`{"field":"amount","op":"gt","value":100}`)
	rep := w.person("小王", east, w.role("own", grant("own")))
	lead := w.person("组长", east, w.role("dept", grant("department")))
	chief := w.person("总监", head, w.role("tree", grant("departmentTree")))
	other := w.person("西北", west, w.role("west", grant("department")))
	audit := w.person("审计", 0, w.role("big", big))
	for name, u := range map[string]schema.UserID{"王单": rep, "组单": lead, "西单": other, "总单": chief} {
		w.create(w.boss(), e, `{"name":"`+name+`","amount":`+map[bool]string{true: "500", false: "5"}[u == other]+`,"owner":["`+schema.FormatID(schema.PrefixUser, u)+`"]}`)
	}
	free := w.create(w.boss(), e, `{"name":"无主"}`)
	tests := map[string]struct {
		who  schema.UserID
		want []string
	}{
		"own sees own records":                                {rep, []string{"王单"}},
		"department sees its members' records":                {lead, []string{"王单", "组单"}},
		"another department sees others":                      {other, []string{"西单"}},
		"department tree sees those below too":                {chief, []string{"王单", "组单", "西单", "总单"}},
		"a filter scope sees what matches":                    {audit, []string{"西单"}},
		"the owner of the tenant sees all, the ownerless too": {owner, []string{"王单", "组单", "西单", "总单", "无主"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			require.ElementsMatch(t, tt.want, w.titles(w.as(tt.who), e, record.Request{}))
			rows, err := w.records.Query(t.Context(), w.as(tt.who), e.ID, record.Request{Count: true, Limit: 1})
			require.NoError(t, err)
			require.Equal(t, int64(len(tt.want)), *rows.Count)
			if tt.who != owner {
				_, err = w.records.Get(t.Context(), w.as(tt.who), e.ID, free.Record.ID)
				requireFail(t, err, fail.NotFound, "record.notFound", "")
				_, err = w.records.History(t.Context(), w.as(tt.who), e.ID, free.Record.ID, 0, 10)
				requireFail(t, err, fail.NotFound, "record.notFound", "")
				_, err = w.trash(w.as(tt.who), e, free)
				requireFail(t, err, fail.NotFound, "record.notFound", "")
			}
		})
	}

	t.Run("a record that leaves a scope is gone from the feed, without its values", func(t *testing.T) {
		r := w.create(w.boss(), e, `{"name":"易主","amount":1,"owner":["`+schema.FormatID(schema.PrefixUser, rep)+`"]}`)
		f, err := w.records.Feed(t.Context(), w.as(rep), 0, 1000)
		require.NoError(t, err)
		_, err = w.update(w.boss(), e, r, `{"name":"`+canary+`","owner":["`+schema.FormatID(schema.PrefixUser, other)+`"]}`)
		require.NoError(t, err)
		_, err = w.update(w.boss(), e, r, `{"name":"`+canary+`2"}`)
		require.NoError(t, err)
		next, err := w.records.Feed(t.Context(), w.as(rep), f.Seq, 1000)
		require.NoError(t, err)
		require.Len(t, next.Changes, 1)
		require.Equal(t, "gone", next.Changes[0].Kind)
		require.NotContains(t, string(next.AppendJSON(nil, record.ByKey)), canary)
		theirs, err := w.records.Feed(t.Context(), w.as(other), f.Seq, 1000)
		require.NoError(t, err)
		require.Len(t, theirs.Changes, 2)
		require.Contains(t, string(theirs.AppendJSON(nil, record.ByKey)), canary+"2")
		empty, err := w.records.Feed(t.Context(), w.as(rep), next.Seq, 1000)
		require.NoError(t, err)
		require.Empty(t, empty.Changes)
	})

	t.Run("the trash shows what one could delete", func(t *testing.T) {
		r := w.create(w.boss(), e, `{"name":"丢","owner":["`+schema.FormatID(schema.PrefixUser, rep)+`"]}`)
		_, err := w.trash(w.as(rep), e, r)
		require.NoError(t, err)
		for who, n := range map[schema.UserID]int{rep: 1, lead: 1, other: 0, owner: 1} {
			list, err := w.records.Trash(t.Context(), w.as(who), e.ID, 10, "")
			require.NoError(t, err)
			require.Len(t, list.Rows, n)
		}
		_, err = w.records.Restore(t.Context(), w.as(other), e.ID, r.Record.ID)
		requireFail(t, err, fail.NotFound, "record.notFound", "")
		_, err = w.records.Restore(t.Context(), w.as(rep), e.ID, r.Record.ID)
		require.NoError(t, err)
	})
}

func TestService_Query(t *testing.T) {
	w := newWorld(t)
	e := w.entity("客户", text("name"), field("n", "number"), choices("stage", "潜在", "赢单"))
	for _, f := range []string{`{"name":"阿里","n":3,"stage":"赢单"}`, `{"name":"百度","n":1}`, `{"name":"abc 公司","n":2,"stage":"潜在"}`} {
		w.create(w.boss(), e, f)
	}
	boss := w.boss()

	t.Run("pages follow each other without a gap, and their cursor fits no other question", func(t *testing.T) {
		q := record.Request{Sort: []record.SortKey{{Field: "n", Desc: true}}, Limit: 2}
		page, err := w.records.Query(t.Context(), boss, e.ID, q)
		require.NoError(t, err)
		require.NotEmpty(t, page.Next)
		q.Cursor = page.Next
		rest, err := w.records.Query(t.Context(), boss, e.ID, q)
		require.NoError(t, err)
		require.Len(t, rest.Rows, 1)
		require.Empty(t, rest.Next)
		require.Contains(t, fieldsOf(rest.Rows[0]), "百度")
		q.Filter = []byte(`{"field":"n","op":"gt","value":1}`)
		_, err = w.records.Query(t.Context(), boss, e.ID, q)
		requireFail(t, err, fail.Invalid, "cursor.invalid", "cursor")
		q.Cursor = "garbage"
		_, err = w.records.Query(t.Context(), boss, e.ID, q)
		requireFail(t, err, fail.Invalid, "cursor.invalid", "cursor")
	})
	t.Run("search finds Han and Latin within words", func(t *testing.T) {
		require.Equal(t, []string{"abc 公司"}, w.titles(boss, e, record.Request{Search: "BC 公"}))
		require.Equal(t, []string{"百度"}, w.titles(boss, e, record.Request{Search: "百"}))
	})
	t.Run("text is in pinyin order", func(t *testing.T) {
		require.Equal(t, []string{"abc 公司", "阿里", "百度"}, w.titles(boss, e, record.Request{Sort: []record.SortKey{{Field: "name"}}}))
	})
	t.Run("a view gives its filter and order", func(t *testing.T) {
		v, err := w.catalog.CreateView(t.Context(), boss, e.ID, catalog.ViewInput{
			Name: "有阶段", Filter: []byte(`{"field":"stage","op":"isNotEmpty"}`), Sort: []catalog.ViewKey{{Field: "n"}},
		})
		require.NoError(t, err)
		require.Equal(t, []string{"abc 公司", "阿里"}, w.titles(boss, e, record.Request{View: v.ID}))
		require.Equal(t, []string{"阿里"}, w.titles(boss, e, record.Request{View: v.ID, Filter: []byte(`{"field":"n","op":"eq","value":3}`)}))
	})
	t.Run("only asked fields come", func(t *testing.T) {
		rows, err := w.records.Query(t.Context(), boss, e.ID, record.Request{Fields: []string{"n"}, Filter: []byte(`{"field":"name","op":"eq","value":"百度"}`)})
		require.NoError(t, err)
		require.JSONEq(t, `{"n":1}`, fieldsOf(rows.Rows[0]))
	})
	for name, q := range map[string]record.Request{
		"too many records":   {Limit: 1001},
		"a broken filter":    {Filter: []byte(`{"field":`)},
		"a negative limit":   {Limit: -1},
		"a very long search": {Search: strings.Repeat("长", 300)},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			_, err := w.records.Query(t.Context(), boss, e.ID, q)
			require.Error(t, err)
			require.Contains(t, []fail.Kind{fail.Invalid, fail.Malformed}, fail.KindOf(err))
		})
	}
}

func TestService_Aggregate(t *testing.T) {
	w := newWorld(t)
	stage := choices("stage", "潜在", "赢单")
	e := w.entity("商机", text("name"), stage, field("amount", "decimal"), field("owner", "user"), field("day", "date"))
	for _, f := range []string{
		`{"name":"a","stage":"潜在","amount":"0.10","day":"2026-11-03","owner":["usr_1"]}`,
		`{"name":"b","stage":"潜在","amount":"0.20","day":"2026-11-30"}`,
		`{"name":"c","stage":"赢单","amount":"100000000000.01","day":"2026-12-01"}`,
		`{"name":"d"}`,
	} {
		w.create(w.boss(), e, f)
	}
	tests := map[string]struct {
		q    record.AggRequest
		want string
	}{
		"no groups give one row over all": {
			record.AggRequest{Metrics: []record.Metric{{Op: "count"}, {Op: "sum", Field: "amount"}, {Op: "countDistinct", Field: "stage"}}},
			`{"groups":[{"keys":[],"metrics":[4,"100000000000.31",2]}],"total":1}`,
		},
		"groups by a select are shown as its choices, empty first": {
			record.AggRequest{GroupBy: []record.AggKey{{Field: "stage"}}, Metrics: []record.Metric{{Op: "count"}, {Op: "avg", Field: "amount"}, {Op: "max", Field: "amount"}}},
			`{"groups":[{"keys":[null],"metrics":[1,null,null]},
				{"keys":[{"id":"opt_1","name":"潜在","color":"blue"}],"metrics":[2,"0.1500","0.20"]},
				{"keys":[{"id":"opt_2","name":"赢单","color":"teal"}],"metrics":[1,"100000000000.0100","100000000000.01"]}],"total":3}`,
		},
		"days are put into months, newest first": {
			record.AggRequest{GroupBy: []record.AggKey{{Field: "day", Bucket: "month", Desc: true}}, Metrics: []record.Metric{{Op: "count"}}},
			`{"groups":[{"keys":["2026-12-01"],"metrics":[1]},{"keys":["2026-11-01"],"metrics":[2]},{"keys":[null],"metrics":[1]}],"total":3}`,
		},
		"users are shown by name": {
			record.AggRequest{GroupBy: []record.AggKey{{Field: "owner"}}, Filter: []byte(`{"field":"owner","op":"isNotEmpty"}`), Metrics: []record.Metric{{Op: "count"}}},
			`{"groups":[{"keys":[{"id":"usr_1","name":"老板"}],"metrics":[1]}],"total":1}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := w.records.Aggregate(t.Context(), w.boss(), e.ID, tt.q)
			require.NoError(t, err)
			require.JSONEq(t, tt.want, string(res.AppendJSON(nil)))
		})
	}
	for name, tt := range map[string]struct {
		q    record.AggRequest
		code string
	}{
		"a sum of text":          {record.AggRequest{Metrics: []record.Metric{{Op: "sum", Field: "name"}}}, "aggregate.notMeasurable"},
		"how many owners":        {record.AggRequest{Metrics: []record.Metric{{Op: "countDistinct", Field: "owner"}}}, "aggregate.notMeasurable"},
		"an unknown figure":      {record.AggRequest{Metrics: []record.Metric{{Op: "median", Field: "amount"}}}, "aggregate.badMetric"},
		"a bucket of no time":    {record.AggRequest{GroupBy: []record.AggKey{{Field: "stage", Bucket: "day"}}, Metrics: []record.Metric{{Op: "count"}}}, "aggregate.badBucket"},
		"no figure":              {record.AggRequest{}, "aggregate.badMetrics"},
		"an unknown time zone":   {record.AggRequest{GroupBy: []record.AggKey{{Field: "createdAt", Bucket: "day", TimeZone: "Mars/One"}}, Metrics: []record.Metric{{Op: "count"}}}, "aggregate.badZone"},
		"more groups than three": {record.AggRequest{GroupBy: make([]record.AggKey, 4), Metrics: []record.Metric{{Op: "count"}}}, "aggregate.tooManyGroups"},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			_, err := w.records.Aggregate(t.Context(), w.boss(), e.ID, tt.q)
			require.Error(t, err)
			require.Equal(t, tt.code, fail.Of(err).Code)
		})
	}
}

func TestService_History(t *testing.T) {
	w := newWorld(t)
	e := w.entity("客户", text("name"), field("owner", "user"), choices("stage", "潜在", "赢单"))
	r := w.create(w.boss(), e, `{"name":"旧","owner":["usr_1"]}`)
	_, err := w.update(w.boss(), e, r, `{"name":"新","owner":null,"stage":"赢单"}`)
	require.NoError(t, err)
	h, err := w.records.History(t.Context(), w.boss(), e.ID, r.Record.ID, 0, 10)
	require.NoError(t, err)
	require.Len(t, h, 2)
	require.JSONEq(t, `{"version":2,"op":"update","at":"2026-11-25T08:00:00.000Z","by":{"id":"usr_1","name":"老板"},"via":"api",
		"changeSet":"`+h[0].Change.Origin.ChangeSet+`","changes":[
		{"field":{"id":"fld_1","key":"name","name":"name","type":"text"},"before":"旧","after":"新"},
		{"field":{"id":"fld_2","key":"owner","name":"owner","type":"user"},"before":[{"id":"usr_1","name":"老板"}],"after":null},
		{"field":{"id":"fld_3","key":"stage","name":"stage","type":"singleSelect"},"before":null,"after":{"id":"opt_2","name":"赢单","color":"teal"}}]}`,
		string(h[0].AppendJSON(nil)))
	older, err := w.records.History(t.Context(), w.boss(), e.ID, r.Record.ID, 2, 10)
	require.NoError(t, err)
	require.Len(t, older, 1)
	_, err = w.trash(w.boss(), e, r)
	require.NoError(t, err)
	h, err = w.records.History(t.Context(), w.boss(), e.ID, r.Record.ID, 0, 10)
	require.NoError(t, err)
	require.Len(t, h, 3, "history can be read in the trash")
}

func TestService_Undo(t *testing.T) {
	w := newWorld(t)
	e := w.entity("客户", text("name"), text("code"))
	boss := w.boss()
	a, b := w.create(boss, e, `{"name":"a","code":"1"}`), w.create(boss, e, `{"name":"b","code":"2"}`)
	act := func(cs ...record.Change) string {
		res, err := w.records.Write(t.Context(), w.batch(boss, e, cs...))
		require.NoError(t, err)
		return res.ChangeSet
	}
	show := func(r *record.Row) string {
		got, err := w.records.Get(t.Context(), boss, e.ID, r.Record.ID)
		require.NoError(t, err)
		return fieldsOf(got)
	}
	update := func(r *record.Row, f string) record.Change {
		return record.Change{Op: store.OpUpdate, ID: r.Record.ID, Fields: in(t, f)}
	}

	t.Run("fields go back, and the undo can be undone", func(t *testing.T) {
		cs := act(update(a, `{"name":"a2","code":null}`), update(b, `{"name":"b2"}`))
		res, err := w.records.Undo(t.Context(), boss, cs)
		require.NoError(t, err)
		require.Empty(t, res.Skipped)
		require.JSONEq(t, `{"name":"a","code":"1"}`, show(a))
		require.JSONEq(t, `{"name":"b","code":"2"}`, show(b))
		_, err = w.records.Undo(t.Context(), boss, res.ChangeSet)
		require.NoError(t, err)
		require.JSONEq(t, `{"name":"a2"}`, show(a))
		_, err = w.update(boss, e, a, `{"name":"a","code":"1"}`)
		require.NoError(t, err)
	})
	t.Run("what others changed since is left and told", func(t *testing.T) {
		cs := act(update(a, `{"name":"x","code":"y"}`))
		_, err := w.update(boss, e, a, `{"code":"z"}`)
		require.NoError(t, err)
		res, err := w.records.Undo(t.Context(), boss, cs)
		require.NoError(t, err)
		require.JSONEq(t, `{"name":"a","code":"z"}`, show(a))
		require.Equal(t, []record.Skip{{Entity: e.ID, Record: a.Record.ID, Field: "code", Code: "undo.changedSince"}}, res.Skipped)
	})
	t.Run("made records go to the trash and trashed ones come back", func(t *testing.T) {
		cs := act(record.Change{Op: store.OpCreate, ID: 424242, Fields: in(t, `{"name":"neu"}`)}, record.Change{Op: store.OpTrash, ID: b.Record.ID})
		_, err := w.records.Undo(t.Context(), boss, cs)
		require.NoError(t, err)
		require.Contains(t, show(b), "b2")
		_, err = w.records.Get(t.Context(), boss, e.ID, 424242)
		requireFail(t, err, fail.NotFound, "record.notFound", "")
	})
	t.Run("another's change set is not there, but for an administrator", func(t *testing.T) {
		cs := act(update(a, `{"name":"mine"}`))
		m := w.as(w.person("甲", 0, schema.RoleMember))
		_, err := w.records.Undo(t.Context(), m, cs)
		requireFail(t, err, fail.NotFound, "changeSet.notFound", "")
		_, err = w.records.Undo(t.Context(), w.as(w.person("管", 0, schema.RoleAdmin)), cs)
		require.NoError(t, err)
	})
	t.Run("fields that one may no longer write stay", func(t *testing.T) {
		u := w.person("限", 0, schema.RoleMember)
		res, err := w.records.Write(t.Context(), w.batch(w.as(u), e, update(a, `{"name":"q1","code":"q2"}`)))
		require.NoError(t, err)
		role := w.role("limited", catalog.GrantInput{Entity: e.ID, Read: true, Write: true, Fields: map[string]schema.Right{"code": schema.Hidden}})
		_, err = w.catalog.SetMember(t.Context(), boss, schema.Member{User: u, Name: "限", Roles: []schema.RoleID{role}})
		require.NoError(t, err)
		back, err := w.records.Undo(t.Context(), w.as(u), res.ChangeSet)
		require.NoError(t, err)
		require.Contains(t, show(a), `"code":"q2"`)
		require.NotContains(t, show(a), `q1`)
		require.Equal(t, []record.Skip{{Entity: e.ID, Record: a.Record.ID, Code: "undo.notAllowed"}}, back.Skipped)
	})
}
