package field

import (
	"strings"
	"time"

	"tongban/schema"
	"tongban/schema/value"
)

// date is a day, whatever the zone.
type date struct{}

func (date) Name() string { return "date" }

func (date) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindTime, Sortable: true, Groupable: true, MayBeUnique: true, MayBeRequired: true, Ops: opsTime}
}

func (date) Check(f *schema.Field) error { return checkZone(f) }

func (t date) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	s, ok := in.(string)
	if !ok {
		return nil, wrongType(f, "date")
	}
	if env.Typecast {
		return t.ParseText(f, s, env)
	}
	d, err := time.Parse(time.DateOnly, s)
	if err != nil || d.Year() < 1 {
		return nil, bad(f, "badDate").With("value", shown(s))
	}
	return d.UnixMilli(), nil
}

// ParseText also takes a moment, and keeps the day on which it falls.
func (date) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	if strings.TrimSpace(s) == "" {
		return empty, nil
	}
	ms, err := value.ParseDate(s)
	if err != nil {
		zone := zoneOf(f, env)
		if ms, err = value.ParseTime(s, zone); err != nil {
			return nil, bad(f, "badDate").With("value", shown(s))
		}
		ms = value.Day(ms, zone)
	}
	return ms, nil
}

func (date) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, _ Names) []byte {
	ms, ok := v.(int64)
	if !ok {
		return appendNull(dst)
	}
	return append(value.AppendDate(append(dst, '"'), ms), '"')
}

func (date) Text(_ *schema.Field, v schema.Value, _ Names) string {
	if ms, ok := v.(int64); ok {
		return value.FormatDate(ms)
	}
	return ""
}

// checkZone checks a field's own time zone.
func checkZone(f *schema.Field) error {
	if name := f.Options.TimeZone; name != "" {
		if _, ok := value.Zone(name); !ok {
			return bad(f, "badTimeZone")
		}
	}
	return nil
}

// zoneOf is the zone in which a field's times are typed.
func zoneOf(f *schema.Field, env *Env) *time.Location {
	if f.Options.TimeZone != "" {
		if z, ok := value.Zone(f.Options.TimeZone); ok {
			return z
		}
	}
	if env != nil && env.Zone != nil {
		return env.Zone
	}
	return time.UTC
}
