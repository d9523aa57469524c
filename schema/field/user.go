package field

import (
	"strings"

	"tongban/schema"
)

// user is one member of the tenant, or several.
type user struct{}

func (user) Name() string { return "user" }

func (user) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindSet, Groupable: true, MayBeRequired: true, Ops: opsSet}
}

func (user) Check(*schema.Field) error { return nil }

// Parse reads ids; with typecast also e-mail addresses and names. Whether an id
// belongs to a member is for the writer to check.
func (user) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	most := 1
	if f.Options.Many {
		most = maxMembers
	}
	return parseSet(f, in, most, func(in any) (int64, error) {
		s, ok := refID(in)
		if !ok {
			return 0, wrongType(f, "user")
		}
		if id, ok := schema.ParseID[schema.UserID](schema.PrefixUser, s); ok {
			return int64(id), nil
		}
		if env.Typecast && env.Find != nil {
			if id, ok := env.Find.User(strings.TrimSpace(s)); ok {
				return int64(id), nil
			}
		}
		return 0, bad(f, "badUser").With("value", shown(s))
	})
}

func (t user) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	cast := *env
	cast.Typecast = true
	return t.Parse(f, anyList(Split(s)), &cast)
}

func (user) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, n Names) []byte {
	return appendSet(dst, v, func(dst []byte, id int64) []byte { return appendUser(dst, id, n) })
}

func (user) Text(_ *schema.Field, v schema.Value, n Names) string {
	return setText(v, func(id int64) string { return userName(id, n) })
}

func appendUser(dst []byte, id int64, n Names) []byte {
	return appendNamed(dst, schema.FormatID(schema.PrefixUser, id), userName(id, n))
}

func userName(id int64, n Names) string {
	if n == nil {
		return ""
	}
	return n.User(schema.UserID(id))
}
