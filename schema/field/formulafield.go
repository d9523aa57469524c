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
