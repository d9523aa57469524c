package field

import (
	"tongban/schema"
)

// multiSelect is several of the field's choices, in the user's order.
type multiSelect struct{}

func (multiSelect) Name() string { return "multiSelect" }

func (multiSelect) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindSet, Groupable: true, MayBeRequired: true, Ops: opsSet}
}

func (multiSelect) Check(f *schema.Field) error { return checkChoices(f) }

func (multiSelect) Parse(f *schema.Field, in any, _ *Env) (schema.Value, error) {
	return parseSet(f, in, maxMembers, func(in any) (int64, error) {
		c, err := parseChoice(f, in)
		if err != nil {
			return 0, err
		}
		return int64(c.ID), nil
	})
}

func (t multiSelect) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	if c := choiceNamed(f, s); c != nil {
		return []int64{int64(c.ID)}, nil
	}
	return t.Parse(f, anyList(Split(s)), env)
}

func (multiSelect) AppendJSON(dst []byte, f *schema.Field, v schema.Value, _ Names) []byte {
	return appendSet(dst, v, func(dst []byte, id int64) []byte {
		if c := choiceByID(f, schema.OptionID(id)); c != nil {
			return appendChoice(dst, c)
		}
		return dst
	})
}

func (multiSelect) Text(f *schema.Field, v schema.Value, _ Names) string {
	return setText(v, func(id int64) string {
		if c := choiceByID(f, schema.OptionID(id)); c != nil {
			return c.Name
		}
		return ""
	})
}
