package field

import (
	"strings"
	"time"

	"tongban/schema"
	"tongban/schema/value"
)

// year is a calendar year.
type year struct{ integer }

func (year) Name() string { return "year" }

func (t year) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if s, ok := in.(string); ok && s != "" && env.Typecast {
		return t.ParseText(f, s, env)
	}
	v, err := t.integer.Parse(f, in, env)
	return checkYear(f, v, err)
}

// ParseText also takes a date, of which it keeps the year.
func (t year) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	if strings.TrimSpace(s) == "" {
		return empty, nil
	}
	if ms, err := value.ParseDate(s); err == nil {
		return int64(time.UnixMilli(ms).UTC().Year()), nil
	}
	v, err := t.integer.ParseText(f, s, env)
	return checkYear(f, v, err)
}

func (year) Check(f *schema.Field) error { return checkRange(f) }

func checkYear(f *schema.Field, v schema.Value, err error) (schema.Value, error) {
	n, ok := v.(int64)
	if err != nil || !ok {
		return v, err
	}
	if n < 1 || n > 9999 {
		return nil, bad(f, "badYear").With("value", n)
	}
	return v, inRange(f, float64(n))
}
