package field

import (
	"strings"

	"tongban/schema"
	"tongban/schema/value"
)

// percent is a fraction: 0.25 is 25 %. Typed text may carry the sign.
type percent struct{ number }

func (percent) Name() string { return "percent" }

func (t percent) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if s, ok := in.(string); ok && (strings.HasSuffix(s, "%") || env.Typecast) {
		return t.ParseText(f, s, env)
	}
	return t.number.Parse(f, in, env)
}

// Text writes 0.25, which reads back exactly; 25% is for pages to show.
func (percent) Text(_ *schema.Field, v schema.Value, _ Names) string {
	if n, ok := v.(float64); ok {
		return string(value.AppendNumber(nil, n))
	}
	return ""
}
