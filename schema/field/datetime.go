package field

import (
	"strings"
	"time"

	"tongban/schema"
	"tongban/schema/value"
)

// dateTime is a moment.
type dateTime struct{}

func (dateTime) Name() string { return "dateTime" }

func (dateTime) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindTime, Sortable: true, Groupable: true, MayBeRequired: true, Ops: opsTime}
}

func (dateTime) Check(f *schema.Field) error { return checkZone(f) }

func (t dateTime) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	s, ok := in.(string)
	if !ok {
		return nil, wrongType(f, "dateTime")
	}
	if env.Typecast {
		return t.ParseText(f, s, env)
	}
	ms, err := value.ParseRFC3339(s)
	if err != nil {
		return nil, bad(f, "badDateTime").With("value", shown(s))
	}
	return ms, nil
}

func (dateTime) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	if strings.TrimSpace(s) == "" {
		return empty, nil
	}
	ms, err := value.ParseTime(s, zoneOf(f, env))
	if err != nil {
		return nil, bad(f, "badDateTime").With("value", shown(s))
	}
	return ms, nil
}

func (dateTime) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, _ Names) []byte {
	ms, ok := v.(int64)
	if !ok {
		return appendNull(dst)
	}
	return append(value.AppendTime(append(dst, '"'), ms), '"')
}

// Text is the clock of the reader's zone, as spreadsheets read it.
func (dateTime) Text(f *schema.Field, v schema.Value, n Names) string {
	ms, ok := v.(int64)
	if !ok {
		return ""
	}
	env := &Env{}
	if z, ok := n.(Zoned); ok {
		env.Zone = z.Zone()
	}
	layout := time.DateTime
	if ms%1000 != 0 {
		layout = "2006-01-02 15:04:05.000"
	}
	return time.UnixMilli(ms).In(zoneOf(f, env)).Format(layout)
}
