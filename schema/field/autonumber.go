package field

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tongban/schema"
)

// autoNumber is a number that the engine gives within the commit that creates
// the record, printed by a pattern such as GW{yyyyMMdd}{000}.
type autoNumber struct{}

const (
	defaultPattern = "{0}"
	maxPattern     = 60
	maxWidth       = 12
)

func (autoNumber) Name() string { return "autoNumber" }

func (autoNumber) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindText, SortKey: 2, Sortable: true, Searchable: true, ReadOnly: true, Ops: opsText}
}

func (autoNumber) Check(f *schema.Field) error {
	if f.Options.Pattern == "" {
		f.Options.Pattern = defaultPattern
	}
	if f.Options.Reset == "" {
		f.Options.Reset = "never"
	}
	if !slices.Contains([]string{"never", "day", "month", "year"}, f.Options.Reset) {
		return bad(f, "badReset")
	}
	if err := checkText(f, f.Options.Pattern, maxPattern); err != nil {
		return err
	}
	if _, ok := splitPattern(f.Options.Pattern); !ok {
		return bad(f, "badPattern")
	}
	return nil
}

func (autoNumber) Parse(f *schema.Field, _ any, _ *Env) (schema.Value, error) {
	return nil, bad(f, "readOnly")
}

func (autoNumber) ParseText(f *schema.Field, _ string, _ *Env) (schema.Value, error) {
	return nil, bad(f, "readOnly")
}

func (autoNumber) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, _ Names) []byte {
	return appendText(dst, v)
}

func (autoNumber) Text(_ *schema.Field, v schema.Value, _ Names) string { return textOf(v) }

// AutoNumber is what a writer asks the engine for: Prefix + the counter's next
// value, padded with zeros to Width, + Suffix.
type AutoNumber struct {
	// Counter tells the counters of one field apart: "" where it never resets,
	// else the period, such as "20261122". The writer puts entity and field before it.
	Counter        string
	Prefix, Suffix string
	Width          int
}

// Given reports whether a field gets its value with the record, from no one's
// hand: a number or an identifier of its own.
func Given(f *schema.Field) bool { return f.Type == "autoNumber" || f.Type == "uuid" }

// Number returns how to number a record that is created now.
func Number(f *schema.Field, now time.Time, zone *time.Location) AutoNumber {
	if zone == nil {
		zone = time.UTC
	}
	now = now.In(zone)
	pattern := f.Options.Pattern
	parts, ok := splitPattern(pattern)
	if !ok {
		parts, _ = splitPattern(defaultPattern)
	}
	n := AutoNumber{Counter: now.Format(map[string]string{"day": "20060102", "month": "200601", "year": "2006"}[f.Options.Reset])}
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.width > 0:
			n.Prefix, n.Width = b.String(), p.width
			b.Reset()
		case p.layout != "":
			b.WriteString(now.Format(p.layout))
		default:
			b.WriteString(p.text)
		}
	}
	n.Suffix = b.String()
	return n
}

// patternPart is one piece of a pattern: text, a date layout, or the number.
type patternPart struct {
	text, layout string
	width        int
}

var layouts = map[string]string{
	"yyyyMMdd": "20060102", "yyyyMM": "200601", "yyyy": "2006", "yyMMdd": "060102", "yyMM": "0601", "yy": "06",
	"MMdd": "0102", "MM": "01", "dd": "02", "yyyy-MM-dd": "2006-01-02", "yyyy-MM": "2006-01",
}

// splitPattern cuts a pattern at its braces; the number must stand in it once.
func splitPattern(s string) ([]patternPart, bool) {
	var parts []patternPart
	numbers := 0
	for s != "" {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			open = len(s)
		}
		if open > 0 {
			if strings.IndexByte(s[:open], '}') >= 0 {
				return nil, false
			}
			parts = append(parts, patternPart{text: s[:open]})
			s = s[open:]
			continue
		}
		end := strings.IndexByte(s, '}')
		if end < 0 {
			return nil, false
		}
		inner := s[1:end]
		s = s[end+1:]
		switch layout := layouts[inner]; {
		case layout != "":
			parts = append(parts, patternPart{layout: layout})
		case inner != "" && strings.Trim(inner, "0") == "" && len(inner) <= maxWidth:
			parts = append(parts, patternPart{width: len(inner)})
			numbers++
		default:
			return nil, false
		}
	}
	return parts, numbers == 1
}

// NumberText prints a number as the engine does, for previews.
func NumberText(n AutoNumber, counter int64) string {
	digits := strconv.FormatInt(counter, 10)
	if pad := n.Width - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	return n.Prefix + digits + n.Suffix
}
