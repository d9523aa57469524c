package textkey

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// keyRunes is how much of a text takes part in its order.
const keyRunes = 100

// ranks is made by gen: two bytes for each Han character.
//
//go:embed rank.bin
var ranks string

// In a key the scripts of East Asia follow each other as in CLDR: Hangul, kana
// and bopomofo, Han by rank. All three stay within three bytes of UTF-8.
const (
	hangulBase = 0x3400
	kanaBase   = 0x5FB0
	hanBase    = 0x6200
)

// symbols are the ASCII marks in CLDR order; they come before the digits, at
// symbolBase. otherSymbol precedes all further marks, which come after them.
const (
	symbols     = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
	symbolBase  = 0x0E
	otherSymbol = 0x2F
)

// Pinyin returns a key that sorts, byte by byte, in the order of the CLDR zh
// collation: marks, digits, Latin without regard to case and accents, other
// scripts, Han by pinyin. The first 100 runes count.
func Pinyin(s string) string {
	s = Fold(cut(s, keyRunes))
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		writeKey(&b, r)
	}
	return b.String()
}

func writeKey(b *strings.Builder, r rune) {
	switch {
	case r < utf8.RuneSelf:
		if i := strings.IndexByte(symbols, byte(r)); i >= 0 {
			r = symbolBase + rune(i)
		}
		b.WriteByte(byte(r))
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0x3400 && r <= 0x4DBF, r == 0x3007:
		b.WriteRune(hanBase + hanRank(r))
	case r >= 0xAC00 && r <= 0xD7A3:
		b.WriteRune(hangulBase + r - 0xAC00)
	case r >= 0x3041 && r <= 0x31FF:
		b.WriteRune(kanaBase + r - 0x3041)
	case r < 0x250 || r >= 0x1E00 && r < 0x1F00:
		b.WriteRune(unaccented(r))
	case unicode.IsPunct(r) || unicode.IsSymbol(r):
		b.WriteByte(otherSymbol)
		b.WriteRune(r)
	case unicode.Is(unicode.Mn, r): // an accent that NFKC could not compose
	default:
		b.WriteRune(r)
	}
}

// hanRank is the place of a character in the pinyin order.
func hanRank(r rune) rune {
	i := 6592 + 20992 // U+3007
	switch {
	case r >= 0x4E00:
		i = 6592 + int(r) - 0x4E00
	case r >= 0x3400:
		i = int(r) - 0x3400
	}
	return rune(ranks[2*i])<<8 | rune(ranks[2*i+1])
}

// unaccented returns the base letter of an accented Latin letter.
func unaccented(r rune) rune {
	if d := norm.NFD.PropertiesString(string(r)).Decomposition(); len(d) > 0 {
		base, _ := utf8.DecodeRune(d)
		if base < 0x80 {
			return base
		}
		return unaccented(base)
	}
	return r
}

// Natural returns a key in which runs of digits sort as numbers: "GW2" comes
// before "GW10". Equal numbers with different leading zeros have equal keys.
func Natural(s string) string {
	s = Fold(cut(s, keyRunes))
	var b strings.Builder
	b.Grow(len(s) + 4)
	for i := 0; i < len(s); {
		if s[i] < '0' || s[i] > '9' {
			b.WriteByte(s[i])
			i++
			continue
		}
		end := i
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		writeNumber(&b, strings.TrimLeft(s[i:end], "0"))
		i = end
	}
	return b.String()
}

// writeNumber puts the number of digits before them, in a form that sorts: 0…8
// as one digit, more as a 9 and a letter-like byte.
func writeNumber(b *strings.Builder, digits string) {
	if n := len(digits); n < 9 {
		b.WriteByte('0' + byte(n))
	} else {
		b.WriteByte('9')
		b.WriteByte(' ' + byte(min(n, 90)))
	}
	b.WriteString(digits)
}
