package catalog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tongban/schema/fail"
	"tongban/schema/formula"
)

var keyPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

// maxMadeKey is the length of a key that is made from a name.
const maxMadeKey = 40

// checkName returns the name without outer spaces. input names it in the error.
func checkName(input, name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", fail.New(fail.Invalid, "name.required").On(input)
	case utf8.RuneCountInString(name) > MaxName:
		return "", fail.New(fail.Invalid, "name.tooLong").On(input).With("max", MaxName)
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }):
		return "", fail.New(fail.Invalid, "name.badCharacter").On(input)
	}
	return name, nil
}

func checkText(input, s string, most int) error {
	if utf8.RuneCountInString(s) > most {
		return fail.New(fail.Invalid, "text.tooLong").On(input).With("max", most)
	}
	if strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
		return fail.New(fail.Invalid, "text.badCharacter").On(input)
	}
	return nil
}

// chooseKey checks a given key, or makes one of the name that is not taken.
func chooseKey(given, name, fallback string, taken []string) (string, error) {
	if given != "" {
		if !keyPattern.MatchString(given) {
			return "", fail.New(fail.Invalid, "key.pattern").On("key")
		}
		if slices.Contains(taken, given) {
			return "", fail.New(fail.Invalid, "key.taken").On("key").With("key", given)
		}
		return given, nil
	}
	base := transliterate(name)
	if base == "" {
		base = fallback
	}
	key := base
	for i := 2; slices.Contains(taken, key); i++ {
		key = base + "_" + strconv.Itoa(i)
	}
	return key, nil
}

// transliterate writes a name in letters, digits and underscores: Han by its
// pinyin, everything else but Latin letters and digits as one underscore.
func transliterate(name string) string {
	var b strings.Builder
	gap := false
	put := func(s string) {
		if gap && b.Len() > 0 {
			b.WriteByte('_')
		}
		gap = false
		b.WriteString(s)
	}
	for _, r := range name {
		if b.Len() >= maxMadeKey {
			break
		}
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			put(string(unicode.ToLower(r)))
		case unicode.Is(unicode.Han, r):
			if syllable := formula.Syllable(r); syllable != "" {
				put(syllable)
			}
		default:
			gap = true
		}
	}
	s := b.String()
	if s != "" && s[0] >= '0' && s[0] <= '9' {
		return "f_" + s
	}
	return s
}
