package field

import (
	"strings"

	"tongban/schema"
)

// singleSelect is one of the field's choices.
type singleSelect struct{}

func (singleSelect) Name() string { return "singleSelect" }

func (singleSelect) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindOption, Sortable: true, Groupable: true, MayBeRequired: true, Ops: opsOption}
}

func (singleSelect) Check(f *schema.Field) error { return checkChoices(f) }

func (singleSelect) Parse(f *schema.Field, in any, _ *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	c, err := parseChoice(f, in)
	if err != nil {
		return nil, err
	}
	return int64(c.ID), nil
}

func (t singleSelect) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	if strings.TrimSpace(s) == "" {
		return empty, nil
	}
	return t.Parse(f, s, env)
}

func (singleSelect) AppendJSON(dst []byte, f *schema.Field, v schema.Value, _ Names) []byte {
	if id, ok := v.(int64); ok {
		if c := choiceByID(f, schema.OptionID(id)); c != nil {
			return appendChoice(dst, c)
		}
	}
	return appendNull(dst)
}

func (singleSelect) Text(f *schema.Field, v schema.Value, _ Names) string {
	if id, ok := v.(int64); ok {
		if c := choiceByID(f, schema.OptionID(id)); c != nil {
			return c.Name
		}
	}
	return ""
}
