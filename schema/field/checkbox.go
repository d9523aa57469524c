package field

import (
	"strings"

	"tongban/schema"
	"tongban/schema/value"
)

// checkbox is true or false; never touched, it is empty.
type checkbox struct{}

func (checkbox) Name() string { return "checkbox" }

func (checkbox) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindBool, Sortable: true, Groupable: true, Ops: opsBool}
}

func (checkbox) Check(*schema.Field) error { return nil }

func (t checkbox) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	if b, ok := in.(bool); ok {
		return b, nil
	}
	if env.Typecast {
		if s, err := inputText(f, in, env); err == nil {
			return t.ParseText(f, s, env)
		}
	}
	return nil, wrongType(f, "boolean")
}

func (checkbox) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	if strings.TrimSpace(s) == "" {
		return empty, nil
	}
	b, ok := value.ParseBool(s)
	if !ok {
		return nil, bad(f, "badCheckbox").With("value", shown(s))
	}
	return b, nil
}

func (checkbox) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, _ Names) []byte {
	if b, ok := v.(bool); ok {
		return append(dst, boolText(b)...)
	}
	return appendNull(dst)
}

func (checkbox) Text(_ *schema.Field, v schema.Value, _ Names) string {
	if b, ok := v.(bool); ok {
		return boolText(b)
	}
	return ""
}
