package textkey_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"tongban/schema/textkey"
)

func TestFoldJoinsWidthAndCase(t *testing.T) {
	for in, want := range map[string]string{
		"ABC":        "abc",
		"ＡＢＣ１２３":     "abc123",
		"Straße":     "strasse",
		"ｶﾞ":         "ガ",
		"①":          "1",
		"华东 A 区":     "华东 a 区",
		"e\u0301":    "é",
		"":           "",
		"\ufb03":     "ffi",
		"İ":          "i̇",
		"客户\n（重要）":   "客户\n(重要)",
		"\u1e9e":     "ss",
		"ΣΊΣΥΦΟΣ":    "σίσυφοσ",
		"\U00020bb7": "\U00020bb7",
	} {
		require.Equal(t, want, textkey.Fold(in), "%q", in)
	}
}

func TestFoldOfFoldedTextIsTheSame(t *testing.T) {
	for r := rune(1); r < 0x30000; r++ {
		if utf8.ValidRune(r) {
			once := textkey.Fold(string(r) + "\u0345a")
			require.Equal(t, once, textkey.Fold(once), "%U", r)
		}
	}
}

func FuzzFoldIsStable(f *testing.F) {
	f.Add("ΰ\u0345")
	f.Add("Ａ客户ß")
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip()
		}
		once := textkey.Fold(s)
		require.Equal(t, once, textkey.Fold(once))
		require.True(t, utf8.ValidString(textkey.Pinyin(s)))
		for _, g := range textkey.QueryGrams(s) {
			require.Contains(t, textkey.Grams("x"+s+"y"), g)
		}
	})
}

// Names as they occur: Han, lower-case Latin, digits and marks. Upper case and
// width differ only below the first level of the collation.
func randomName(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(6) {
		switch r.IntN(8) {
		case 0:
			b.WriteByte("abcdefghijklmnopqrstuvwxyz"[r.IntN(26)])
		case 1:
			b.WriteByte("0123456789"[r.IntN(10)])
		case 2:
			b.WriteByte(" _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"[r.IntN(33)])
		case 3:
			b.WriteRune(0x3400 + rune(r.IntN(6592)))
		case 4:
			b.WriteString([]string{"重", "仇", "曾", "单", "长", "张", "王", "李", "〇", "あ", "가"}[r.IntN(11)])
		default:
			b.WriteRune(0x4E00 + rune(r.IntN(20992)))
		}
	}
	return b.String()
}

func TestPinyinKeysSortAsTheChineseCollationDoes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	c := collate.New(language.MustParse("zh"))
	for range 200_000 {
		a, b := randomName(r), randomName(r)
		require.Equal(t, c.CompareString(a, b), strings.Compare(textkey.Pinyin(a), textkey.Pinyin(b)), "%q %q", a, b)
	}
}

func TestEveryHanCharacterHasItsPlaceInThePinyinOrder(t *testing.T) {
	var all []rune
	for r := rune(0x3400); r <= 0x9FFF; r++ {
		if r <= 0x4DBF || r >= 0x4E00 {
			all = append(all, r)
		}
	}
	c := collate.New(language.MustParse("zh"))
	var buf collate.Buffer
	keys := map[rune][]byte{}
	for _, r := range all {
		buf.Reset()
		keys[r] = bytes.Clone(c.KeyFromString(&buf, string(r)))
	}
	slices.SortFunc(all, func(a, b rune) int { return strings.Compare(textkey.Pinyin(string(a)), textkey.Pinyin(string(b))) })
	for i := 1; i < len(all); i++ {
		require.LessOrEqual(t, bytes.Compare(keys[all[i-1]], keys[all[i]]), 0, "%c %c", all[i-1], all[i])
	}
}

func TestPinyinIgnoresCaseWidthAndAccents(t *testing.T) {
	require.Equal(t, textkey.Pinyin("resume"), textkey.Pinyin("Résumé"))
	require.Equal(t, textkey.Pinyin("(abc)"), textkey.Pinyin("（ＡＢＣ）"))
	require.Less(t, textkey.Pinyin("《书》"), textkey.Pinyin("1"))
	require.Less(t, textkey.Pinyin("zebra"), textkey.Pinyin("阿里"))
	require.Less(t, textkey.Pinyin("阿里"), textkey.Pinyin("北京"))
}

func TestAKeyLooksAtTheFirstHundredRunes(t *testing.T) {
	long := strings.Repeat("客", 100)
	require.Equal(t, textkey.Pinyin(long), textkey.Pinyin(long+"户"))
	require.NotEqual(t, textkey.Pinyin(long[:297]), textkey.Pinyin(long))
}

func TestNaturalKeysSortDigitRunsAsNumbers(t *testing.T) {
	want := []string{"", "0", "1", "2", "9", "10", "99", "100", "99999999", "100000000", "1234567890", "99999999999999999999", "a", "GW1", "GW2", "GW10", "GW10-2", "GW10-10", "GW20261122001", "GW20261122010", "gx"}
	got := slices.Clone(want)
	r := rand.New(rand.NewPCG(3, 4))
	r.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	slices.SortFunc(got, func(a, b string) int { return strings.Compare(textkey.Natural(a), textkey.Natural(b)) })
	require.Equal(t, want, got)
	require.Equal(t, textkey.Natural("7"), textkey.Natural("007"))
}

func TestGramsArePairsAndHanCharacters(t *testing.T) {
	require.ElementsMatch(t, []string{"客", "户", "客户", "户a", "a1"}, textkey.Grams("客户A1, x"))
	require.Empty(t, textkey.Grams("a ! b"))
	require.ElementsMatch(t, []string{"客户"}, textkey.QueryGrams("客户"))
	require.ElementsMatch(t, []string{"户"}, textkey.QueryGrams("户"))
	require.ElementsMatch(t, []string{"户", "ab", "bc"}, textkey.QueryGrams("户 ABC"))
	require.Empty(t, textkey.QueryGrams("a"))
	require.Empty(t, textkey.QueryGrams(""))
	require.ElementsMatch(t, []string{"aa"}, textkey.Grams("aaaaa"))
}

func TestATextHasTheGramsOfEveryPartOfIt(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 5_000 {
		whole := []rune(textkey.Fold(randomName(r) + randomName(r) + randomName(r)))
		from := r.IntN(len(whole))
		part := string(whole[from : from+1+r.IntN(len(whole)-from)])
		grams := textkey.Grams(string(whole))
		for _, g := range textkey.QueryGrams(part) {
			require.Contains(t, grams, g, "%q in %q", part, string(whole))
		}
	}
}

func BenchmarkPinyin(b *testing.B) {
	for b.Loop() {
		textkey.Pinyin("上海同伴科技有限公司")
	}
}

func BenchmarkGrams(b *testing.B) {
	for b.Loop() {
		textkey.Grams("上海同伴科技有限公司 13800138000 sales@example.com")
	}
}
