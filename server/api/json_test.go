package api_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The bodies below are what RFC 8259 says of JSON: accepted are values that
// every reader must take, refused are bodies that none may take, and open are
// those where readers may choose. They stand for the areas that test suites of
// parsers know: numbers, strings, structures, literals, encodings, depth.

func acceptedJSON() []string {
	return []string{
		// numbers
		"0", "-0", "1", "-1", "123", "0.5", "-0.5", "1.000", "123.456", "1e1", "1E1", "1e+1", "1E+1", "1e-1", "1E-1", "0e1", "0e+1", "0E-1", "-1.5e2", "20e1", "9007199254740993", "123123e100",
		"0.00000000000000000000000000000000000000000000000000000000000000001", " 1 ", "\n1\t", "[-0]", "[1,2,3]", "[4.5e0]",
		// strings
		`""`, `" "`, `"a"`, `"\""`, `"\\"`, `"\/"`, `"\b"`, `"\f"`, `"\n"`, `"\r"`, `"\t"`, `"\u0060"`, `"\u012a"`, `"\u00E9"`, `"\ud83d\ude39"`, `"\ud834\udd1e"`, `"\uD801\udc37"`, `"\uDBFF\uDFFF"`,
		`"\uFFFF"`, `"\uFFFE"`, `"\u2028\u2029"`, `"\u005C\u0022"`, `"\u200B"`, `"\u2064"`, `"\uFDD0"`, `"\u0821"`, `"\\u0000"`, `"\\n"`, `"asd "`, `"日本"`, `"π"`, `"𝄞"`, "\"\U0010FFFF\"", "\"\u2028\"",
		"\"\x7f\"", `"a\/*b*\/c/*d//e"`, `"<!--"`, `"€𝄞"`, `["asd"]`, `[""]`,
		// structures and literals
		"[]", "[ ]", "[[]]", "[[] ]", "[1 ]", " [1]", "[1] ", "[\n1\n]", "{}", "{ }", `{"a":1}`, `{"a":{}}`, `{"":0}`, `{"a":"b","b":"a"}`, `{"a\u0062":1}`, "{\n\"a\": \"b\"\n}", "true", "false", "null",
		"[true]", "[false]", "[null]", "[1,null,null,null,2]", `[{"a":[]}]`, `{"x":[{"id":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}],"id":"x"}`,
	}
}

func refusedJSON() []string {
	out := []string{
		// numbers
		"-", "-a", "+1", "++1", "+Inf", "-Infinity", "Infinity", "NaN", "-NaN", "nan", "-01", "01", "012", "-012", "1.", "-2.", "2.e3", "2.e+3", "2.e-3", ".1", "-.1", ".2e-3", "0.1.2", "0.e1", "0.3e", "0.3e+",
		"0e", "0e+", "0E", "0E+", "1e", "1e+", "1.0e", "1.0e+", "1.0e-", "1eE2", "9.e+", "1 000", "1_000", "1+2", "0x1", "0x42", "--1", "-1x", "1a", "1ea", "1.2a", "１", "-foo", "[1 true]", "[0e]", "[-]",
		// strings
		`"`, `"a`, `'a'`, "`a`", `"\x00"`, `"\a"`, `"\0"`, `"\'"`, `"\u"`, `"\u0"`, `"\u00"`, `"\u00A"`, `"\u00G0"`, `"\U0041"`, `"\`, `"\\\"`, `"\u{41}"`, "\"a\nb\"", "\"a\tb\"", "\"a\rb\"", "\"\x00\"", "\"\x1f\"", "\"\x01\"",
		`"\uD800\u"`, `"\uD800\u1"`, `"\uD800\u1x"`, `"\🌀"`, `"a""b"`, `"a" "b"`, `\u0061`, `["\u00A"]`, `["x"`, `["x`, `[a`, `a`, `“a”`, "\xc3\xa9", `"x"x`, `\n`,
		// structures
		" ", "\n", "[", "]", "{", "}", "[[", "]]", "[]]", "{}}", "[}", "{]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1,,]", "[,", "[1 2]", "[1;2]", "[1:2]", "[1}", "[\"a\":1]", "[\"\",]", "[[1]", "[x]", "[x", "[*]", "[<a>]", "[\n", "[1],", "[1]x",
		"[1]]", "[][]", "{} {}", "{}#", "{}//", "{}/**/", "//{}", "/*a*/{}", "# a\n{}", `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{"a":1,,"b":2}`, `{,"a":1}`, `{"a",1}`, `{"a" 1}`, `{"a"::1}`, `{:1}`, `{1:1}`, `{a:1}`, `{'a':1}`,
		`{null:1}`, `{true:1}`, `{[]:1}`, `{{}:1}`, `{"a":1]`, `{"a":1 "b":2}`, `{"a":}`, `{"a":,}`, `{"a":"b}`, `{"a":a}`, `{"a":'b'}`, `{"a":/*c*/1}`, `{"a":1;}`, `{"a"}`, `{"a":1}x`, `{"a":1}#`, `{"a":1}//`, `{"a":1},`, `{a`, `{'`, `{"x"::"b"}`,
		"<a/>", "<.>", "(1)", "=1", "@", "$", "&", "*", "?", "\\", "/", "|", "^", "~", "\x00", "\x00{}", "{}\x00", "{\x00}", "\u2060{}", "\u00a0{}", "\f{}", "\v{}", "{\"a\":\u00a01}", "[1\f]", "\xff", "\xfe\xff", "{\"\xff\":1}", "\"\xed\xa0\x80\"", "\"\xc0\xaf\"", "\"\xf4\x90\x80\x80\"",
		"\"\xe2\x82\"", "[\"\xe0\xff\"]", "é", "\ufeff", "True", "TRUE", "False", "Null", "NULL", "nul", "tru", "fals", "truee", "nulll", "true1", "nul1", "undefined", "[nul]", "[tru]", "[fals]", "[True]", "void 0", "new Date()", "{}={}", "{}+{}",
	}
	const whole = `{"fields":{"name":"a\u00e9\n","qty":-1.5e+2,"more":[true,false,null,{"x":[]}]}}`
	for i := 1; i < len(whole); i++ {
		out = append(out, whole[:i]) // cut anywhere
	}
	return out
}

