package field

import (
	"tongban/schema"
	"tongban/schema/value"
)

// decimal is an exact number with a fixed count of decimal places.
type decimal struct{}

func (decimal) Name() string { return "decimal" }

func (decimal) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindInt, Sortable: true, MayBeUnique: true, MayBeRequired: true, Ops: opsNumber}
}

func (decimal) Check(f *schema.Field) error {
	if err := checkScale(f); err != nil {
		return err
	}
	if f.Options.Scale == nil {
		scale := scaleOf(f)
		f.Options.Scale = &scale
	}
	return checkRange(f)
}

func (t decimal) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	if s, ok := numeral(in); ok {
		return parseDecimal(f, s)
	}
	s, ok := in.(string)
	switch {
	case !ok:
		return nil, wrongType(f, "decimal")
	case env.Typecast:
		return t.ParseText(f, s, env)
	}
	return parseDecimal(f, s)
}

func (decimal) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	return parseDigitsText(f, s, parseDecimal)
}

func (decimal) AppendJSON(dst []byte, f *schema.Field, v schema.Value, _ Names) []byte {
	n, ok := v.(int64)
	if !ok {
		return appendNull(dst)
	}
	return append(value.AppendDecimal(append(dst, '"'), n, scaleOf(f)), '"')
}

func (decimal) Text(f *schema.Field, v schema.Value, _ Names) string {
	n, ok := v.(int64)
	if !ok {
		return ""
	}
	return value.FormatDecimal(n, scaleOf(f))
}

// parseDecimal reads plain digits exactly.
func parseDecimal(f *schema.Field, s string) (schema.Value, error) {
	n, err := value.ParseDecimal(s, scaleOf(f))
	if err != nil {
		return nil, numberError(f, s, err)
	}
	if f.Options.Min != nil || f.Options.Max != nil {
		x, err := value.ParseNumber(s)
		if err != nil {
			return nil, numberError(f, s, err)
		}
		if err := inRange(f, x); err != nil {
			return nil, err
		}
	}
	return n, nil
}
