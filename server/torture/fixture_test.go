package torture

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// fixtures holds a data folder of each format that a release has had. Make a
// new one, beside the old ones, with TONGBAN_FIXTURE=name go test -run Fixture.
const fixtures = "testdata"

func TestADataFolderOfAnOlderReleaseOpens(t *testing.T) {
	all, err := filepath.Glob(filepath.Join(fixtures, "*.tar.gz"))
	require.NoError(t, err)
	require.NotEmpty(t, all)
	for _, path := range all {
		t.Run(filepath.Base(path), func(t *testing.T) {
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.Less(t, info.Size(), int64(100<<10))
			p := &program{t: t, data: t.TempDir()}
			unpack(t, path, p.data)
			t.Cleanup(p.kill)
			p.start()
			readFixture(t, p)
			p.kill()
			p.start() // what the first start may have changed opens too
			readFixture(t, p)
			_, err = p.stop()
			require.NoError(t, err)
			out, err := p.command("fsck").CombinedOutput()
			require.NoError(t, err, "%s", out)
		})
	}
}

// readFixture wants all that makeFixture has made.
func readFixture(t *testing.T, p *program) {
	t.Helper()
	p.token = p.ok("POST", "/auth/login", row{"email": "owner@example.com", "password": password}).str("token")
	entities := p.ok("GET", "/apps", nil).list("items")
	require.Len(t, entities, 1)
	app, _ := entities[0]["id"].(string)
	ents := p.ok("GET", "/apps/"+app+"/entities", nil).list("items")
	require.Len(t, ents, 1)
	l := &ledger{t: t, app: app}
	l.ent, _ = ents[0]["id"].(string)
	byCode := map[string]row{}
	var path string
	for _, r := range l.all(p) {
		f, _ := r["fields"].(row)
		c, _ := f["code"].(string)
		byCode[c] = f
		if id, _ := r["id"].(string); c == "one" {
			path = l.records() + "/" + id
		}
	}
	require.Len(t, byCode, 2, "one of three is in the trash")
	require.Equal(t, "张三 café 𠮷", byCode["one"]["name"])
	require.InDelta(t, 2, byCode["one"]["n"], 0)
	require.Equal(t, "A1", byCode["one"]["no"])
	require.Equal(t, "1234.50", byCode["one"]["amount"])
	require.Equal(t, "2026-11-22", byCode["one"]["day"])
	stage, _ := byCode["one"]["stage"].(row)
	require.Equal(t, "赢单", stage["name"])
	files, _ := byCode["one"]["papers"].([]any)
	require.Len(t, files, 1)
	url, _ := files[0].(row)["url"].(string)
	require.Equal(t, "bytes of a file", string(p.ok("GET", url, nil).Raw))
	require.Len(t, p.ok("GET", path+"/history", nil).list("items"), 2)
	require.Len(t, p.ok("GET", path+"/comments", nil).list("items"), 1)
	// What is kept beside the values counts as it did: the search index, unique
	// values, keys that texts are sorted by (李 lǐ, 张 zhāng).
	found := p.ok("POST", l.records()+"/query", row{"search": "张三"}).list("records")
	require.Len(t, found, 1)
	taken := p.do("POST", l.records(), row{"fields": row{"name": "又", "code": "ONE"}})
	require.Equal(t, []any{422, "field.notUnique"}, []any{taken.Status, taken.str("code")}, "%s", taken.Raw)
	sorted := p.ok("POST", l.records()+"/query", row{"sort": []any{row{"field": "name", "dir": "asc"}}}).list("records")
	require.Equal(t, []any{"李四", "张三 café 𠮷"}, []any{sorted[0]["fields"].(row)["name"], sorted[1]["fields"].(row)["name"]})
	filtered := p.ok("POST", l.records()+"/query", row{"filter": row{"field": "stage", "op": "eq", "value": "赢单"}}).list("records")
	require.Len(t, filtered, 1)
	views := p.ok("GET", "/entities/"+l.ent+"/views", nil).list("items")
	names := []any{}
	for _, v := range views {
		names = append(names, v["name"])
	}
	require.Contains(t, names, "赢单的")
	require.Len(t, p.ok("GET", "/members", nil).list("items"), 2)
	owner := p.token
	p.token = p.ok("POST", "/auth/login", row{"email": "member@example.com", "password": password}).str("token")
	require.Equal(t, 404, p.do("GET", "/entities/"+l.ent+"/records", nil).Status, "rights as they were")
	p.token = owner
	number := p.ok("POST", l.records(), row{"fields": row{"name": "新"}})
	require.NotEqual(t, "A1", number.JSON["fields"].(row)["no"])
	p.ok("DELETE", l.records()+"/"+number.str("id"), nil)
}

