package field

import "tongban/schema"

// longText is text of many lines, kept as typed.
type longText struct{ text }

func (longText) Name() string { return "longText" }

func (longText) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindText, MayBeRequired: true, Ops: opsLong}
}

func (longText) Check(f *schema.Field) error { return checkPlain(f, MaxLongText) }

func (t longText) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return parseAsText(t, f, in, env)
}

func (longText) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	return plainText(f, s, MaxLongText)
}
