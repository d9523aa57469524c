package field

import (
	"strings"

	"tongban/schema"
	"tongban/schema/formula"
)

// computedFormula is a value that a formula over the record gives. The catalog
// sets Result, Scale, Many and Volatile from the compiled formula.
type computedFormula struct{ computed }

func (computedFormula) Name() string { return "formula" }

func (computedFormula) Check(f *schema.Field) error {
	if strings.TrimSpace(f.Options.Formula) == "" {
		return bad(f, "noFormula")
	}
	if f.Options.TimeZone != "" {
		if err := checkZone(f); err != nil {
			return err
		}
	}
	return checkScale(f)
}

// SetResult puts the type of a compiled formula into the field's options.
func SetResult(f *schema.Field, t formula.Type, volatile bool) {
	o := &f.Options
	o.Volatile, o.Many = volatile, t.List
	o.Result = t.Kind.String()
	switch {
	case t.List || o.Result == "any":
		o.Result = "text"
	case t.Kind == formula.KindDecimal:
		if o.Scale == nil {
			scale := t.Scale
			o.Scale = &scale
		}
	}
}

// shortest is how many decimal places a formula's result keeps though they are zeros.
const shortest = 2

func (t computedFormula) AppendJSON(dst []byte, f *schema.Field, v schema.Value, n Names) []byte {
	f, v = tidy(f, v)
	return t.computed.AppendJSON(dst, f, v, n)
}

func (t computedFormula) Text(f *schema.Field, v schema.Value, n Names) string {
	f, v = tidy(f, v)
	return t.computed.Text(f, v, n)
}

// tidy leaves out the zeros at the end of a decimal result, past the cents: a
// product of a price and a count is 37.50, not 37.500000.
func tidy(f *schema.Field, v schema.Value) (*schema.Field, schema.Value) {
	n, ok := v.(int64)
	if !ok || f.Options.Scale == nil || f.Options.Result != formula.KindDecimal.String() {
		return f, v
	}
	scale := *f.Options.Scale
	for scale > shortest && n%10 == 0 {
		n, scale = n/10, scale-1
	}
	if scale == *f.Options.Scale {
		return f, v
	}
	c := *f
	c.Options.Scale = &scale
	return &c, n
}
