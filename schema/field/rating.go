package field

import (
	"strings"

	"tongban/schema"
	"tongban/schema/value"
)

// rating is a count of stars from 1 to the field's max; 0 means none.
type rating struct{}

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

func (t rating) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	if s, ok := in.(string); ok && env.Typecast {
		return t.ParseText(f, s, env)
	}
	s, ok := numeral(in)
	if !ok {
		return nil, wrongType(f, "number")
	}
	return parseStars(f, s)
}

func (rating) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	if strings.TrimSpace(s) == "" {
		return empty, nil
	}
	plain, err := value.PlainNumber(s)
	if err != nil {
		return nil, bad(f, "badNumber").With("value", shown(s))
	}
	return parseStars(f, plain)
}

func (rating) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, _ Names) []byte {
	if n, ok := v.(int64); ok {
		return value.AppendDecimal(dst, n, 0)
	}
	return appendNull(dst)
}

func (rating) Text(_ *schema.Field, v schema.Value, _ Names) string {
	if n, ok := v.(int64); ok {
		return value.FormatDecimal(n, 0)
	}
	return ""
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
