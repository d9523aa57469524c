package field

import (
	"strings"

	"tongban/schema"
)

// currency is an amount of money, in the one currency that the field names.
type currency struct{ decimal }

func (currency) Name() string { return "currency" }

func (t currency) Check(f *schema.Field) error {
	if f.Options.Currency == "" {
		f.Options.Currency = "CNY"
	}
	code := f.Options.Currency
	if len(code) != 3 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return bad(f, "badCurrency")
	}
	return t.decimal.Check(f)
}

// Parse also takes {"amount":"1234.50","currency":"CNY"}.
func (t currency) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	obj, ok := in.(map[string]any)
	if !ok {
		return t.decimal.Parse(f, in, env)
	}
	for key := range obj {
		if key != "amount" && key != "currency" {
			return nil, wrongType(f, "decimal")
		}
	}
	if code, ok := obj["currency"].(string); ok && code != f.Options.Currency {
		return nil, bad(f, "badCurrency")
	}
	return t.decimal.Parse(f, obj["amount"], env)
}
