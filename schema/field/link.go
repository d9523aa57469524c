package field

import (
	"strings"

	"tongban/schema"
)

const maxLinks = 1000

// link points to records of another entity. The derived side of a pair stores
// nothing: its value is what points here.
type link struct{}

func (link) Name() string { return "link" }

func (link) Traits(f *schema.Field) Traits {
	return Traits{Kind: schema.KindSet, Groupable: f == nil || !f.Options.Derived, ReadOnly: f != nil && f.Options.Derived, MayBeRequired: f == nil || !f.Options.Derived, Ops: opsSet}
}

func (link) Check(f *schema.Field) error {
	if f.Options.Entity == 0 {
		return bad(f, "noEntity")
	}
	return nil
}

// Parse reads record ids; with typecast also titles. Whether the records exist
// and may be seen is for the writer to check.
func (link) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	most := 1
	if f.Options.Many {
		most = maxLinks
	}
	return parseSet(f, in, most, func(in any) (int64, error) {
		s, ok := refID(in)
		if !ok {
			return 0, wrongType(f, "record")
		}
		if id, ok := schema.ParseID[schema.RecordID](schema.PrefixRecord, s); ok {
			return int64(id), nil
		}
		if env.Typecast && env.Find != nil {
			if id, ok := env.Find.Record(f.Options.Entity, strings.TrimSpace(s)); ok {
				return int64(id), nil
			}
		}
		return 0, bad(f, "badLink").With("value", shown(s))
	})
}

func (t link) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	cast := *env
	cast.Typecast = true
	if whole := strings.TrimSpace(s); whole != "" {
		if v, err := t.Parse(f, whole, &cast); err == nil {
			return v, nil
		}
	}
	return t.Parse(f, anyList(Split(s)), &cast)
}

func (link) AppendJSON(dst []byte, f *schema.Field, v schema.Value, n Names) []byte {
	return appendSet(dst, v, func(dst []byte, id int64) []byte {
		return appendNamed(dst, schema.FormatID(schema.PrefixRecord, id), recordTitle(f, id, n))
	})
}

func (link) Text(f *schema.Field, v schema.Value, n Names) string {
	return setText(v, func(id int64) string { return recordTitle(f, id, n) })
}

func recordTitle(f *schema.Field, id int64, n Names) string {
	if n == nil {
		return ""
	}
	title, ok := n.Record(f.Options.Entity, schema.RecordID(id))
	if !ok {
		return ""
	}
	return title
}
