package field

import (
	_ "embed"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/width"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/formula"
	"tongban/schema/value"
)

//go:embed currencies.txt
var currencyWords string

// writings are the signs and words of each currency, folded.
var writings = readWritings(currencyWords)

func readWritings(text string) map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(text) {
		words := strings.Fields(strings.ToLower(width.Narrow.String(line)))
		if len(words) < 2 || words[0] == "#" {
			continue
		}
		out[strings.ToUpper(words[0])] = words[1:]
	}
	return out
}

// IsMoney says whether a field takes amounts of several currencies.
func IsMoney(f *schema.Field) bool {
	return f != nil && f.Type == "currency" && len(f.Options.Currencies) > 0
}

// Rate says what one unit of a currency is worth in another.
type Rate func(from, to string) (rate string, ok bool)

// moneyText takes an amount with a currency before or behind it apart: sign,
// word, digits, word, bracket.
var moneyText = regexp.MustCompile(`^([-+\x{2212}(]?)\s*([^-+\x{2212}()\d.,]*?)\s*([-+\x{2212}]?[\d.,'\x{2019} ]*\d[\d.,]*)\s*([^-+()\d.,]*?)\s*(\)?)$`)

// splitMoney finds the currency that a text names, else the field's own, and
// what is left of the text: "USD 1,234.5", "-$5", "(US$ 5)", "5 dollars".
func splitMoney(f *schema.Field, s string) (code, amount string, ok bool) {
	m := moneyText.FindStringSubmatch(strings.TrimSpace(width.Narrow.String(s)))
	if m == nil {
		return "", "", false
	}
	for i, word := range strings.Fields(m[2] + " " + m[4]) {
		one, known := named(f, word)
		if !known || i > 0 && one != code {
			return "", "", false
		}
		code = one
	}
	if code == "" {
		code = f.Options.Currency
	}
	return code, m[1] + m[3] + m[5], true
}

// named finds the currency of a field that a code, a sign or a word means.
func named(f *schema.Field, word string) (string, bool) {
	word = strings.ToLower(word)
	list := f.Options.Currencies
	i := slices.IndexFunc(list, func(code string) bool { return strings.ToLower(code) == word })
	if i < 0 && slices.Contains(writings[f.Options.Currency], word) {
		return f.Options.Currency, true
	}
	if i < 0 {
		i = slices.IndexFunc(list, func(code string) bool { return slices.Contains(writings[code], word) })
	}
	if i < 0 {
		return "", false
	}
	return list[i], true
}

// money is what storage keeps of an amount in a currency.
func money(f *schema.Field, code string, v schema.Value) schema.Value {
	n, ok := v.(int64)
	if !ok || !IsMoney(f) {
		return v
	}
	return code + " " + value.FormatDecimal(n, scaleOf(f))
}

// partsOf takes what is stored apart.
func partsOf(v schema.Value) (code, amount string, ok bool) {
	s, isText := v.(string)
	if !isText {
		return "", "", false
	}
	return strings.Cut(s, " ")
}

// InBase is a field of several currencies, or what a computed one shows, as a
// field of its own currency alone: what its order, its comparisons and its
// figures are made of. ok is false for all others.
func InBase(f *schema.Field) (base *schema.Field, ok bool) {
	shown, t, ok := Shown(f)
	if !ok || !t.Traits(shown).Money {
		return nil, false
	}
	c := *shown
	c.Options.Currencies = nil
	return &c, true
}

// Worth is an amount of several currencies in the currency of base, rounded half
// away from zero; nil where there is no amount or no rate is known.
func Worth(base *schema.Field, v schema.Value, rate Rate) schema.Value {
	code, amount, ok := partsOf(v)
	if !ok {
		return nil
	}
	per := "1"
	if code != base.Options.Currency {
		if rate == nil {
			return nil
		}
		if per, ok = rate(code, base.Options.Currency); !ok {
			return nil
		}
	}
	x, ok1 := new(big.Rat).SetString(amount)
	y, ok2 := new(big.Rat).SetString(per)
	if !ok1 || !ok2 {
		return nil
	}
	n, err := value.ParseDecimal(x.Mul(x, y).FloatString(scaleOf(base)), scaleOf(base))
	if err != nil {
		return nil
	}
	return n
}

// CheckWorth refuses an amount that is worth nothing known: its currency has no
// rate, or it is beyond what an amount can be.
func CheckWorth(f *schema.Field, v schema.Value, rate Rate) error {
	base, ok := InBase(f)
	if !ok || v == nil || Worth(base, v, rate) != nil {
		return nil
	}
	code, _, _ := partsOf(v)
	if code != base.Options.Currency {
		if rate == nil {
			return noRate(f, code)
		}
		if _, known := rate(code, base.Options.Currency); !known {
			return noRate(f, code)
		}
	}
	return bad(f, "tooLarge").With("max", value.FormatDecimal(math.MaxInt64, scaleOf(base)))
}

func noRate(f *schema.Field, code string) *fail.Error {
	return bad(f, "noRate").With("from", code).With("to", f.Options.Currency)
}

// CodeOf is the currency of an amount of several currencies; nil where there is none.
func CodeOf(v schema.Value) schema.Value {
	if code, _, ok := partsOf(v); ok {
		return code
	}
	return nil
}

// moneyValue is an amount of several currencies as formulas reckon with it: in
// the field's own currency.
func moneyValue(f *schema.Field, v string, n Names) formula.Value {
	var rate Rate
	if r, ok := n.(Rated); ok {
		rate = r.Rate
	}
	x, ok := Worth(f, v, rate).(int64)
	if !ok {
		return formula.Failed(formula.ErrRef)
	}
	return formula.Decimal(x, scaleOf(f))
}
