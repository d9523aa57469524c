package catalog

import (
	"cmp"
	"slices"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// hasMoney says whether a field keeps amounts of several currencies.
func hasMoney(f *schema.Field) bool {
	_, ok := field.InBase(f)
	return ok && kindOf(f) != 0
}

// money lists the fields in which people give amounts of several currencies.
func (s *Snapshot) money() []Ref {
	var refs []Ref
	for id, e := range s.entities {
		for _, f := range e.Live() {
			if field.IsMoney(f) {
				refs = append(refs, Ref{id, f.ID})
			}
		}
	}
	return refs
}

// rebased says whether amounts of several currencies are worth another amount now.
func rebased(was, now *schema.Field) bool {
	return field.IsMoney(was) && field.IsMoney(now) && was.Options.Currency != now.Options.Currency
}

// mayRebase refuses another own currency for a field of several where there are
// no rates to convert what records may hold.
func (x *edits) mayRebase(was, now *schema.Field) error {
	if !rebased(was, now) {
		return nil
	}
	for _, code := range now.Options.Currencies {
		if _, known := x.snap.RateNow(code, now.Options.Currency); !known {
			return fail.New(fail.Invalid, "field.noRate").On("options.currency").With("from", code).With("to", now.Options.Currency)
		}
	}
	return nil
}

// keepCurrencies lets a field of several currencies get more of them, no less:
// records may hold amounts in them. What else is wanted is a conversion.
func keepCurrencies(o, old *schema.Options) error {
	if len(old.Currencies) == 0 && len(o.Currencies) == 0 {
		return nil
	}
	o.Currency = cmp.Or(o.Currency, old.Currency)
	missing := func(code string) bool { return code != o.Currency && !slices.Contains(o.Currencies, code) }
	more := slices.ContainsFunc(o.Currencies, func(code string) bool { return code != o.Currency })
	if len(old.Currencies) == 0 && more || slices.ContainsFunc(old.Currencies, missing) {
		return fail.New(fail.Invalid, "field.currenciesFixed").On("options.currencies")
	}
	return nil
}

// mayTakeRates refuses rates of a day without which amounts in records could not
// be converted any more.
func (s *Snapshot) mayTakeRates(in Rates) error {
	next := *s
	next.rates = slices.DeleteFunc(slices.Clone(s.rates), func(r *Rates) bool { return r.Date == in.Date })
	if len(in.Rates) > 0 {
		next.rates = append(next.rates, &in)
		sortRates(next.rates)
	}
	for _, r := range s.money() {
		f := s.entities[r.Entity].Field(r.Field)
		for _, code := range f.Options.Currencies {
			_, had := s.RateNow(code, f.Options.Currency)
			if _, has := next.RateNow(code, f.Options.Currency); had && !has {
				return fail.New(fail.Invalid, "rates.inUse").On("rates."+code).With("currency", code).With("name", f.Name)
			}
		}
	}
	return nil
}
