package field

import (
	"slices"
	"strings"

	"tongban/schema"
)

// currency is an amount of money: in the one currency that the field names, or,
// where it names several, in any of these. Storage keeps the latter as texts
// such as "USD 1234.50", with as many decimal places as the field has.
type currency struct{ decimal }

const maxCurrencies = 40

func (currency) Name() string { return "currency" }

func (t currency) Traits(f *schema.Field) Traits {
	if !IsMoney(f) {
		return t.decimal.Traits(f)
	}
	return Traits{Kind: schema.KindText, Sortable: true, Groupable: true, MayBeUnique: true, MayBeRequired: true, Ops: opsMoney, Money: true}
}

func (t currency) Check(f *schema.Field) error {
	o := &f.Options
	if o.Currency == "" {
		o.Currency = "CNY"
		if len(o.Currencies) > 0 {
			o.Currency = o.Currencies[0]
		}
	}
	if len(o.Currencies) > 0 {
		o.Currencies = unique(append(slices.Clone(o.Currencies), o.Currency))
	}
	if len(o.Currencies) > maxCurrencies {
		return bad(f, "tooManyCurrencies").With("max", maxCurrencies)
	}
	for _, code := range append([]string{o.Currency}, o.Currencies...) {
		if !isCode(code) {
			return bad(f, "badCurrency").With("value", shown(code))
		}
	}
	if len(o.Currencies) == 1 { // the field's own: it is no choice
		o.Currencies = nil
	}
	return t.decimal.Check(f)
}

// unique leaves out what came before, and keeps the order.
func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func isCode(code string) bool {
	return len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// Parse also takes {"amount":"1234.50","currency":"CNY"}.
func (t currency) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	obj, ok := in.(map[string]any)
	if !ok {
		return t.plain(f, in, env)
	}
	code := f.Options.Currency
	for key, v := range obj {
		switch key {
		case "amount":
		case "currency":
			given, isText := v.(string)
			if !isText {
				return nil, wrongType(f, "text")
			}
			if given != "" {
				code = given
			}
		default:
			return nil, wrongType(f, "decimal")
		}
	}
	if code != f.Options.Currency && !slices.Contains(f.Options.Currencies, code) {
		return nil, t.otherCurrency(f, code)
	}
	v, err := t.decimal.Parse(f, obj["amount"], env)
	return money(f, code, v), err
}

func (currency) otherCurrency(f *schema.Field, code string) error {
	if !IsMoney(f) {
		return bad(f, "badCurrency")
	}
	return bad(f, "badMoney").With("value", shown(code)).With("currencies", strings.Join(f.Options.Currencies, ", "))
}

// plain reads an amount that is not an object.
func (t currency) plain(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if s, ok := in.(string); ok && IsMoney(f) {
		return t.ParseText(f, s, env)
	}
	v, err := t.decimal.Parse(f, in, env)
	return money(f, f.Options.Currency, v), err
}

// ParseText also takes, of a field of several currencies, "USD 1,234.5",
// "$1,234.50" and an amount with the currency's name behind it.
func (t currency) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	if !IsMoney(f) || strings.TrimSpace(s) == "" {
		return t.decimal.ParseText(f, s, env)
	}
	code, amount, ok := splitMoney(f, s)
	if !ok {
		return nil, t.otherCurrency(f, s)
	}
	v, err := t.decimal.ParseText(f, amount, env)
	return money(f, code, v), err
}

func (t currency) AppendJSON(dst []byte, f *schema.Field, v schema.Value, n Names) []byte {
	code, amount, ok := partsOf(v)
	if !ok {
		return t.decimal.AppendJSON(dst, f, v, n)
	}
	dst = append(append(dst, `{"amount":"`...), amount...)
	return append(append(append(dst, `","currency":"`...), code...), `"}`...)
}

func (t currency) Text(f *schema.Field, v schema.Value, n Names) string {
	if s, ok := v.(string); ok {
		return s
	}
	return t.decimal.Text(f, v, n)
}
