package catalog

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"strings"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/value"
)

// KindRates are the documents of exchange rates, one a day.
const KindRates = "rates"

const (
	maxRates    = 200
	rateScale   = 8
	ratePlaces  = 10 // of a rate that is computed from two
	rateDateLen = len(time.DateOnly)
)

// Rates are a day's exchange rates: what one unit of each currency is worth in
// the base currency, as plain decimals. They hold until the next day that has any.
type Rates struct {
	Date    string            `json:"date"`
	Base    string            `json:"base"`
	Rates   map[string]string `json:"rates"`
	Version schema.Version    `json:"-"`
}

// Rates lists the days with rates, the newest first.
func (s *Snapshot) Rates() []*Rates { return s.rates }

// Rate says what one unit of a currency is worth in another at a moment, by
// the newest rates until then that know both.
func (s *Snapshot) Rate(from, to string, at time.Time) (string, bool) {
	if from == to {
		return "1", true
	}
	day := at.In(s.zone).Format(time.DateOnly)
	i, _ := slices.BinarySearchFunc(s.rates, day, func(r *Rates, day string) int { return strings.Compare(day, r.Date) })
	for _, r := range s.rates[i:] {
		x, y := r.worth(from), r.worth(to)
		if x != nil && y != nil {
			return plainRat(x.Quo(x, y)), true
		}
	}
	return "", false
}

// RateNow is Rate at this moment.
func (s *Snapshot) RateNow(from, to string) (string, bool) {
	return s.Rate(from, to, s.now())
}

// worth is the value of one unit in the base currency; nil: not known.
func (r *Rates) worth(currency string) *big.Rat {
	if currency == r.Base {
		return big.NewRat(1, 1)
	}
	x, ok := new(big.Rat).SetString(r.Rates[currency])
	if !ok || x.Sign() <= 0 {
		return nil
	}
	return x
}

func plainRat(x *big.Rat) string {
	s := x.FloatString(ratePlaces)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// SetRates puts the rates of one day in the place of those there were. None
// removes the day.
func (c *Catalog) SetRates(ctx context.Context, a access.Actor, in Rates) error {
	if err := access.Admin(a); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		if err := s.mayTakeRates(in); err != nil {
			return nil, err
		}
		version := schema.Version(0)
		if i := slices.IndexFunc(s.rates, func(r *Rates) bool { return r.Date == in.Date }); i >= 0 {
			version = s.rates[i].Version
		}
		if len(in.Rates) == 0 {
			if version == 0 {
				return nil, nil
			}
			return []store.DocOp{remove(KindRates, in.Date, version)}, nil
		}
		op, err := put(KindRates, in.Date, version, in)
		return []store.DocOp{op}, err
	})
}

func (r *Rates) check() error {
	if _, err := time.Parse(time.DateOnly, r.Date); err != nil || len(r.Date) != rateDateLen {
		return fail.New(fail.Invalid, "field.badDate").On("date").With("value", shortened(r.Date))
	}
	if !isCurrency(r.Base) {
		return fail.New(fail.Invalid, "field.badCurrency").On("base")
	}
	if len(r.Rates) > maxRates {
		return fail.New(fail.Invalid, "list.tooMany").On("rates").With("max", maxRates)
	}
	for code, rate := range r.Rates {
		if !isCurrency(code) || code == r.Base {
			return fail.New(fail.Invalid, "field.badCurrency").On("rates." + shortened(code))
		}
		if n, err := value.ParseDecimal(rate, rateScale); err != nil || n <= 0 {
			return fail.New(fail.Invalid, "rates.badRate").On("rates."+code).With("value", shortened(rate))
		}
	}
	return nil
}

func isCurrency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// sortRates puts the newest first.
func sortRates(list []*Rates) {
	slices.SortFunc(list, func(a, b *Rates) int { return cmp.Compare(b.Date, a.Date) })
}
