package formula

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed data/rmb.json
var rmbJSON []byte

//go:embed data/pinyin.txt
var pinyinText string

// numerals are the words for money and people in Chinese.
type numerals struct {
	Digits string   `json:"digits"`
	Units  []string `json:"units"`
	Groups []string `json:"groups"`
	Yuan   string   `json:"yuan"`
	Jiao   string   `json:"jiao"`
	Fen    string   `json:"fen"`
	Whole  string   `json:"whole"`
	Minus  string   `json:"minus"`
	Male   string   `json:"male"`
	Female string   `json:"female"`
}

var chinese = sync.OnceValue(func() *numerals {
	n := &numerals{}
	if json.Unmarshal(rmbJSON, n) != nil || len([]rune(n.Digits)) != 10 {
		n.Digits = "0123456789"
	}
	return n
})

var chinaFunctions = map[string]impl{
	"RMBUPPER":     rmbUpper,
	"PINYIN":       pinyin,
	"IDCARD_VALID": func(_ *ctx, a []Value) Value { return Bool(cardOf(a[0].s) != "") },
	"IDCARD_BIRTHDAY": func(_ *ctx, a []Value) Value {
		if isEmpty(a[0]) {
			return Blank()
		}
		id := cardOf(a[0].s)
		if id == "" {
			return Failed(ErrValue)
		}
		day, _ := dayOf(atoi(id[6:10]), atoi(id[10:12]), atoi(id[12:14]))
		return Date(day)
	},
	"IDCARD_GENDER": func(c *ctx, a []Value) Value {
		if isEmpty(a[0]) {
			return Blank()
		}
		id := cardOf(a[0].s)
		if id == "" {
			return Failed(ErrValue)
		}
		male := (id[16]-'0')%2 == 1
		if strings.HasPrefix(strings.ToLower(c.env.Locale), "en") {
			return Text(map[bool]string{true: "male", false: "female"}[male])
		}
		return Text(map[bool]string{true: chinese().Male, false: chinese().Female}[male])
	},
	"IDCARD_REGION": func(c *ctx, a []Value) Value {
		if isEmpty(a[0]) {
			return Blank()
		}
		id := cardOf(a[0].s)
		if id == "" {
			return Failed(ErrValue)
		}
		if c.env.Region != nil {
			if name, ok := c.env.Region(id[:6]); ok {
				return Text(name)
			}
		}
		return Text(id[:6])
	},
}

// cardOf checks an identity number by GB 11643 and returns it, or "".
func cardOf(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if len(s) != 18 {
		return ""
	}
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		if !isDigit(rune(s[i])) {
			return ""
		}
		sum += int(s[i]-'0') * weight
	}
	if s[17] != "10X98765432"[sum%11] || s[0] == '0' {
		return ""
	}
	if _, ok := dayOf(atoi(s[6:10]), atoi(s[10:12]), atoi(s[12:14])); !ok || s[6:10] < "1800" {
		return ""
	}
	return s
}

// rmbUpper writes an amount as cheques want it, rounded to the fen.
func rmbUpper(_ *ctx, a []Value) Value {
	if isEmpty(a[0]) {
		return Blank()
	}
	v := numeric(a[0])
	if v.kind == kindError {
		return v
	}
	v = decimalAt(round(v, 2, halfAway), 2)
	if v.kind != KindDecimal || v.scale != 2 || magnitude(v.n) >= 1e18 {
		return Failed(ErrNum)
	}
	w := chinese()
	fen := magnitude(v.n)
	var b strings.Builder
	if v.n < 0 {
		b.WriteString(w.Minus)
	}
	digits := []rune(w.Digits)
	if fen < 100 {
		if fen == 0 {
			return Text(string(digits[0]) + w.Yuan + w.Whole)
		}
	} else {
		b.WriteString(wholeUpper(fen/100, w, digits) + w.Yuan)
	}
	jiao, rest := fen/10%10, fen%10
	if jiao > 0 {
		b.WriteString(string(digits[jiao]) + w.Jiao)
	} else if rest > 0 && fen >= 100 {
		b.WriteRune(digits[0])
	}
	if rest > 0 {
		b.WriteString(string(digits[rest]) + w.Fen)
	} else {
		b.WriteString(w.Whole)
	}
	return Text(b.String())
}

// wholeUpper writes a whole number: in groups of four digits, one zero for a
// run of them.
func wholeUpper(n uint64, w *numerals, digits []rune) string {
	var groups []uint64
	for ; n > 0; n /= 10_000 {
		groups = append(groups, n%10_000)
	}
	var b strings.Builder
	zero := false
	for i, g := range slices.Backward(groups) {
		if g == 0 {
			// A hundred million counts on for the groups above.
			if i == 2 && len(groups) > 3 {
				b.WriteString(w.Groups[2])
			}
			zero = true
			continue
		}
		for p := 3; p >= 0; p-- {
			d := g / [4]uint64{1, 10, 100, 1000}[p] % 10
			if d == 0 {
				zero = true
				continue
			}
			if zero && b.Len() > 0 {
				b.WriteRune(digits[0])
			}
			zero = false
			b.WriteString(string(digits[d]) + w.Units[p])
		}
		zero = false
		if name := w.Groups[i]; i == 3 {
			b.WriteString(w.Groups[1])
		} else {
			b.WriteString(name)
		}
		if g%10 == 0 && i > 0 {
			zero = g%10 == 0 && groups[i-1] != 0 && groups[i-1] < 1000
		}
	}
	return b.String()
}

// syllables maps a character to its first reading.
var syllables = sync.OnceValue(func() map[rune]string {
	m := make(map[rune]string, 21_000)
	for line := range strings.Lines(pinyinText) {
		name, chars, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, r := range chars {
			m[r] = name
		}
	}
	return m
})

// Syllable is the first reading of a Han character without its tone, such as
// "zhong"; empty for what is none and for very rare characters.
func Syllable(r rune) string { return syllables()[r] }

// pinyin spells Han characters, with a space between two; in mode "initials"
// by their first letters. The rest stays.
func pinyin(c *ctx, a []Value) Value {
	initials := len(a) > 1 && strings.EqualFold(strings.TrimSpace(a[1].s), "initials")
	if !c.spend(len(a[0].s)) {
		return Failed(ErrLimit)
	}
	m := syllables()
	var b strings.Builder
	last, spaced := false, false
	for i, r := range a[0].s {
		s, ok := m[r]
		switch {
		case ok && initials:
			b.WriteByte(s[0])
		case ok:
			if i > 0 && !spaced {
				b.WriteByte(' ')
			}
			b.WriteString(s)
		default:
			if last && !initials && r != ' ' {
				b.WriteByte(' ')
			}
			b.WriteRune(r)
		}
		last, spaced = ok, r == ' '
		if b.Len() > MaxText {
			return Failed(ErrLimit)
		}
	}
	return Text(b.String())
}

// dayText is the key of a day in a calendar.
func dayText(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.DateOnly) }
