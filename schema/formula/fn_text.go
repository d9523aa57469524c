package formula

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

var textFunctions = map[string]impl{
	"LEFT": func(_ *ctx, a []Value) Value {
		return Text(a[0].s[:runeAt(a[0].s, count(a, 1, 1))])
	},
	"RIGHT": func(_ *ctx, a []Value) Value {
		n := utf8.RuneCountInString(a[0].s) - count(a, 1, 1)
		return Text(a[0].s[runeAt(a[0].s, n):])
	},
	"MID": func(_ *ctx, a []Value) Value {
		start, n := count(a, 1, 1), count(a, 2, 0)
		if start < 1 {
			return Failed(ErrValue)
		}
		rest := a[0].s[runeAt(a[0].s, start-1):]
		return Text(rest[:runeAt(rest, n)])
	},
	"LEN":       func(_ *ctx, a []Value) Value { return Number(float64(utf8.RuneCountInString(a[0].s))) },
	"COUNTCHAR": func(_ *ctx, a []Value) Value { return Number(float64(utf8.RuneCountInString(a[0].s))) },
	"LOWER":     func(_ *ctx, a []Value) Value { return Text(strings.Map(lower, a[0].s)) },
	"UPPER":     func(_ *ctx, a []Value) Value { return Text(strings.ToUpper(a[0].s)) },
	"TRIM":      func(_ *ctx, a []Value) Value { return Text(strings.TrimFunc(a[0].s, isSpace)) },
	"CLEAN": func(_ *ctx, a []Value) Value {
		return Text(strings.Map(func(r rune) rune {
			if isSpace(r) || r < 32 || r == 127 {
				return -1
			}
			return r
		}, a[0].s))
	},
	"T": func(c *ctx, a []Value) Value {
		if v := c.single(a[0]); v.kind == KindText || v.kind == kindError {
			return v
		}
		return Blank()
	},
	"STRING": func(_ *ctx, a []Value) Value { return a[0] },
	"STRREVERSE": func(_ *ctx, a []Value) Value {
		r := []rune(a[0].s)
		for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
			r[i], r[j] = r[j], r[i]
		}
		return Text(string(r))
	},
	"FIND": func(_ *ctx, a []Value) Value { return Number(float64(find(a))) },
	"SEARCH": func(_ *ctx, a []Value) Value {
		if n := find(a); n > 0 {
			return Number(float64(n))
		}
		return Blank()
	},
	"INCLUDE": func(_ *ctx, a []Value) Value { return Bool(strings.Contains(a[0].s, a[1].s)) },
	"REPLACE": func(_ *ctx, a []Value) Value {
		start := count(a, 1, 1)
		if start < 1 {
			return Failed(ErrValue)
		}
		from := runeAt(a[0].s, start-1)
		rest := a[0].s[from:]
		return Text(a[0].s[:from] + a[3].s + rest[runeAt(rest, count(a, 2, 0)):])
	},
	"SUBSTITUTE": substitute,
	"REPT": func(c *ctx, a []Value) Value {
		n := count(a, 1, 0)
		if n < 0 {
			return Failed(ErrValue)
		}
		if len(a[0].s)*n > MaxText || !c.spend(len(a[0].s)*n>>5) {
			return Failed(ErrLimit)
		}
		return Text(strings.Repeat(a[0].s, n))
	},
	"TEXTBEFORE": func(_ *ctx, a []Value) Value {
		if i := strings.Index(a[0].s, a[1].s); i >= 0 {
			return Text(a[0].s[:i])
		}
		return Blank()
	},
	"TEXTAFTER": func(_ *ctx, a []Value) Value {
		if i := strings.Index(a[0].s, a[1].s); i >= 0 {
			return Text(a[0].s[i+len(a[1].s):])
		}
		return Blank()
	},
	"SPLIT": func(_ *ctx, a []Value) Value {
		if a[0].s == "" {
			return List()
		}
		if strings.Count(a[0].s, a[1].s) >= MaxList {
			return Failed(ErrLimit)
		}
		return texts(strings.Split(a[0].s, a[1].s))
	},
	"FINDA": func(_ *ctx, a []Value) Value { return between(a[0].s, a[1].s, a[2].s) },
	"ENCODE_URL_COMPONENT": func(_ *ctx, a []Value) Value {
		return Text(encodeURL(a[0].s, unreserved))
	},
	"ENCODEURICOMPONENT": func(_ *ctx, a []Value) Value { return Text(encodeURL(a[0].s, unreserved)) },
	"ENCODEURI":          func(_ *ctx, a []Value) Value { return Text(encodeURL(a[0].s, unreserved+reserved)) },
	"DECODEURI":          func(_ *ctx, a []Value) Value { return decodeURL(a[0].s, reserved) },
	"DECODEURICOMPONENT": func(_ *ctx, a []Value) Value { return decodeURL(a[0].s, "") },
	"REGEX_MATCH":        regexMatch,
	"REGEX_EXTRACT":      regexExtract,
	"REGEX_REPLACE":      regexReplace,
}

