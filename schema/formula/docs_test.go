package formula_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/schema/formula"
)

// pageTexts are the words of the guide's pages of functions, by language.
var pageTexts = map[string]map[string]string{
	"zh-CN": {
		"title": "公式", "intro": "公式用 `{字段名}` 引用字段，用 `&` 连接文本，用 `+ - * /` 计算，用 `= != < > <= >=` 比较；全角括号和逗号也可以。公式按字段编号保存，字段改名不会影响公式。\n\n空值不等于 0：加减时当作 0，比较大小时不成立。出错时显示 `#DIV/0!`、`#VALUE!`、`#NUM!`、`#REF!`、`#LIMIT!` 或 `#ERROR!`，可用 IFERROR 处理。金额和小数按十进制精确计算。",
		"head": "| 函数 | 说明 | 例子 |", "logic": "逻辑", "number": "数字", "text": "文本", "list": "列表", "date": "日期和时间", "record": "记录", "business": "业务", "volatile": "（查看时计算）",
	},
	"en": {
		"title": "Formulas", "intro": "A formula names fields as `{Field name}`, joins texts with `&`, computes with `+ - * /` and compares with `= != < > <= >=`. It is kept by the ids of its fields: renaming a field breaks no formula.\n\nBlank is not 0: it counts as 0 in sums, and is neither less nor greater than anything. Errors show as `#DIV/0!`, `#VALUE!`, `#NUM!`, `#REF!`, `#LIMIT!` or `#ERROR!`; IFERROR catches them. Money and decimals are computed exactly.",
		"head": "| function | what it does | example |", "logic": "Logic", "number": "Numbers", "text": "Text", "list": "Lists", "date": "Dates and times", "record": "Records", "business": "Business", "volatile": " (computed when looked at)",
	},
}

func page(lang string) string {
	w := pageTexts[lang]
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n", w["title"], w["intro"])
	category := ""
	cell := strings.NewReplacer("|", `\|`)
	for _, f := range formula.Functions() {
		if f.Category != category {
			category = f.Category
			fmt.Fprintf(&b, "\n## %s\n\n%s\n|---|---|---|\n", w[category], w["head"])
		}
		doc := f.Doc[lang]
		if f.Volatile {
			doc += w["volatile"]
		}
		x := f.Examples[0]
		fmt.Fprintf(&b, "| `%s` | %s | `%s` → `%s` |\n", signature(f), cell.Replace(doc), cell.Replace(x.Formula), cell.Replace(x.Result))
	}
	return b.String()
}

// signature writes a function with its parameters: [optional], repeated….
func signature(f formula.Function) string {
	params := make([]string, len(f.Params))
	for i, p := range f.Params {
		params[i] = p.Name
		if p.Repeat {
			params[i] += "…"
		}
		if p.Optional {
			params[i] = "[" + params[i] + "]"
		}
	}
	return f.Name + "(" + strings.Join(params, ", ") + ")"
}

func TestTheGuideDescribesEveryFunction(t *testing.T) {
	for lang := range pageTexts {
		name := "../../docs/guide/formula." + lang + ".md"
		if *fill {
			require.NoError(t, os.WriteFile(name, []byte(page(lang)), 0o600))
		}
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, page(lang), string(b), "write it anew: go test ./schema/formula -run Guide -fill")
	}
}