// TestFixture_isMade makes a fixture of today's format when it is asked to.
func TestFixture_isMade(t *testing.T) {
	name := os.Getenv("TONGBAN_FIXTURE")
	if name == "" {
		t.Skip("set TONGBAN_FIXTURE=name to make testdata/name.tar.gz")
	}
	p := newProgram(t, t.TempDir())
	makeFixture(t, p)
	_, err := p.stop()
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(fixtures, 0o755))
	pack(t, p.data, filepath.Join(fixtures, name+".tar.gz"))
}

func makeFixture(t *testing.T, p *program) {
	t.Helper()
	l := &ledger{t: t}
	l.app = p.ok("POST", "/apps", row{"name": "账本"}).str("id")
	l.ent = p.ok("POST", "/apps/"+l.app+"/entities", row{"name": "条目", "fields": []any{
		row{"key": "name", "name": "名称", "type": "text"},
		row{"key": "code", "name": "编码", "type": "text", "unique": true},
		row{"key": "n", "name": "步", "type": "number"},
		row{"key": "no", "name": "单号", "type": "autoNumber", "options": row{"pattern": "A{0}"}},
		row{"key": "amount", "name": "金额", "type": "decimal", "options": row{"scale": 2}},
		row{"key": "day", "name": "日期", "type": "date"},
		row{"key": "stage", "name": "阶段", "type": "singleSelect", "options": row{"choices": []any{row{"name": "赢单"}, row{"name": "输单"}}}},
		row{"key": "papers", "name": "附件", "type": "attachment"},
	}}).str("id")
	file := p.ok("POST", "/files", upload(t, "合同.txt", "bytes of a file")).str("id")
	one := l.entry(p, row{"name": "张三 café 𠮷", "code": "one", "n": 1, "amount": "1234.50", "day": "2026-11-22", "stage": "赢单", "papers": []any{row{"id": file}}})
	p.ok("PATCH", one, row{"fields": row{"n": 2}})
	l.entry(p, row{"name": "李四", "code": "two"})
	p.ok("DELETE", l.entry(p, row{"name": "王五", "code": "three"}), nil)
	p.ok("POST", one+"/comments", row{"text": "评论"})
	p.ok("POST", "/entities/"+l.ent+"/views", row{"name": "赢单的", "type": "grid", "filter": row{"field": "stage", "op": "eq", "value": "赢单"}})
	role := p.ok("POST", "/roles", row{"name": "无权", "grants": []any{}}).str("id")
	p.ok("POST", "/members", row{"email": "member@example.com", "name": "成员", "password": password, "roles": []any{role}})
}

func pack(t *testing.T, from, to string) {
	t.Helper()
	out, err := os.Create(to)
	require.NoError(t, err)
	gz, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	require.NoError(t, err)
	tw := tar.NewWriter(gz)
	require.NoError(t, tw.AddFS(os.DirFS(from)))
	require.NoError(t, errors.Join(tw.Close(), gz.Close(), out.Close()))
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	gz, err := gzip.NewReader(in)
	require.NoError(t, err)
	for tr := tar.NewReader(gz); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		path := filepath.Join(to, filepath.FromSlash(h.Name))
		if h.FileInfo().IsDir() {
			require.NoError(t, os.MkdirAll(path, 0o700))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		b, err := io.ReadAll(tr)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, b, 0o600))
	}
}
