package textkey

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// gram is one or two neighbouring runes of a text, and where they stand.
type gram struct {
	key      uint64
	from, to int
}

// Grams returns what a search index keeps of s: the distinct pairs of
// neighbouring letters and digits of the folded text, and each Han character.
func Grams(s string) []string {
	return distinct(s, func(r rune, _ int) bool { return isHan(r) })
}

// QueryGrams returns grams that every text containing s must have. Where there
// are none, an index of grams cannot help.
func QueryGrams(s string) []string {
	return distinct(s, func(r rune, runLen int) bool { return runLen == 1 && isHan(r) })
}

// distinct returns the pairs of each run of the folded text, and the single
// runes that single chooses, each once, in no particular order.
func distinct(s string, single func(r rune, runLen int) bool) []string {
	s = Fold(s)
	grams := make([]gram, 0, len(s)/2+1)
	runLen, prevAt, prev := 0, 0, rune(0)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		end := i + size
		if !inRun(r) {
			runLen = 0
			i = end
			continue
		}
		if runLen > 0 {
			grams = append(grams, gram{uint64(prev)<<21 | uint64(r), prevAt, end})
		}
		length := 1
		if runLen > 0 || end < len(s) && inRun(first(s[end:])) {
			length = 2
		}
		if single(r, length) {
			grams = append(grams, gram{uint64(r), i, end})
		}
		runLen++
		prevAt, prev, i = i, r, end
	}
	slices.SortFunc(grams, func(a, b gram) int { return cmp.Compare(a.key, b.key) })
	grams = slices.CompactFunc(grams, func(a, b gram) bool { return a.key == b.key })
	out := make([]string, len(grams))
	for i, g := range grams {
		out[i] = s[g.from:g.to]
	}
	return out
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func isHan(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r > 0x3000 && unicode.Is(unicode.Han, r)
}

func inRun(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
	}
	return r != utf8.RuneError && (isHan(r) || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r))
}
