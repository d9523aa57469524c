package field_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// world is what testdata/README.md says of people and records.
type world struct{ zone *time.Location }

func (world) User(text string) (schema.UserID, bool) {
	if text == "zhang@example.com" || text == "张经理" {
		return 7, true
	}
	return 1, text == "王老板"
}

func (world) Record(e schema.EntityID, text string) (schema.RecordID, bool) {
	switch {
	case e != 5:
	case text == "华信科技":
		return 9, true
	case text == "华信, 集团":
		return 10, true
	}
	return 0, false
}

type called struct{ world }

func (called) User(u schema.UserID) string {
	return map[schema.UserID]string{1: "王老板", 7: "张经理"}[u]
}

func (called) Record(e schema.EntityID, r schema.RecordID) (string, bool) {
	title, ok := map[schema.RecordID]string{9: "华信科技", 10: "华信, 集团"}[r]
	return title, ok && e == 5
}

func (called) File(f schema.FileID) (field.FileInfo, bool) {
	return field.FileInfo{ID: f, Name: "报价, 终稿.pdf", Size: 12, Type: "application/pdf", URL: "/f/7"}, f == 7
}

func (world) Department(text string) (schema.DeptID, bool) { return 3, text == "销售部" }

func (world) Role(text string) (schema.RoleID, bool) {
	if text == "成员" {
		return schema.RoleMember, true
	}
	return 99, text == "客服"
}

func (called) Department(d schema.DeptID) string { return map[schema.DeptID]string{3: "销售部"}[d] }

func (called) Role(r schema.RoleID) string {
	return map[schema.RoleID]string{99: "客服", schema.RoleMember: "成员"}[r]
}

func (c called) Zone() *time.Location { return c.zone }

func testEnv(t testing.TB) (*field.Env, called) {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	now := time.Date(2026, 11, 22, 16, 30, 0, 0, zone)
	return &field.Env{Now: now, Zone: zone, Me: 1, Find: world{zone}}, called{world{zone}}
}

// corpusCase is one case of testdata.
type corpusCase struct {
	file, how, typ, options, input, want string
	line                                 int
}

func readCorpus(t testing.TB) []corpusCase {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	more, err := filepath.Glob("testdata/model/*.txt")
	require.NoError(t, err)
	files = append(files, more...)
	var all []corpusCase
	for _, name := range files {
		raw, err := os.ReadFile(name)
		require.NoError(t, err)
		lines := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
		for i := 0; i < len(lines); i++ {
			if lines[i] == "" || strings.HasPrefix(lines[i], "#") {
				continue
			}
			c := corpusCase{file: filepath.Base(name), line: i + 1}
			head := strings.SplitN(lines[i], " ", 3)
			require.GreaterOrEqual(t, len(head), 2, "%s:%d", c.file, c.line)
			c.how, c.typ = head[0], head[1]
			if len(head) == 3 {
				c.options = head[2]
			}
			from := i + 1
			for i++; i < len(lines) && lines[i] != "----"; i++ {
			}
			require.Less(t, i+1, len(lines), "%s:%d has no ----", c.file, c.line)
			c.input = strings.Join(lines[from:i], "\n")
			from = i + 1
			for i++; i < len(lines) && lines[i] != ""; i++ {
			}
			c.want = strings.Join(lines[from:min(i, len(lines))], "\n")
			all = append(all, c)
		}
	}
	return all
}

func (c corpusCase) field(t testing.TB) (*schema.Field, field.Type) {
	t.Helper()
	typ, ok := field.Of(c.typ)
	require.True(t, ok, c.typ)
	f := &schema.Field{ID: 1, Key: "f", Name: "F", Type: c.typ}
	if c.options != "" {
		require.NoError(t, json.Unmarshal([]byte(c.options), &f.Options))
	}
	if c.typ == "link" && f.Options.Entity == 0 {
		f.Options.Entity = 5
	}
	require.NoError(t, typ.Check(f))
	return f, typ
}

func (c corpusCase) parse(t testing.TB, f *schema.Field, typ field.Type, env *field.Env) (schema.Value, error) {
	t.Helper()
	switch c.how {
	case "text":
		return typ.ParseText(f, c.input, env)
	case "quoted":
		var s string
		require.NoError(t, json.Unmarshal([]byte(c.input), &s))
		return typ.ParseText(f, s, env)
	case "json", "cast":
		in, err := field.Decode([]byte(c.input))
		require.NoError(t, err)
		cast := *env
		cast.Typecast = c.how == "cast"
		return typ.Parse(f, in, &cast)
	}
	return nil, fmt.Errorf("unknown word %q", c.how)
}

func TestEveryCaseOfTheCorpusComesOutAsWritten(t *testing.T) {
	env, names := testEnv(t)
	seen := map[string]bool{}
	for _, c := range readCorpus(t) {
		seen[c.typ] = true
		f, typ := c.field(t)
		v, err := c.parse(t, f, typ, env)
		if code, ok := strings.CutPrefix(c.want, "error "); ok {
			require.Error(t, err, "%s:%d gives %v", c.file, c.line, v)
			e := fail.Of(err)
			require.NotNil(t, e, "%s:%d", c.file, c.line)
			require.Equal(t, code, e.Code, "%s:%d", c.file, c.line)
			require.Equal(t, fail.Invalid, e.Kind)
			require.Equal(t, "f", e.Field)
			continue
		}
		require.NoError(t, err, "%s:%d", c.file, c.line)
		got := typ.AppendJSON(nil, f, v, names)
		require.JSONEq(t, c.want, string(got), "%s:%d", c.file, c.line)

		// What the API shows can be given back, and so can the text of a cell.
		back, err := field.Decode(got)
		require.NoError(t, err)
		if c.typ == field.Secret { // it is given back to say that it stays
			require.True(t, v == nil || field.KeepsSecret(back), "%s:%d", c.file, c.line)
			continue
		}
		again, err := typ.Parse(f, back, env)
		require.NoError(t, err, "%s:%d %s", c.file, c.line, got)
		require.Equal(t, v, again, "%s:%d", c.file, c.line)
		if !field.HoldsFiles(f) {
			text := typ.Text(f, v, names)
			again, err = typ.ParseText(f, text, env)
			require.NoError(t, err, "%s:%d %q", c.file, c.line, text)
			require.Equal(t, v, again, "%s:%d %q", c.file, c.line, text)
		}
	}
	for _, typ := range field.All() {
		if field.IsComputed(&schema.Field{Type: typ.Name()}) || typ.Traits(nil).Kind == 0 {
			continue
		}
		require.True(t, seen[typ.Name()], "the corpus has no case of %s", typ.Name())
	}
}
