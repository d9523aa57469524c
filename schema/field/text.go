package field

import "tongban/schema"

// text is a short text, kept as typed.
type text struct{}

func (text) Name() string { return "text" }

func (text) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindText, SortKey: 1, Sortable: true, Groupable: true, Searchable: true, MayBeUnique: true, MayBeRequired: true, Ops: opsText}
}

func (text) Check(f *schema.Field) error { return checkPlain(f, MaxText) }

func (t text) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return parseAsText(t, f, in, env)
}

func (text) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	return plainText(f, s, MaxText)
}

func (text) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, _ Names) []byte {
	return appendText(dst, v)
}

func (text) Text(_ *schema.Field, v schema.Value, _ Names) string { return textOf(v) }
