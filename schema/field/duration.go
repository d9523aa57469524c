package field

import (
	_ "embed"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tongban/schema"
	"tongban/schema/value"
)

//go:embed units.txt
var unitList string

// units maps the words for a unit to its seconds.
var units = readUnits(unitList)

func readUnits(list string) map[string]float64 {
	out := map[string]float64{}
	for line := range strings.Lines(list) {
		seconds, words, ok := strings.Cut(line, ":")
		n, err := strconv.ParseFloat(seconds, 64)
		if !ok || err != nil {
			continue
		}
		for w := range strings.FieldsSeq(words) {
			out[w] = n
		}
	}
	return out
}

// Durations reach to a thousand years either way.
const maxDuration = 1000 * 366 * 86_400

// duration is a length of time in whole seconds.
type duration struct{}

// DurationFormats are how pages can show durations.
var DurationFormats = []string{"h:mm", "h:mm:ss", "d h"}

func (duration) Name() string { return "duration" }

func (duration) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindInt, Sortable: true, Groupable: true, MayBeRequired: true, Ops: opsNumber}
}

func (duration) Check(f *schema.Field) error {
	if f.Options.Format == "" {
		f.Options.Format = DurationFormats[0]
	}
	if !slices.Contains(DurationFormats, f.Options.Format) {
		return bad(f, "badFormat").With("value", shown(f.Options.Format))
	}
	return checkRange(f)
}

// Parse takes seconds as a number, and all that ParseText takes.
func (t duration) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	if s, ok := in.(string); ok {
		return t.ParseText(f, s, env)
	}
	s, ok := numeral(in)
	if !ok {
		return nil, wrongType(f, "number")
	}
	return parseSeconds(f, s)
}

// ParseText reads 1:30, 1:30:15, 1h30m, their like in Chinese, and plain
// seconds. 1:30 is an hour and a half, but a minute and a half where the
// field's format shows seconds.
func (duration) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	s = strings.ToLower(strings.TrimSpace(norm.NFKC.String(s)))
	if s == "" {
		return empty, nil
	}
	if len(s) > 100 {
		return nil, bad(f, "badDuration").With("value", shown(s))
	}
	rest, neg := strings.CutPrefix(s, "-")
	total, ok := clockLength(rest, f.Options.Format == "h:mm:ss")
	if !ok {
		total, ok = unitLength(rest)
	}
	if !ok {
		plain, err := value.PlainNumber(s)
		if err != nil {
			return nil, bad(f, "badDuration").With("value", shown(s))
		}
		return parseSeconds(f, plain)
	}
	if neg {
		total = -total
	}
	return durationValue(f, total)
}

func parseSeconds(f *schema.Field, s string) (schema.Value, error) {
	n, err := value.ParseNumber(s)
	if err != nil {
		return nil, bad(f, "badDuration").With("value", shown(s))
	}
	return durationValue(f, n)
}

func durationValue(f *schema.Field, seconds float64) (schema.Value, error) {
	seconds = math.Round(seconds)
	if math.Abs(seconds) > maxDuration {
		return nil, bad(f, "durationTooLong")
	}
	if err := inRange(f, seconds); err != nil {
		return nil, err
	}
	return int64(seconds), nil
}

// clockLength reads h:mm and h:mm:ss, or m:ss where short is asked for.
func clockLength(s string, short bool) (float64, bool) {
	parts := strings.Split(s, ":")
	if len(parts) != 2 && len(parts) != 3 {
		return 0, false
	}
	total := 0.0
	for i, p := range parts {
		p = strings.TrimSpace(p)
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil || !isDigits(p) || i > 0 && (len(p) != 2 || n > 59) {
			return 0, false
		}
		total = total*60 + float64(n)
	}
	if len(parts) == 2 && !short {
		total *= 60
	}
	return total, true
}

// unitLength reads numbers with their units.
func unitLength(s string) (float64, bool) {
	total, found := 0.0, false
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' })
		if n <= 0 {
			return 0, false
		}
		x, err := value.ParseNumber(s[:n])
		if err != nil {
			return 0, false
		}
		s = strings.TrimSpace(s[n:])
		end := strings.IndexFunc(s, func(r rune) bool { return unicode.IsDigit(r) || unicode.IsSpace(r) })
		if end < 0 {
			end = len(s)
		}
		unit, ok := units[s[:end]]
		if !ok {
			return 0, false
		}
		total, found, s = total+x*unit, true, s[end:]
	}
	return total, found
}

func (duration) AppendJSON(dst []byte, f *schema.Field, v schema.Value, n Names) []byte {
	return integer{}.AppendJSON(dst, f, v, n)
}

// Text is h:mm:ss in full, which reads back whatever the format.
func (duration) Text(_ *schema.Field, v schema.Value, _ Names) string {
	n, ok := v.(int64)
	if !ok {
		return ""
	}
	sgn := ""
	if n < 0 {
		sgn, n = "-", -n
	}
	two := func(n int64) string { return string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) }
	return sgn + strconv.FormatInt(n/3600, 10) + ":" + two(n/60%60) + ":" + two(n%60)
}
