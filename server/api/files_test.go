package api_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// form makes a multipart body of text fields and one file.
func form(t *testing.T, name string, data []byte, fields map[string]string) (body []byte, kind header) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = part.Write(data)
	require.NoError(t, err)
	for k, v := range fields {
		require.NoError(t, w.WriteField(k, v))
	}
	require.NoError(t, w.Close())
	return b.Bytes(), header{"Content-Type", w.FormDataContentType()}
}

var png = append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), make([]byte, 3_000_000)...)

func TestFiles(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		up := func(token, name string, data []byte) *answer {
			body, kind := form(t, name, data, nil)
			return w.ok("POST", "/files", token, body, kind)
		}
		bob, _ := w.member("bob@example.com", "member")

		t.Run("bytes come back as they went in, to who sent them alone", func(t *testing.T) {
			f := up(w.owner, "图 1.png", png)
			require.Equal(t, "image/png", f.str("type"))
			require.Equal(t, "图 1.png", f.str("name"))
			got := w.ok("GET", f.str("url"), w.owner, nil)
			require.Equal(t, png, got.Raw)
			require.Equal(t, "nosniff", got.Header.Get("X-Content-Type-Options"))
			require.Contains(t, got.Header.Get("Content-Disposition"), "inline")
			w.refused(404, "file.notFound", "GET", f.str("url"), bob, nil)
			require.Equal(t, 304, w.do("GET", f.str("url"), w.owner, nil, header{"If-None-Match", got.Header.Get("ETag")}).Status)
		})
		t.Run("what a browser could run is a download, whatever it is called", func(t *testing.T) {
			for _, name := range []string{"a.html", "a.svg", "a.png", "a.js"} {
				f := up(w.owner, name, []byte("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"))
				got := w.ok("GET", f.str("url"), w.owner, nil)
				require.Contains(t, got.Header.Get("Content-Disposition"), "attachment", name)
				require.Equal(t, "application/octet-stream", got.Header.Get("Content-Type"), name)
				require.Contains(t, got.Header.Get("Content-Security-Policy"), "sandbox")
			}
		})
		t.Run("who may read a record that holds it reads it by the record's address", func(t *testing.T) {
			f := up(w.owner, "合同.pdf", []byte("%PDF-1.7"))
			id := w.record(p, w.owner, m{"name": "华信", "papers": []any{m{"id": f.str("id")}}})
			r := w.ok("GET", p.records()+"/"+id, bob, nil)
			url := r.str("fields", "papers", 0, "url")
			require.Equal(t, "%PDF-1.7", string(w.ok("GET", url, bob, nil).Raw))
			role := w.ok("POST", "/roles", w.owner, m{"name": "无附件", "grants": []any{m{"entity": p.ent, "read": true, "fields": m{"papers": "hidden"}}}}).str("id")
			spy, _ := w.member("spy@example.com", role)
			w.refused(404, "file.notFound", "GET", url, spy, nil)
			w.ok("PATCH", p.records()+"/"+id, w.owner, m{"fields": m{"papers": nil}})
			w.refused(404, "file.notFound", "GET", url, bob, nil)
		})
		t.Run("a lookup shows the files of linked records to who may read it", func(t *testing.T) {
			ent := w.ok("POST", "/apps/"+p.app+"/entities", w.owner, m{"name": "合同", "fields": []any{
				m{"key": "no", "name": "编号", "type": "text"},
				m{"key": "customer", "name": "客户", "type": "link", "options": m{"entity": p.ent, "many": true}},
			}}).str("id")
			deals := place{p.app, ent}
			look := w.ok("POST", "/entities/"+ent+"/fields", w.owner, m{"key": "papers", "name": "客户附件", "type": "lookup", "options": m{"link": "customer", "field": "papers"}})
			require.Equal(t, "attachment", look.str("options", "shows", "type"))
			a, b := up(w.owner, "甲.pdf", []byte("%PDF-1")), up(w.owner, "乙.pdf", []byte("%PDF-2"))
			one := w.record(p, w.owner, m{"name": "甲", "papers": []any{m{"id": a.str("id")}, m{"id": b.str("id")}}})
			two := w.record(p, w.owner, m{"name": "乙", "papers": []any{m{"id": b.str("id")}}})
			id := w.record(deals, w.owner, m{"no": "1", "customer": []any{one, two}})
			r := w.ok("GET", deals.records()+"/"+id, bob, nil)
			require.Len(t, r.at("fields", "papers"), 2, "each once")
			require.Equal(t, "乙.pdf", r.str("fields", "papers", 1, "name"))
			url := r.str("fields", "papers", 1, "url")
			require.Equal(t, "%PDF-2", string(w.ok("GET", url, bob, nil).Raw))
			role := w.ok("POST", "/roles", w.owner, m{"name": "看不到附件", "grants": []any{
				m{"entity": p.ent, "read": true, "fields": m{"papers": "hidden"}}, m{"entity": ent, "read": true},
			}}).str("id")
			blind, _ := w.member("blind@example.com", role)
			require.Nil(t, w.ok("GET", deals.records()+"/"+id, blind, nil).at("fields", "papers"))
			w.refused(404, "file.notFound", "GET", url, blind, nil)
			w.ok("PATCH", p.records()+"/"+one, w.owner, m{"fields": m{"papers": nil}})
			require.Len(t, w.ok("GET", deals.records()+"/"+id, bob, nil).at("fields", "papers"), 1)
		})
		t.Run("a smaller picture goes by the rights of its file and may be kept", func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 400, 200)), nil))
			f := up(w.owner, "a.jpg", b.Bytes())
			id := w.record(p, w.owner, m{"name": "图", "papers": []any{m{"id": f.str("id")}}})
			at := f.str("url") + "/thumb?size=90"
			w.refused(404, "file.notFound", "GET", at, bob, nil)
			got := w.ok("GET", at+"&entity="+p.ent+"&record="+id, bob, nil)
			conf, err := jpeg.DecodeConfig(bytes.NewReader(got.Raw))
			require.NoError(t, err)
			require.Equal(t, image.Pt(96, 48), image.Pt(conf.Width, conf.Height))
			require.Equal(t, "image/jpeg", got.Header.Get("Content-Type"))
			require.Equal(t, "private, max-age=31536000, immutable", got.Header.Get("Cache-Control"))
			require.Equal(t, 304, w.do("GET", at, w.owner, nil, header{"If-None-Match", got.Header.Get("ETag")}).Status)
			w.refused(422, "file.thumbSize", "GET", f.str("url")+"/thumb?size=5000", w.owner, nil)
			w.refused(422, "file.noThumb", "GET", up(w.owner, "a.txt", []byte("x")).str("url")+"/thumb", w.owner, nil)
			broken := up(w.owner, "a.png", png)
			require.Equal(t, png, w.ok("GET", broken.str("url")+"/thumb", w.owner, nil).Raw, "of which none can be made is sent whole")
		})
		t.Run("another's file cannot be attached to one's own record to read it", func(t *testing.T) {
			f := up(w.owner, "geheim.txt", []byte("x"))
			a := w.do("POST", p.records(), bob, m{"fields": m{"papers": []any{m{"id": f.str("id")}}}})
			require.Equal(t, 422, a.Status, "%s", a.Raw)
		})
		t.Run("the same bytes twice are two files", func(t *testing.T) {
			a, b := up(w.owner, "a.txt", []byte("gleich")), up(bob, "b.txt", []byte("gleich"))
			require.NotEqual(t, a.str("id"), b.str("id"))
			require.Equal(t, "gleich", string(w.ok("GET", b.str("url"), bob, nil).Raw))
		})
		t.Run("what is no upload is refused", func(t *testing.T) {
			w.refused(400, "request.contentType", "POST", "/files", w.owner, m{})
			w.refused(400, "request.cut", "POST", "/files", w.owner, "--x\r\nbroken", header{"Content-Type", "multipart/form-data; boundary=x"})
			body, kind := form(t, "..", []byte("x"), nil)
			a := w.do("POST", "/files", w.owner, body, kind)
			require.Equal(t, 422, a.Status, "%s", a.Raw)
			body, kind = form(t, "../../etc/passwd", []byte("x"), nil)
			require.Equal(t, "passwd", w.ok("POST", "/files", w.owner, body, kind).str("name"))
		})
	})
}