func openJSON() []string {
	return []string{
		"", `"\ud800"`, `"\udfff"`, `"\ud800\ud800"`, `"\ud83d\u0041"`, `"\udc00\ud800"`, `"\u0000"`, "1e400", "-1e400", "1e-400", "1e999999999999", "123456789012345678901234567890", "0." + strings.Repeat("1", 4000),
		strings.Repeat("9", 10_000), "1e" + strings.Repeat("9", 1000), `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, "\ufeff{}", strings.Repeat("[", 500) + strings.Repeat("]", 500), strings.Repeat("[", 100_000),
		strings.Repeat(`{"a":`, 100_000), strings.Repeat("[{\"\":", 50_000), strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), `"` + strings.Repeat("a", 300_000) + `"`, `"` + strings.Repeat(`\u0061`, 50_000) + `"`,
		"{" + strings.Repeat(" ", 300_000) + "}", "[" + strings.Repeat("0,", 100_000) + "0]", `{"__proto__":1}`, `{"constructor":{"prototype":{}}}`, `{"$where":"1"}`, `{"fields":{"$gt":""}}`,
		"{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", "\xff\xfe{\x00}\x00", "\xfe\xff\x00{\x00}", "\x00{\x00}",
	}
}

func TestJSON_is_read_as_its_standard_says_and_never_breaks_the_server(t *testing.T) {
	w := newWorld(t, nil)
	p := w.customers()
	id := w.record(p, w.owner, m{"name": "a"})
	doors := map[string][2]string{
		"create": {"POST", p.records()}, "query": {"POST", p.records() + "/query"}, "change": {"PATCH", p.records() + "/" + id}, "sign in": {"POST", "/auth/login"}, "new view": {"POST", "/entities/" + p.ent + "/views"},
	}
	bodies := 0
	each := func(class string, all []string, wrap func(string) string, check func(a *answer, body string)) {
		for _, body := range all {
			bodies++
			for name, d := range doors {
				if len(body) > 40_000 && name != "create" { // refused by its size, while it may still be on its way: see TestBodiesHaveLimits
					continue
				}
				a := w.do(d[0], d[1], w.owner, wrap(body))
				require.Less(t, a.Status, 500, "%s %s: %.80q answers %s", name, class, body, a.Raw)
				check(a, body)
			}
		}
	}
	plain := func(s string) string { return s }
	asText := func(s string) string { return `{"fields":{"name":` + s + `}}` }
	each("accepted", acceptedJSON(), plain, func(a *answer, body string) {
		require.NotEqual(t, "json.syntax", a.JSON["code"], "%s takes %q as JSON", a.what, body)
	})
	each("accepted as a value", acceptedJSON(), asText, func(a *answer, body string) {
		require.NotEqual(t, "json.syntax", a.JSON["code"], "%s takes %q as JSON", a.what, body)
	})
	each("refused", refusedJSON(), plain, func(a *answer, body string) {
		require.GreaterOrEqual(t, a.Status, 400, "%s with %q: %s", a.what, body, a.Raw)
		require.NotEmpty(t, a.str("code"), "%s with %q", a.what, body)
	})
	each("open", openJSON(), plain, func(*answer, string) {})
	each("open as a value", openJSON(), asText, func(*answer, string) {})
	require.Greater(t, bodies, 318)
	require.Equal(t, 200, w.do("GET", "/readyz", "", nil).Status)
	t.Logf("%d bodies through %d doors", bodies, len(doors))
}
