package field

import (
	"slices"

	"tongban/schema"
)

// exchange converts numbers and amounts where one side has several currencies.
// An amount keeps its currency where the target takes it, else it is converted
// by the rates of the day, and refused where there is none. A number is an
// amount in the field's own currency.
func exchange(from, to *schema.Field, v schema.Value, env *Env) (schema.Value, bool, error) {
	code, amount, several := partsOf(v)
	switch {
	case !several && from.Type != "currency":
		single := *to
		single.Options.Currencies = nil
		n, done, err := measure(from, &single, v, env)
		return money(to, to.Options.Currency, n), done, err
	case !several:
		code, amount = from.Options.Currency, decimal{}.Text(from, v, nil)
	}
	target := to.Options.Currency
	switch {
	case to.Type != "currency":
		target = from.Options.Currency
	case slices.Contains(to.Options.Currencies, code):
		target = code
	}
	scale := scaleOf(from)
	if to.Type == "currency" || to.Type == "decimal" {
		scale = scaleOf(to)
	}
	one := *to // the amount, in the currency that it goes to
	one.Type, one.Options = "currency", schema.Options{Scale: &scale, Currency: target, Currencies: []string{target, code}}
	if err := CheckWorth(&one, code+" "+amount, env.Rate); err != nil {
		return nil, true, err
	}
	worth := Worth(&one, code+" "+amount, env.Rate)
	one.Options.Currencies = nil
	single := *to
	single.Options.Currencies = nil
	n, done, err := measure(&one, &single, worth, env)
	return money(to, target, n), done, err
}
