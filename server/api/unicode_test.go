package api_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"mime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// naughty are texts that programs like to damage. Each must come out of every
// door to the byte as it went in.
func naughty() []string {
	return []string{
		"普通的中文", "繁體與简体", "日本語ｶﾅ", "한국어 조합", "𠮷野家 𪚥", "👩‍👩‍👧‍👦 🏳️‍🌈 🇨🇳 👍🏽", "1️⃣", "é composed", "e\u0301 decomposed", "Z̸̡̧̢a̴̧l̵g̷o̶",
		"مرحبا بالعالم", "שלום", "a\u202eb\u202cc", "\u2066rtl\u2069", "a\u200bb\u200cc\u200dd", "a\ufeffb", "a\u00adb", "a\u2028b", "a\u00a0b", "ﬀ ﬃ ½ ① Ａ", "İıſK", "ß ẞ",
		"\U0010FFFF", "\uE000 private", "\uFFFD replaced", "\uFFFE no character", "=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-1-1", "'quoted", `"quoted" and "more"`, `a,b;c`,
		`<script>alert(1)</script>`, `{{7*7}} ${7*7} #{7*7}`, `%s %d %n %00 %0a`, `\u0041 \x41 \n`, `../../etc/passwd`, `C:\con\nul`, `'; DROP TABLE x; --`, `{"$gt":""}`, "true", "NULL",
		"nil", "undefined", "NaN", "1e309", "0x10", "00123", "1,234.50", "2026-01-02", "1/2", "٣٤٥", "१२३", "x" + strings.Repeat("̈", 50), strings.Repeat("𝄞", 900),
	}
}

func TestTextComesOutAsItWentIn(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		texts := naughty()
		var records []any
		for _, s := range texts {
			records = append(records, m{"fields": m{"name": s}})
		}
		w.ok("POST", p.records(), w.owner, m{"records": records})
		require.Equal(t, texts, w.names(p), "many at a time")

		t.Run("one at a time, by letter and by escape", func(t *testing.T) {
			for _, s := range texts {
				for _, body := range []string{quoted(s), escaped(s)} {
					a := w.ok("POST", p.records(), w.owner, `{"fields":{"name":`+body+`}}`)
					require.Equal(t, s, a.str("fields", "name"))
					require.Equal(t, s, w.ok("GET", p.records()+"/"+a.str("id"), w.owner, nil).str("fields", "name"))
					require.Equal(t, 204, w.do("DELETE", p.records()+"/"+a.str("id"), w.owner, nil).Status)
				}
			}
		})
		t.Run("by search and by filter", func(t *testing.T) {
			for _, s := range texts {
				if len([]rune(s)) > 100 {
					continue
				}
				a := w.ok("POST", p.records()+"/query", w.owner, m{"filter": m{"field": "name", "op": "eq", "value": s}, "limit": 100})
				require.Contains(t, namesOf(a), s)
				a = w.ok("POST", p.records()+"/query", w.owner, m{"search": s, "limit": 100})
				require.Contains(t, namesOf(a), s, "searched for")
			}
		})
		for _, format := range []string{"csv", "xlsx"} {
			t.Run("out as "+format+" and in again", func(t *testing.T) {
				file := w.exported(p, m{"format": format, "fields": []any{"name"}, "guard": false})
				if format == "csv" {
					rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff")))).ReadAll()
					require.NoError(t, err)
					for i, s := range texts {
						require.Equal(t, s, rows[i+1][0])
					}
				}
				to := w.customers()
				body, kind := form(t, "名称."+format, file, map[string]string{"mapping": `{"名称":"name"}`})
				j := w.finished("/imports/"+w.ok("POST", "/entities/"+to.ent+"/imports", w.owner, body, kind).str("id"), w.owner)
				require.Equal(t, "done", j.str("state"), "%s", j.Raw)
				require.Equal(t, texts, w.names(to))
			})
		}
		t.Run("out as JSON lines", func(t *testing.T) {
			lines := bufio.NewScanner(bytes.NewReader(w.exported(p, m{"format": "jsonl", "fields": []any{"name"}})))
			var got []string
			for lines.Scan() {
				var one struct{ Fields struct{ Name string } }
				require.NoError(t, json.Unmarshal(lines.Bytes(), &one), "%s", lines.Bytes())
				got = append(got, one.Fields.Name)
			}
			require.Equal(t, texts, got)
		})
		t.Run("as comments", func(t *testing.T) {
			path := p.records() + "/" + w.record(p, w.owner, m{"name": "评论"}) + "/comments"
			for _, s := range texts {
				require.Equal(t, s, w.ok("POST", path, w.owner, m{"text": s}).str("text"))
				require.Equal(t, s, w.ok("GET", path+"?limit=1000", w.owner, nil).last("items").(map[string]any)["text"])
			}
		})
		t.Run("as names of files", func(t *testing.T) {
			for _, s := range []string{"合同 最终版.pdf", "👩‍👩‍👧 e\u0301.txt", "عقد.docx", "𠮷.xlsx", "a;b\"c'd.txt", "100%.txt", strings.Repeat("长", 80) + ".txt"} {
				body, kind := form(t, s, []byte("x"), nil)
				a := w.ok("POST", "/files", w.owner, body, kind)
				require.Equal(t, s, a.str("name"))
				_, params, err := mime.ParseMediaType(w.ok("GET", "/files/"+a.str("id"), w.owner, nil).Header.Get("Content-Disposition"))
				require.NoError(t, err)
				require.Equal(t, s, params["filename"])
			}
		})
		t.Run("through a socket, there and back", func(t *testing.T) { w.throughASocket(p, texts) })
	})
}

