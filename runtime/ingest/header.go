package ingest

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tongban/schema"
	"tongban/schema/textkey"
)

// readHeader reads the first row with something in it. Names are unique: the
// second "Phone" becomes "Phone (2)".
func readHeader(t table) ([]string, error) {
	r, err := t.next()
	if err != nil {
		return nil, err
	}
	names := make([]string, len(r.cells))
	seen := map[string]int{}
	for i, c := range r.cells {
		name := strings.TrimSpace(strings.ReplaceAll(display(c), "\x00", ""))
		if name == "" {
			continue
		}
		seen[name]++
		if n := seen[name]; n > 1 {
			name += " (" + strconv.Itoa(n) + ")"
		}
		names[i] = name
	}
	return names, nil
}

// display is a cell as the sheet shows it.
func display(c cell) string {
	if c.shown != "" {
		return c.shown
	}
	return c.text
}

// shownText cuts what an error or a preview repeats.
func shownText(s string) string { return cutText(s, 60) }

func cutText(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// bare folds a name to its letters and digits, so that "E-Mail " is "email".
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, textkey.Fold(s))
}

// likeness says how sure it is that a header means a field: 1 for its very
// name, key or id, 0 for nothing in common.
func likeness(header string, f *schema.Field) float64 {
	best := 0.0
	if header == schema.FormatID(schema.PrefixField, f.ID) {
		return 1
	}
	h := bare(header)
	for _, name := range []string{f.Name, f.Key} {
		n := bare(name)
		score := 0.0
		switch {
		case header == name:
			return 1
		case h == "" || n == "":
		case h == n:
			score = 0.95
		case strings.Contains(h, n) || strings.Contains(n, h):
			short, long := min(utf8.RuneCountInString(h), utf8.RuneCountInString(n)), max(utf8.RuneCountInString(h), utf8.RuneCountInString(n))
			score = 0.4 + 0.5*float64(short)/float64(long)
		default:
			score = 0.8 * overlap(textkey.Grams(h), textkey.Grams(n))
		}
		best = max(best, score)
	}
	return best
}

// overlap is the share of what two lists have in common.
func overlap(a, b []string) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	in := make(map[string]bool, len(a))
	for _, g := range a {
		in[g] = true
	}
	common := 0
	for _, g := range b {
		if in[g] {
			common++
		}
	}
	return 2 * float64(common) / float64(len(a)+len(b))
}

// sure is the least likeness at which a column goes to a field without asking;
// suggested the least at which the wizard proposes it.
const (
	sure      = 0.95
	suggested = 0.5
)

// match gives each header at most one field and each field at most one header,
// the likeliest pairs first. The results run parallel to headers.
func match(headers []string, fields []*schema.Field, least float64) ([]*schema.Field, []float64) {
	to, score := make([]*schema.Field, len(headers)), make([]float64, len(headers))
	used := map[schema.FieldID]bool{}
	for {
		bi, bf, best := -1, (*schema.Field)(nil), 0.0
		for i, h := range headers {
			if h == "" || to[i] != nil {
				continue
			}
			for _, f := range fields {
				if s := likeness(h, f); !used[f.ID] && s > best {
					bi, bf, best = i, f, s
				}
			}
		}
		if bi < 0 || best < least {
			return to, score
		}
		to[bi], score[bi] = bf, best
		used[bf.ID] = true
	}
}
