package field

import (
	"errors"

	"tongban/schema"
	"tongban/schema/value"
)

// number is a floating-point number. Its scale only says how many places pages
// show.
type number struct{}

func (number) Name() string { return "number" }

func (number) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindFloat, Sortable: true, MayBeUnique: true, MayBeRequired: true, Ops: opsNumber}
}

func (number) Check(f *schema.Field) error {
	if err := checkScale(f); err != nil {
		return err
	}
	return checkRange(f)
}

func (number) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return parseDigits(f, in, env, parseFloat)
}

func (number) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	return parseDigitsText(f, s, parseFloat)
}

func (number) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, _ Names) []byte {
	if n, ok := v.(float64); ok {
		return value.AppendNumber(dst, n)
	}
	return appendNull(dst)
}

func (number) Text(_ *schema.Field, v schema.Value, _ Names) string {
	if n, ok := v.(float64); ok {
		return string(value.AppendNumber(nil, n))
	}
	return ""
}

// parseFloat reads plain digits and checks them against the field's range.
func parseFloat(f *schema.Field, s string) (schema.Value, error) {
	n, err := value.ParseNumber(s)
	if err != nil {
		return nil, numberError(f, s, err)
	}
	if err := inRange(f, n); err != nil {
		return nil, err
	}
	return n, nil
}

// numberError words an error of schema/value.
func numberError(f *schema.Field, s string, err error) error {
	switch {
	case errors.Is(err, value.ErrScale):
		return bad(f, "tooManyPlaces").With("scale", scaleOf(f))
	case errors.Is(err, value.ErrRange):
		return bad(f, "outOfRange").With("value", shown(s))
	}
	return bad(f, "badNumber").With("value", shown(s))
}

// inRange checks a number against the field's min and max.
func inRange(f *schema.Field, n float64) error {
	if lo := f.Options.Min; lo != nil && n < *lo {
		return bad(f, "tooSmall").With("min", *lo)
	}
	if hi := f.Options.Max; hi != nil && n > *hi {
		return bad(f, "tooLarge").With("max", *hi)
	}
	return nil
}

// checkRange checks that min does not exceed max.
func checkRange(f *schema.Field) error {
	if lo, hi := f.Options.Min, f.Options.Max; lo != nil && hi != nil && *lo > *hi {
		return bad(f, "badRange")
	}
	return nil
}

// checkScale checks the number of decimal places.
func checkScale(f *schema.Field) error {
	if s := f.Options.Scale; s != nil && (*s < 0 || *s > value.MaxScale) {
		return bad(f, "badScale").With("max", value.MaxScale)
	}
	return nil
}

// scaleOf is the number of decimal places that a decimal keeps.
func scaleOf(f *schema.Field) int {
	if f.Options.Scale == nil {
		return 2
	}
	return *f.Options.Scale
}
