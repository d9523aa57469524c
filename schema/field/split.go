package field

import "strings"

// Split cuts a cell that holds several names: at , ; newline and their Chinese
// forms. A name between double quotes may hold these; "" in it is one quote.
func Split(s string) []string {
	var out []string
	var b strings.Builder
	quoted, wasQuoted := false, false
	flush := func() {
		name := b.String()
		if !wasQuoted {
			name = strings.TrimSpace(name)
		}
		if name != "" {
			out = append(out, name)
		}
		b.Reset()
		wasQuoted = false
	}
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case quoted && r == '"' && i+1 < len(runes) && runes[i+1] == '"':
			b.WriteRune('"')
			i++
		case quoted && r == '"':
			quoted = false
		case quoted:
			b.WriteRune(r)
		case r == '"' && !wasQuoted && strings.TrimSpace(b.String()) == "":
			b.Reset()
			quoted, wasQuoted = true, true
		case isSeparator(r):
			flush()
		case wasQuoted && (r == ' ' || r == '\t'):
		default:
			b.WriteRune(r)
		}
	}
	flush()
	return out
}

func isSeparator(r rune) bool {
	switch r {
	case ',', ';', '\n', '\r', '\uFF0C', '\u3001', '\uFF1B':
		return true
	}
	return false
}

// Join writes names so that Split finds them again.
func Join(names []string) string {
	var b strings.Builder
	for i, n := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		if strings.IndexFunc(n, isSeparator) < 0 && n == strings.TrimSpace(n) && !strings.HasPrefix(n, `"`) {
			b.WriteString(n)
			continue
		}
		b.WriteString(`"` + strings.ReplaceAll(n, `"`, `""`) + `"`)
	}
	return b.String()
}
