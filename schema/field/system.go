package field

import (
	"tongban/schema"
)

// shownTime shows a time that the engine keeps in every record.
type shownTime struct{ dateTime }

func (shownTime) Check(*schema.Field) error { return nil }

func (shownTime) Parse(f *schema.Field, _ any, _ *Env) (schema.Value, error) {
	return nil, bad(f, "readOnly")
}

func (shownTime) ParseText(f *schema.Field, _ string, _ *Env) (schema.Value, error) {
	return nil, bad(f, "readOnly")
}

func timeTraits(system schema.FieldID) Traits {
	return Traits{Kind: schema.KindTime, System: system, Sortable: true, Groupable: true, ReadOnly: true, Ops: opsTime}
}

// shownUser shows a user that the engine keeps in every record: an int64, not
// a set, in storage; a list of one, as other users are, in the API.
type shownUser struct{}

func (shownUser) Check(*schema.Field) error { return nil }

func (shownUser) Parse(f *schema.Field, _ any, _ *Env) (schema.Value, error) {
	return nil, bad(f, "readOnly")
}

func (shownUser) ParseText(f *schema.Field, _ string, _ *Env) (schema.Value, error) {
	return nil, bad(f, "readOnly")
}

func (shownUser) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, n Names) []byte {
	id, ok := v.(int64)
	if !ok || id == 0 {
		return appendNull(dst)
	}
	return append(appendUser(append(dst, '['), id, n), ']')
}

func (shownUser) Text(_ *schema.Field, v schema.Value, n Names) string {
	id, ok := v.(int64)
	if !ok || id == 0 {
		return ""
	}
	return userName(id, n)
}

func userTraits(system schema.FieldID) Traits {
	return Traits{Kind: schema.KindInt, System: system, Groupable: true, ReadOnly: true, Ops: opsOption}
}
