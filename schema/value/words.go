package value

import (
	_ "embed"
	"strings"

	"golang.org/x/text/unicode/norm"
)

//go:embed words.txt
var wordList string

// words maps a meaning to the words for it; meaning is the way back for whole texts.
var words, meaning = readWords(wordList)

func readWords(list string) (byMeaning map[string][]string, byWord map[string]string) {
	byMeaning, byWord = map[string][]string{}, map[string]string{}
	for line := range strings.Lines(list) {
		name, rest, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		byMeaning[name] = strings.Fields(rest)
		for _, w := range byMeaning[name] {
			byWord[w] = name
		}
	}
	return byMeaning, byWord
}

// ParseBool reads a checkbox as people write it: yes, 1, true, a tick, and the
// same in Chinese.
func ParseBool(s string) (value, ok bool) {
	switch meaning[strings.ToLower(strings.TrimSpace(s))] {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// narrow turns full-width digits, letters and marks into ASCII, and drops the
// space around.
func narrow(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return strings.TrimSpace(norm.NFKC.String(s))
		}
	}
	return strings.TrimSpace(s)
}

// cutAny removes one of the words of a meaning from the front or the end.
func cutAny(s, name string) string {
	for _, w := range words[name] {
		if rest, ok := strings.CutSuffix(s, w); ok {
			return strings.TrimSpace(rest)
		}
		if rest, ok := strings.CutPrefix(s, w); ok {
			return strings.TrimSpace(rest)
		}
	}
	return s
}
