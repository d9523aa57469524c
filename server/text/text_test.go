package text_test

import (
	"go/ast"
	"go/parser"
	"go/token"
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
	found := 0
	for place, code := range codes(t, "../..") {
		found++
		_, ok := en[code]
		require.True(t, ok, "%s, used at %s, has no text", code, place)
	}
	require.Greater(t, found, 40, "the search for codes found too few to be believed")
}

// codes finds the literal codes of fail.New calls and fail.Error literals.
func codes(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	set := token.NewFileSet()
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(set, path, src, parser.SkipObjectResolution)
		if err != nil {
			return nil //nolint:nilerr // the compiler says it better
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit := codeOf(n); lit != nil {
				if code, err := strconv.Unquote(lit.Value); err == nil && code != "" {
					out[set.Position(lit.Pos()).String()] = code
				}
			}
			return true
		})
		return nil
	}))
	return out
}

func codeOf(n ast.Node) *ast.BasicLit {
	switch n := n.(type) {
	case *ast.CallExpr:
		if isFail(n.Fun, "New") && len(n.Args) == 2 {
			return literal(n.Args[1])
		}
	case *ast.CompositeLit:
		if !isFail(n.Type, "Error") {
			return nil
		}
		for _, el := range n.Elts {
			if kv, ok := el.(*ast.KeyValueExpr); ok {
				if id, ok := kv.Key.(*ast.Ident); ok && id.Name == "Code" {
					return literal(kv.Value)
				}
			}
		}
	}
	return nil
}

func literal(e ast.Expr) *ast.BasicLit {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		return lit
	}
	return nil
}

func isFail(e ast.Expr, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && id.Name == "fail"
}
