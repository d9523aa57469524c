package api_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

type m = map[string]any

func TestRecords(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		var id string

		// Each step is one request: its status, its code or check, and exactly
		// the changes that it leaves in the log.
		steps := []struct {
			name   string
			method string
			path   func() string
			body   any
			header header
			status int
			code   string
			events []string
			check  func(a *answer)
		}{
			{
				name: "a record is made", method: "POST", body: m{"fields": m{"name": "华信", "amount": "0.10", "industry": "金融"}}, status: 201, events: []string{"created"},
				check: func(a *answer) {
					id = a.str("id")
					require.Equal(t, "0.10", a.str("fields", "amount"))
					require.Equal(t, "金融", a.str("fields", "industry", "name"))
					require.NotEmpty(t, a.Header.Get("X-Change-Set"))
					require.Equal(t, `"1"`, a.Header.Get("ETag"))
				},
			},
			{name: "its version guards a change", method: "PATCH", path: func() string { return "/" + id }, body: m{"fields": m{"amount": "0.30"}, "version": 1}, status: 200, events: []string{"updated"}},
			{
				name: "a stale version is told the record of now", method: "PATCH", path: func() string { return "/" + id }, body: m{"fields": m{"amount": "9"}, "version": 1}, status: 409, code: "record.stale",
				check: func(a *answer) { require.Equal(t, "0.30", a.str("current", "fields", "amount")) },
			},
			{name: "If-Match of a stale version fails as a precondition", method: "PATCH", path: func() string { return "/" + id }, body: m{"fields": m{"amount": "9"}}, header: header{"If-Match", `"1"`}, status: 412, code: "request.version.changed"},
			{name: "If-Match that is no version is malformed", method: "PATCH", path: func() string { return "/" + id }, body: m{"fields": m{"amount": "9"}}, header: header{"If-Match", "1"}, status: 400, code: "request.version"},
			{name: "without a version the last writer wins", method: "PATCH", path: func() string { return "/" + id }, body: m{"fields": m{"amount": "1.00"}}, status: 200, events: []string{"updated"}},
			{
				name: "an unknown field is named", method: "PATCH", path: func() string { return "/" + id }, body: m{"fields": m{"nothing": "x"}}, status: 422, code: "field.unknown",
				check: func(a *answer) { require.Equal(t, "nothing", a.str("field")) },
			},
			{
				name: "a wrong value names its field", method: "PATCH", path: func() string { return "/" + id }, body: m{"fields": m{"amount": "zwölf"}}, status: 422, code: "field.badNumber",
				check: func(a *answer) { require.Equal(t, "amount", a.str("field")) },
			},
			{
				name: "a batch is all or none", method: "POST", body: m{"records": []any{m{"fields": m{"name": "a"}}, m{"fields": m{"amount": "x"}}}}, status: 422, code: "field.badNumber",
				check: func(a *answer) { require.InDelta(t, 1, a.at("index"), 0) },
			},
			{
				name: "several faults are all told", method: "POST", body: m{"records": []any{m{"fields": m{"qty": "x", "amount": "x"}}, m{"fields": m{"industry": "没有"}}}}, status: 422, code: "record.invalid",
				check: func(a *answer) { require.Len(t, a.list("errors"), 3) },
			},
			{
				name: "a good batch goes in", method: "POST", body: m{"records": []any{m{"fields": m{"name": "a"}}, m{"fields": m{"name": "b"}}}}, status: 201, events: []string{"created", "created"},
				check: func(a *answer) { require.InDelta(t, 2, a.at("created"), 0) },
			},
			{name: "one or many, not both", method: "POST", body: m{"fields": m{}, "records": []any{}}, status: 422, code: "record.oneOrMany"},
			{name: "more than a thousand are too many", method: "POST", body: m{"records": make([]m, 1001)}, status: 422, code: "list.long"},
			{name: "it goes into the trash", method: "DELETE", path: func() string { return "/" + id }, status: 204, events: []string{"deleted"}},
			{name: "and is not there", method: "GET", path: func() string { return "/" + id }, status: 404, code: "record.notFound"},
			{name: "nor twice into the trash", method: "DELETE", path: func() string { return "/" + id }, status: 404, code: "record.notFound"},
			{name: "it comes back", method: "POST", path: func() string { return "/" + id + "/restore" }, body: m{}, status: 200, events: []string{"restored"}},
			{name: "a query with an unknown key is refused", method: "POST", path: func() string { return "/query" }, body: m{"fitler": m{}}, status: 422, code: "json.unknownField"},
			{
				name: "a query counts exactly", method: "POST", path: func() string { return "/query" }, body: m{"limit": 1, "count": true, "sort": []any{m{"field": "name", "dir": "desc"}}}, status: 200,
				check: func(a *answer) { require.InDelta(t, 3, a.at("count"), 0); require.NotEmpty(t, a.str("nextCursor")) },
			},
			{
				name: "whatever it takes", method: "POST", path: func() string { return "/query" }, body: m{"limit": 1, "count": "exact"}, status: 200,
				check: func(a *answer) {
					require.InDelta(t, 3, a.at("count"), 0)
					require.NotContains(t, a.JSON, "countIsAtLeast")
				},
			},
			{name: "no other way", method: "POST", path: func() string { return "/query" }, body: m{"count": 7}, status: 422, code: "param.invalid"},
			{
				name: "figures over groups", method: "POST", path: func() string { return "/aggregate" }, body: m{"groupBy": []any{m{"field": "industry"}}, "metrics": []any{m{"op": "count"}, m{"op": "sum", "field": "amount"}}}, status: 200,
				check: func(a *answer) { require.Len(t, a.list("groups"), 2) },
			},
		}
		seq := w.settled()
		for _, s := range steps {
			t.Run(s.name, func(t *testing.T) {
				path := p.records()
				if s.path != nil {
					path += s.path()
				}
				var hs []header
				if s.header[0] != "" {
					hs = append(hs, s.header)
				}
				var a *answer
				if s.code != "" {
					a = w.refused(s.status, s.code, s.method, path, w.owner, s.body, hs...)
				} else {
					a = w.do(s.method, path, w.owner, s.body, hs...)
					require.Equal(t, s.status, a.Status, "%s", a.Raw)
				}
				var kinds []string
				kinds, seq = w.eventsLike(s.events, seq)
				require.Equal(t, s.events, kinds, "these changes and no others")
				if s.check != nil {
					s.check(a)
				}
			})
		}
		require.Equal(t, seq, w.settled(), "nothing came late")
		t.Run("its history tells every change", func(t *testing.T) {
			h := w.ok("GET", p.records()+"/"+id+"/history", w.owner, nil)
			var ops []string
			for i := range h.list("items") {
				ops = append(ops, h.str("items", i, "op"))
			}
			require.Equal(t, []string{"restore", "trash", "update", "update", "create"}, ops)
		})
		t.Run("keys are chosen", func(t *testing.T) {
			a := w.ok("GET", p.records()+"/"+id+"?fieldKeys=name", w.owner, nil)
			require.Equal(t, "华信", a.str("fields", "名称"))
			w.refused(422, "choice.invalid", "GET", p.records()+"/"+id+"?fieldKeys=colour", w.owner, nil)
			w.refused(422, "param.unknown", "GET", p.records()+"/"+id+"?feildKeys=name", w.owner, nil)
		})
	})
}