// count is a number argument as a whole number, cut to what texts can have.
func count(a []Value, i, otherwise int) int {
	if i >= len(a) {
		return otherwise
	}
	return int(math.Trunc(max(-1e6, min(a[i].Float(), 1e6))))
}

// runeAt is the byte offset of the n-th code point, within s.
func runeAt(s string, n int) int {
	for i := range s {
		if n <= 0 {
			return i
		}
		n--
	}
	return len(s)
}

// isSpace is what JavaScript's trim takes for space.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) && r != 0x85 || r == 0xfeff
}

// lower maps one code point to one.
func lower(r rune) rune {
	if r == 0x130 {
		return r
	}
	return unicode.ToLower(r)
}

// find is the place (from 1) of a[0] in a[1], from the place a[2] on; 0: none.
func find(a []Value) int {
	start := max(count(a, 2, 1), 1)
	from := runeAt(a[1].s, start-1)
	i := strings.Index(a[1].s[from:], a[0].s)
	if i < 0 || start-1 > utf8.RuneCountInString(a[1].s) {
		return 0
	}
	return utf8.RuneCountInString(a[1].s[:from+i]) + 1
}

func substitute(_ *ctx, a []Value) Value {
	s, old, with := a[0].s, a[1].s, a[2].s
	if old == "" {
		return Text(s)
	}
	if len(a) < 4 {
		if n := strings.Count(s, old); len(s)+n*(len(with)-len(old)) > MaxText {
			return Failed(ErrLimit)
		}
		return Text(strings.ReplaceAll(s, old, with))
	}
	n := count(a, 3, 1)
	if n < 1 {
		return Failed(ErrValue)
	}
	at := 0
	for {
		i := strings.Index(s[at:], old)
		if i < 0 {
			return Text(s)
		}
		if n--; n == 0 {
			return Text(s[:at+i] + with + s[at+i+len(old):])
		}
		at += i + len(old)
	}
}

func texts(list []string) Value {
	out := make([]Value, len(list))
	for i, s := range list {
		out[i] = Text(s)
	}
	return List(out...)
}

// between lists what stands between open and end.
func between(s, open, end string) Value {
	var out []string
	for open != "" && end != "" && len(out) <= MaxList {
		i := strings.Index(s, open)
		if i < 0 {
			break
		}
		s = s[i+len(open):]
		j := strings.Index(s, end)
		if j < 0 {
			break
		}
		out = append(out, s[:j])
		s = s[j+len(end):]
	}
	return texts(out)
}

// What URLs keep as it is, as JavaScript has it.
const (
	unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()"
	reserved   = ";/?:@&=+$,#"
)

func encodeURL(s, keep string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(keep, s[i]) >= 0 {
			b.WriteByte(s[i])
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[s[i]>>4])
		b.WriteByte(hex[s[i]&15])
	}
	return b.String()
}

// decodeURL decodes %XX, but for what stands in keep.
func decodeURL(s, keep string) Value {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) {
			return Failed(ErrValue)
		}
		hi, ok := unhex(s[i+1])
		lo, ok2 := unhex(s[i+2])
		if !ok || !ok2 {
			return Failed(ErrValue)
		}
		if c := hi<<4 | lo; strings.IndexByte(keep, c) >= 0 {
			b = append(b, s[i:i+3]...)
		} else {
			b = append(b, c)
		}
		i += 2
	}
	if !utf8.Valid(b) {
		return Failed(ErrValue)
	}
	return Text(string(b))
}

func unhex(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}
