// Package textkey makes, from text, what storage compares instead of it:
// folded text for search and uniqueness, and keys whose byte order is the order
// that readers expect. The results are stored, so that both engines agree;
// changing what a function returns means that stored keys must be made anew.
package textkey

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold returns s in the form in which texts are searched: NFKC, case-folded.
// Fold(Fold(s)) is Fold(s).
func Fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	// Folding can undo normalisation and the other way round, for a few
	// characters; two rounds settle all of them.
	for range 3 {
		next := norm.NFKC.String(s)
		if hasCase(next) {
			next = norm.NFKC.String(strings.Map(cherokee, cases.Fold().String(next)))
		}
		if next == s {
			break
		}
		s = next
	}
	return s
}

// Unique returns the form in which texts are judged equal by a unique field.
func Unique(s string) string { return Fold(s) }

// cherokee folds the one script that Unicode folds to upper case.
func cherokee(r rune) rune {
	if r >= 0xAB70 && r <= 0xABBF || r >= 0x13F8 && r <= 0x13FD {
		return unicode.ToUpper(r)
	}
	return r
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// hasCase reports whether folding can change s: Han, the usual text, it cannot.
func hasCase(s string) bool {
	for _, r := range s {
		if r >= 'A' && r <= 'Z' || r >= 0x80 && (r < 0x2E80 || r > 0x9FFF) && (r < 0xAC00 || r > 0xD7FF) {
			return true
		}
	}
	return false
}

// cut returns at most the first n runes of s.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