func TestUndo(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		id := w.record(p, w.owner, m{"name": "前"})
		set := w.ok("PATCH", p.records()+"/"+id, w.owner, m{"fields": m{"name": "后"}}).Header.Get("X-Change-Set")
		u := w.ok("POST", "/undo", w.owner, m{"changeSet": set})
		require.InDelta(t, 1, u.at("records"), 0)
		require.Equal(t, "前", w.ok("GET", p.records()+"/"+id, w.owner, nil).str("fields", "name"))
		w.ok("POST", "/undo", w.owner, m{"changeSet": u.str("changeSet")})
		require.Equal(t, "后", w.ok("GET", p.records()+"/"+id, w.owner, nil).str("fields", "name"))
		stranger, _ := w.member("s@example.com", "member")
		w.refused(404, "changeSet.notFound", "POST", "/undo", stranger, m{"changeSet": set})
	})
}

func TestIdempotencyKey(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		key := header{"Idempotency-Key", "once-1"}

		t.Run("a record is made once", func(t *testing.T) {
			a := w.ok("POST", p.records(), w.owner, m{"fields": m{"name": "一次"}}, key)
			b := w.ok("POST", p.records(), w.owner, m{"fields": m{"name": "一次"}}, key)
			require.Equal(t, a.str("id"), b.str("id"))
			require.Equal(t, 201, b.Status)
			require.Equal(t, "true", b.Header.Get("Idempotent-Replayed"))
		})
		t.Run("another request under the key is refused", func(t *testing.T) {
			w.refused(422, "idempotency.reused", "POST", p.records(), w.owner, m{"fields": m{"name": "另一个"}}, key)
		})
		t.Run("everything else is done once too, with the same answer", func(t *testing.T) {
			key := header{"Idempotency-Key", "once-2"}
			a := w.ok("POST", "/apps", w.owner, m{"name": "一次"}, key)
			b := w.ok("POST", "/apps", w.owner, m{"name": "一次"}, key)
			require.Equal(t, a.Raw, b.Raw)
			require.Equal(t, a.Status, b.Status)
			w.refused(422, "idempotency.reused", "POST", "/apps", w.owner, m{"name": "两次"}, key)
			require.Len(t, w.ok("GET", "/apps", w.owner, nil).list("items"), 2)
		})
		t.Run("a refused request may be repeated", func(t *testing.T) {
			key := header{"Idempotency-Key", "once-3"}
			w.refused(422, "name.required", "POST", "/apps", w.owner, m{"name": " "}, key)
			w.refused(422, "name.required", "POST", "/apps", w.owner, m{"name": " "}, key)
		})
		t.Run("a stored secret is not to be had by another session", func(t *testing.T) {
			key := header{"Idempotency-Key", "once-4"}
			body := m{"name": "机器", "scopes": []string{"read"}}
			a := w.ok("POST", "/tokens", w.owner, body, key)
			require.NotEmpty(t, a.str("token"))
			again := w.logIn("owner@example.com", password)
			w.refused(422, "idempotency.reused", "POST", "/tokens", again, body, key)
		})
		t.Run("a key that is no key is refused", func(t *testing.T) {
			w.refused(422, "idempotency.key", "POST", "/apps", w.owner, m{"name": "x"}, header{"Idempotency-Key", "mit leer"})
			w.refused(422, "idempotency.key", "POST", p.records(), w.owner, m{"fields": m{}}, header{"Idempotency-Key", "mit leer"})
		})
	})
}

