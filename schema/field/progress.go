package field

import (
	"strings"

	"tongban/schema"
)

const fullProgress = 100.0

// progress is a number from 0 to the field's max, shown as a bar.
type progress struct{ number }

func (progress) Name() string { return "progress" }

func (progress) Traits(f *schema.Field) Traits {
	t := number{}.Traits(f)
	t.MayBeUnique, t.Groupable = false, true
	return t
}

func (progress) Check(f *schema.Field) error {
	if f.Options.Max == nil {
		most := fullProgress
		f.Options.Max = &most
	}
	if f.Options.Min == nil {
		least := 0.0
		f.Options.Min = &least
	}
	if *f.Options.Max <= 0 || *f.Options.Min != 0 {
		return bad(f, "badRange")
	}
	return checkScale(f)
}

func (t progress) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if s, ok := in.(string); ok && env.Typecast {
		return t.ParseText(f, s, env)
	}
	return t.number.Parse(f, in, env)
}

// ParseText takes "40%" as that part of the max.
func (t progress) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	part, ok := strings.CutSuffix(strings.TrimSpace(s), "%")
	if !ok {
		return t.number.ParseText(f, s, env)
	}
	loose := *f
	loose.Options.Min, loose.Options.Max = nil, nil
	v, err := t.number.ParseText(&loose, part, env)
	n, ok := v.(float64)
	if err != nil || !ok {
		return v, err
	}
	most := fullProgress
	if f.Options.Max != nil {
		most = *f.Options.Max
	}
	n = n * most / 100
	return n, inRange(f, n)
}