func (w *world) finished(path, token string) *answer {
	w.t.Helper()
	var a *answer
	require.Eventually(w.t, func() bool {
		a = w.ok("GET", path, token, nil)
		s := a.str("state")
		return s != "queued" && s != "running"
	}, 20*time.Second, 20*time.Millisecond)
	return a
}

func TestImportAndExport(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		csv := []byte("名称,金额,行业\r\n华信,1.25,金融\r\n恒通,zwölf,零售\r\n\"两\n行\",3.50,零售\r\n")

		t.Run("a preview says how the file is read, and keeps it", func(t *testing.T) {
			body, kind := form(t, "客户.csv", csv, nil)
			a := w.ok("POST", "/entities/"+p.ent+"/imports/preview", w.owner, body, kind)
			require.Len(t, a.list("headers"), 3)
			require.NotEmpty(t, a.str("file"))
			b := w.ok("POST", "/entities/"+p.ent+"/imports/preview", w.owner, m{"file": a.str("file"), "delimiter": ","})
			require.Equal(t, a.at("headers"), b.at("headers"))
			bob, _ := w.member("bob@example.com", "member")
			w.refused(404, "file.notFound", "POST", "/entities/"+p.ent+"/imports/preview", bob, m{"file": a.str("file")})
		})
		t.Run("what is wrong with the request is told before anything is kept", func(t *testing.T) {
			viewer, _ := w.member("viewer@example.com", "viewer")
			nonsense := header{"Content-Type", "multipart/form-data; boundary=x"}
			w.refused(403, "access.create", "POST", "/entities/"+p.ent+"/imports", viewer, "never read", nonsense)
			w.refused(403, "access.create", "POST", "/entities/"+p.ent+"/imports/preview", viewer, "never read", nonsense)
			for field, value := range map[string]string{"encoding": "utf-9", "delimiter": "abc", "mapping": "{", "createFields": `true,"createChoices":true`} {
				body, kind := form(t, "客户.csv", csv, map[string]string{field: value})
				require.Equal(t, field, w.do("POST", "/entities/"+p.ent+"/imports", w.owner, body, kind).str("field"), value)
			}
		})
		t.Run("good rows go in, bad ones are listed", func(t *testing.T) {
			body, kind := form(t, "客户.csv", csv, map[string]string{"mapping": `{"行业":null}`})
			a := w.do("POST", "/entities/"+p.ent+"/imports", w.owner, body, kind)
			require.Equal(t, 202, a.Status, "%s", a.Raw)
			j := w.finished("/imports/"+a.str("id"), w.owner)
			require.Equal(t, "done", j.str("state"))
			require.InDelta(t, 1, j.at("failed"), 0)
			require.NotEmpty(t, j.str("errors", 0, "detail"))
			require.Contains(t, string(w.ok("GET", j.str("errorFileUrl"), w.owner, nil).Raw), "zwölf")
			q := w.ok("POST", p.records()+"/query", w.owner, m{"count": true, "filter": m{"field": "industry", "op": "isEmpty"}})
			require.InDelta(t, 2, q.at("count"), 0)
			w.ok("POST", "/imports/"+a.str("id")+"/undo", w.owner, m{})
			require.Eventually(t, func() bool {
				return w.ok("GET", "/imports/"+a.str("id"), w.owner, nil).str("state") == "undone"
			}, 10*time.Second, 20*time.Millisecond)
		})
		t.Run("bad requests name what is wrong", func(t *testing.T) {
			for field, value := range map[string]string{"mapping": `{"a":1}`, "upsertOn": `"x"`, "createFields": `1`, "zzz": `1`} {
				body, kind := form(t, "a.csv", csv, map[string]string{field: value})
				a := w.do("POST", "/entities/"+p.ent+"/imports", w.owner, body, kind)
				require.Equal(t, 422, a.Status, "%s: %s", field, a.Raw)
				require.True(t, strings.HasPrefix(a.str("field"), field), "%s", a.Raw)
			}
		})
		t.Run("an export holds what its reader may see", func(t *testing.T) {
			w.record(p, w.owner, m{"name": "出口", "secret": canary})
			role := w.ok("POST", "/roles", w.owner, m{"name": "出", "grants": []any{m{"entity": p.ent, "read": true, "export": true, "fields": m{"secret": "hidden"}}}}).str("id")
			spy, _ := w.member("spy@example.com", role)
			for _, format := range []string{"csv", "jsonl"} {
				for token, want := range map[string]bool{w.owner: true, spy: false} {
					a := w.do("POST", "/entities/"+p.ent+"/exports", token, m{"format": format})
					require.Equal(t, 202, a.Status, "%s", a.Raw)
					j := w.finished("/exports/"+a.str("id"), token)
					require.Equal(t, "done", j.str("state"), "%s", j.Raw)
					got := string(w.ok("GET", j.str("fileUrl"), token, nil).Raw)
					require.Contains(t, got, "出口")
					require.Equal(t, want, strings.Contains(got, canary), format)
				}
			}
			viewer, _ := w.member("v@example.com", "viewer")
			a := w.do("POST", "/entities/"+p.ent+"/exports", viewer, m{"format": "csv"})
			require.Equal(t, 403, a.Status, "%s", a.Raw)
		})
	})
}