func TestComments(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		id := w.record(p, w.owner, m{"name": "华信"})
		bob, bobID := w.member("bob@example.com", "member")
		viewer, _ := w.member("v@example.com", "viewer")
		path := p.records() + "/" + id + "/comments"

		c := w.ok("POST", path, w.owner, m{"text": fmt.Sprintf("请看 @[%s] 和 @[usr_zzzz]", bobID)})
		require.Equal(t, []any{bobID}, c.at("mentions"), "who is no member is not mentioned")
		w.ok("POST", path, bob, m{"text": "看过了"})
		w.refused(422, "comment.empty", "POST", path, bob, m{"text": "  \n"})
		w.refused(403, "comment.notAllowed", "POST", path, viewer, m{"text": "我也"})

		l := w.ok("GET", path, viewer, nil)
		require.Len(t, l.list("items"), 2)
		require.Equal(t, "老板", l.str("items", 0, "by", "name"))
		one := w.ok("GET", path+"?limit=1", viewer, nil)
		require.Len(t, one.list("items"), 1)
		two := w.ok("GET", path+"?limit=1&cursor="+one.str("nextCursor"), viewer, nil)
		require.Equal(t, "看过了", two.str("items", 0, "text"))
		require.Empty(t, two.str("nextCursor"))

		w.refused(403, "comment.notOwn", "PATCH", path+"/"+c.str("id"), bob, m{"text": "改"})
		require.NotEmpty(t, w.ok("PATCH", path+"/"+c.str("id"), w.owner, m{"text": "改"}).str("editedAt"))
		require.Equal(t, 204, w.do("DELETE", path+"/"+c.str("id"), w.owner, nil).Status)
		require.Len(t, w.ok("GET", path, w.owner, nil).list("items"), 1)
		w.refused(404, "record.notFound", "GET", p.records()+"/rec_1/comments", w.owner, nil)
	})
}
