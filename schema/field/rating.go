package field

import (
	"tongban/schema"
	"tongban/schema/value"
)

// rating is a count of stars from 1 to the field's max; 0 means none.
type rating struct{ integer }

const maxStars = 10

func (rating) Name() string { return "rating" }

func (rating) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindInt, Sortable: true, Groupable: true, MayBeRequired: true, Ops: opsNumber}
}

func (rating) Check(f *schema.Field) error {
	if f.Options.Max == nil {
		stars := 5.0
		f.Options.Max = &stars
	}
	if n := *f.Options.Max; n < 1 || n > maxStars || n != float64(int(n)) {
		return bad(f, "badMax").With("max", maxStars)
	}
	return nil
}

func (rating) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return parseDigits(f, in, env, parseStars)
}

func (rating) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	return parseDigitsText(f, s, parseStars)
}

func parseStars(f *schema.Field, s string) (schema.Value, error) {
	most := int64(5)
	if f.Options.Max != nil {
		most = int64(*f.Options.Max)
	}
	n, err := value.ParseDecimal(s, 0)
	switch {
	case err != nil || n < 0 || n > most:
		return nil, bad(f, "badRating").With("max", most)
	case n == 0:
		return empty, nil
	}
	return n, nil
}