func TestTextThatNobodyCanKeepIsRefused(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		for code, body := range map[string]string{
			"text.nul": `"a\u0000b"`, "text.surrogate": `"\ud800"`, "text.utf8": "\"\xff\xfe\"",
		} {
			w.refused(422, code, "POST", p.records(), w.owner, `{"fields":{"name":`+body+`}}`)
		}
		w.refused(422, "text.surrogate", "POST", p.records(), w.owner, `{"fields":{"name":"\udc00\ud800"}}`)
		require.Equal(t, "😀", w.ok("POST", p.records(), w.owner, `{"fields":{"name":"\ud83d\ude00"}}`).str("fields", "name"), "a whole pair is a letter")
		body, kind := form(t, "x.csv", []byte("名称\r\n好\r\na\x00b\r\n"), map[string]string{"mapping": `{"名称":"name"}`})
		j := w.finished("/imports/"+w.ok("POST", "/entities/"+p.ent+"/imports", w.owner, body, kind).str("id"), w.owner)
		require.Equal(t, "import.notText", j.str("error", "code"), "%s", j.Raw)
		for _, s := range w.names(p) {
			require.NotContains(t, s, "\x00")
		}
	})
}

func TestCellsThatASpreadsheetWouldRunAreMadeTextUnlessAskedOtherwise(t *testing.T) {
	w := newWorld(t, nil)
	p := w.customers()
	for _, s := range []string{"=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\tx", "-5", "+86 138-0013-8000", "好"} {
		w.record(p, w.owner, m{"name": s, "amount": "-1.50"})
	}
	column := func(in m) (out []string) {
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(w.exported(p, in), []byte("\ufeff")))).ReadAll()
		require.NoError(t, err)
		for _, r := range rows[1:] {
			require.Equal(t, "-1.50", r[1], "numbers stay numbers")
			out = append(out, r[0])
		}
		return out
	}
	fields := []any{"name", "amount"}
	require.Equal(t, []string{"'=1+1", "'@SUM(A1)", "'+cmd|' /C calc'!A0", "'-2+3", "'\tx", "-5", "+86 138-0013-8000", "好"}, column(m{"format": "csv", "fields": fields}))
	require.Equal(t, "=1+1", column(m{"format": "csv", "fields": fields, "guard": false})[0])
}

// names lists the names of all records, oldest first.
func (w *world) names(p place) []string {
	w.t.Helper()
	return namesOf(w.ok("POST", p.records()+"/query", w.owner, m{"limit": 1000, "sort": []any{m{"field": "createdAt"}}}))
}

func namesOf(a *answer) (out []string) {
	a.t.Helper()
	for i := range a.list("records") {
		out = append(out, a.str("records", i, "fields", "name"))
	}
	return out
}

func (a *answer) last(key string) any {
	a.t.Helper()
	l := a.list(key)
	require.NotEmpty(a.t, l)
	return l[len(l)-1]
}

func (w *world) exported(p place, in m) []byte {
	w.t.Helper()
	j := w.finished("/exports/"+w.ok("POST", "/entities/"+p.ent+"/exports", w.owner, in).str("id"), w.owner)
	require.Equal(w.t, "done", j.str("state"), "%s", j.Raw)
	return w.ok("GET", j.str("fileUrl"), w.owner, nil).Raw
}

func quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// escaped writes every letter as \u, those beyond the first plane as a pair.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 0x10000 {
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return `"` + b.String() + `"`
}

func (w *world) throughASocket(p place, texts []string) {
	t := w.t
	ticket := w.ok("POST", "/ws-tickets", w.owner, m{}).str("ticket")
	c, res, err := websocket.DefaultDialer.DialContext(t.Context(), strings.Replace(w.base, "http", "ws", 1)+"/api/v1/ws?ticket="+ticket, nil)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	defer func() { require.NoError(t, c.Close()) }()
	require.NoError(t, c.SetReadDeadline(time.Now().Add(30*time.Second)))
	id := w.record(p, w.owner, m{"name": "socket"})
	require.NoError(t, c.WriteJSON(m{"t": "sub", "id": 1, "room": "entity:" + p.ent}))
	for i, s := range texts {
		require.NoError(t, c.WriteJSON(m{"t": "patch", "id": i + 2, "op": fmt.Sprint("op", i), "entity": p.ent, "record": id, "fields": m{"name": s}}))
		for heard := false; !heard; {
			_, raw, err := c.ReadMessage()
			require.NoError(t, err, "after %q", s)
			require.NotContains(t, string(raw), `"t":"err"`)
			var f struct {
				T      string
				Events []struct {
					Record struct{ Fields struct{ Name string } }
				}
			}
			require.NoError(t, json.Unmarshal(raw, &f), "%s", raw)
			for _, ch := range f.Events {
				heard = heard || ch.Record.Fields.Name == s
			}
		}
		require.Equal(t, s, w.ok("GET", p.records()+"/"+id, w.owner, nil).str("fields", "name"))
	}
}
