package field

import (
	"tongban/schema"
	"tongban/schema/value"
)

// integer is a whole number: what counts are, and what year is made of.
type integer struct{}

func (integer) Name() string { return "integer" }

func (integer) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindInt, Sortable: true, Groupable: true, MayBeUnique: true, MayBeRequired: true, Ops: opsNumber}
}

func (integer) Check(*schema.Field) error { return nil }

func (integer) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return parseDigits(f, in, env, parseInteger)
}

func (integer) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	return parseDigitsText(f, s, parseInteger)
}

func (integer) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, _ Names) []byte {
	if n, ok := v.(int64); ok {
		return value.AppendDecimal(dst, n, 0)
	}
	return appendNull(dst)
}

func (integer) Text(_ *schema.Field, v schema.Value, _ Names) string {
	if n, ok := v.(int64); ok {
		return value.FormatDecimal(n, 0)
	}
	return ""
}

func parseInteger(f *schema.Field, s string) (schema.Value, error) {
	n, err := value.ParseDecimal(s, 0)
	if err != nil {
		return nil, bad(f, "badInteger").With("value", shown(s))
	}
	return n, nil
}
