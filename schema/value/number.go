package value

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNumberText bounds what is looked at as a number.
const maxNumberText = 100

// PlainNumber turns a number as people type it into plain digits that
// ParseDecimal and ParseNumber read: "¥1,234.50" → "1234.50", "(5)" → "-5",
// full-width digits, "25%" → "25e-2". Commas must stand between groups of three
// digits; anything that could be read in two ways is ErrSyntax.
func PlainNumber(s string) (string, error) {
	if len(s) > maxNumberText {
		return "", ErrSyntax
	}
	if isSimple(s) {
		return s, nil
	}
	s = strings.ToLower(narrow(s))
	rest, neg := cutSign(s)
	rest = cutCurrency(rest)
	if !neg {
		rest, neg = cutSign(rest)
	}
	rest, percent := strings.CutSuffix(rest, "%")
	if percent && strings.ContainsRune(rest, 'e') {
		return "", ErrSyntax
	}
	rest, err := cutSeparators(strings.TrimSpace(rest))
	if err != nil {
		return "", err
	}
	if percent {
		rest += "e-2"
	}
	if neg {
		rest = "-" + rest
	}
	return rest, nil
}

// isSimple reports that a text is a number already: the usual case in files.
func isSimple(s string) bool {
	rest := strings.TrimPrefix(s, "-")
	points, digits := 0, 0
	for i := range len(rest) {
		switch c := rest[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		default:
			return false
		}
	}
	return digits > 0 && points <= 1
}

// cutSign removes a sign, or the brackets by which accountants write one.
func cutSign(s string) (rest string, neg bool) {
	if inner, ok := strings.CutPrefix(s, "("); ok {
		if inner, ok = strings.CutSuffix(inner, ")"); ok {
			return strings.TrimSpace(inner), true
		}
	}
	r, size := utf8.DecodeRuneInString(s)
	switch r {
	case '-', '\u2212', '\u2010', '\u2013':
		return strings.TrimSpace(s[size:]), true
	case '+':
		return strings.TrimSpace(s[size:]), false
	}
	return s, false
}

// cutCurrency removes one currency sign or code.
func cutCurrency(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if unicode.Is(unicode.Sc, r) {
		return strings.TrimSpace(s[size:])
	}
	if r, size = utf8.DecodeLastRuneInString(s); unicode.Is(unicode.Sc, r) {
		return strings.TrimSpace(s[:len(s)-size])
	}
	return cutAny(s, "money")
}

// cutSeparators removes thousands separators and checks the rest.
func cutSeparators(s string) (string, error) {
	whole, frac, hasFrac := strings.Cut(s, ".")
	if !hasFrac {
		if i := strings.IndexByte(whole, 'e'); i >= 0 {
			whole, frac = whole[:i], whole[i:]
		}
	}
	for _, sep := range []string{",", " ", "'", "\u2019"} {
		groups := strings.Split(whole, sep)
		if len(groups) == 1 {
			continue
		}
		if len(groups[0]) == 0 || len(groups[0]) > 3 {
			return "", ErrSyntax
		}
		for _, g := range groups[1:] {
			if len(g) != 3 {
				return "", ErrSyntax
			}
		}
		whole = strings.Join(groups, "")
		break
	}
	if hasFrac {
		whole += "."
	}
	whole += frac
	if !isPlain(whole) {
		return "", ErrSyntax
	}
	return whole, nil
}

// isPlain reports whether s is digits with at most one point and an exponent.
func isPlain(s string) bool {
	d, err := splitDecimal(s)
	return err == nil && !d.neg && s[0] != '+'
}

// ParseNumber reads plain digits, as PlainNumber and JSON write them, into a
// finite float.
func ParseNumber(s string) (float64, error) {
	if _, err := splitDecimal(s); err != nil {
		return 0, ErrSyntax
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, ErrRange
	}
	if f == 0 {
		return 0, nil // not minus zero
	}
	return f, nil
}

// AppendNumber appends the shortest plain text that reads back as f.
func AppendNumber(dst []byte, f float64) []byte {
	if a := math.Abs(f); a != 0 && (a < 1e-7 || a >= 1e21) {
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}
