package text_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/server/text"
)

func load(t *testing.T) *text.Catalogue {
	t.Helper()
	c, err := text.Load()
	require.NoError(t, err)
	return c
}

func TestCatalogue_Say(t *testing.T) {
	c := load(t)
	require.Equal(t, "密码至少需要 8 个字符。", c.Say("zh-CN", "user.password.short", map[string]any{"min": 8}))
	require.Equal(t, "no.such.code", c.Say("en", "no.such.code", nil))
	require.Equal(t, "日期不能用于“*”运算。", c.Say("zh-CN", "formula.operand", map[string]any{"operator": "*", "got": "@formula.kind.date"}))
}

func TestPick(t *testing.T) {
	for name, c := range map[string]struct{ locale, accept, want string }{
		"the user's own language wins":     {"zh-CN", "en", "zh-CN"},
		"weights are obeyed":               {"", "en;q=0.5, zh-TW;q=0.9", "zh-CN"},
		"nothing known gives English":      {"", "fr, de;q=0.9", "en"},
		"a broken header gives English":    {"", ";;;q=x,,", "en"},
		"a language that is not spoken":    {"fr", "zh", "zh-CN"},
		"refused languages are not chosen": {"", "zh;q=0, en;q=0.1", "en"},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, text.Pick(c.locale, c.accept)) })
	}
}

var placeholder = regexp.MustCompile(`\{[a-zA-Z]+\}`)

func TestLanguagesHaveTheSameTextsAndPlaceholders(t *testing.T) {
	c := load(t)
	zh, en := c.Texts("zh-CN"), c.Texts("en")
	for code, s := range en {
		other, ok := zh[code]
		require.True(t, ok, "%s has no Chinese text", code)
		a, b := placeholder.FindAllString(s, -1), placeholder.FindAllString(other, -1)
		slices.Sort(a)
		slices.Sort(b)
		require.Equal(t, a, b, code)
	}
	for code := range zh {
		require.Contains(t, en, code)
	}
}

func TestEveryErrorCodeInTheCodeHasAText(t *testing.T) {
	en := load(t).Texts("en")
	found := codes(t, en)
	for place, code := range found {
		_, ok := en[code]
		require.True(t, ok, "%s, used at %s, has no text", code, place)
	}
	require.Greater(t, len(found), 150, "the search for codes found too few to be believed")
}

// Codes stand in the code as dotted words whose first word is one of the
// catalogue's; two packages put theirs together with a prefix.
var (
	dotted   = regexp.MustCompile(`"([a-z][A-Za-z]*(?:\.[a-z][A-Za-z0-9]*)+)"`)
	ofField  = regexp.MustCompile(`\bbad\(f, "([A-Za-z]+)"\)`)
	ofImport = regexp.MustCompile(`\brefuse\("([A-Za-z]+)"\)`)
	named    = regexp.MustCompile(`fail\.New\(fail\.[A-Z]\w*, "([^"]+)"\)`)
	files    = []string{"go", "json", "html", "txt", "csv", "xlsx", "db", "key"}
)

// codes finds the codes of errors in the program's own source, by place.
func codes(t *testing.T, en map[string]string) map[string]string {
	t.Helper()
	first := map[string]bool{}
	for code := range en {
		word, _, _ := strings.Cut(code, ".")
		first[word] = true
	}
	out := map[string]string{}
	for _, dir := range []string{"schema", "runtime", "server"} {
		root := filepath.Join("..", "..", dir)
		require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "storetest") {
				return err
			}
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for i, line := range strings.Split(string(src), "\n") {
				place := path + ":" + strconv.Itoa(i+1)
				for _, code := range codesIn(path, line, first) {
					out[place+" "+code] = code
				}
			}
			return nil
		}))
	}
	return out
}

func codesIn(path, line string, first map[string]bool) []string {
	var out []string
	line, _, _ = strings.Cut(line, "//")
	for _, m := range named.FindAllStringSubmatch(line, -1) {
		if !strings.HasSuffix(m[1], ".") {
			out = append(out, m[1])
		}
	}
	for _, m := range dotted.FindAllStringSubmatch(line, -1) {
		word, _, _ := strings.Cut(m[1], ".")
		last := m[1][strings.LastIndex(m[1], ".")+1:]
		if first[word] && !slices.Contains(files, last) && !strings.Contains(line, `On("`+m[1]) {
			out = append(out, m[1])
		}
	}
	if strings.Contains(path, "schema/field/") {
		for _, m := range ofField.FindAllStringSubmatch(line, -1) {
			out = append(out, "field."+m[1])
		}
	}
	if strings.Contains(path, "runtime/ingest/") {
		for _, m := range ofImport.FindAllStringSubmatch(line, -1) {
			out = append(out, "import."+m[1])
		}
	}
	return out
}
