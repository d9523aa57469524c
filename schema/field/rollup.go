package field

import (
	"slices"

	"tongban/schema"
)

// RollupOps are what a rollup can make of the values of its source.
var RollupOps = []string{"sum", "avg", "min", "max", "count", "countDistinct", "concat", "and", "or"}

// rollup condenses a field of the records that a link leads to into one value.
type rollup struct{ computed }

func (rollup) Name() string { return "rollup" }

func (rollup) Check(f *schema.Field) error {
	o := &f.Options
	if o.Link == 0 {
		return bad(f, "noLink")
	}
	if !slices.Contains(RollupOps, o.Op) {
		return bad(f, "badRollup").With("value", shown(o.Op))
	}
	if o.Field == 0 {
		return bad(f, "noSource")
	}
	if o.Of == nil {
		return nil
	}
	if !mayBeShown(o.Of) {
		return bad(f, "badSource").With("type", o.Of.Type)
	}
	return rollupFits(f)
}

// rollupFits checks that the source has values that the op can work on.
func rollupFits(f *schema.Field) error {
	refused := bad(f, "badRollupSource").With("op", f.Options.Op).With("type", f.Options.Of.Type)
	if _, ok := shapeOf(f); !ok {
		return refused
	}
	if f.Options.Op == "and" || f.Options.Op == "or" {
		if s, ok := shapeOf(f.Options.Of); !ok || s.t.Traits(s.f).Kind != schema.KindBool {
			return refused
		}
	}
	return nil
}

// count is how many records a link leads to.
type count struct{ computed }

func (count) Name() string { return "count" }

func (count) Check(f *schema.Field) error {
	if f.Options.Link == 0 {
		return bad(f, "noLink")
	}
	return nil
}
