package field

import (
	"slices"
	"strings"
	"time"

	"tongban/schema"
	"tongban/schema/value"
)

// timeOfDay is a time on the clock, kept as seconds since midnight.
type timeOfDay struct{}

// TimeFormats are how pages can show times.
var TimeFormats = []string{"HH:mm", "HH:mm:ss"}

func (timeOfDay) Name() string { return "time" }

func (timeOfDay) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindInt, Sortable: true, Groupable: true, MayBeRequired: true, Ops: opsNumber}
}

func (timeOfDay) Check(f *schema.Field) error {
	if f.Options.Format == "" {
		f.Options.Format = TimeFormats[0]
	}
	if !slices.Contains(TimeFormats, f.Options.Format) {
		return bad(f, "badFormat").With("value", shown(f.Options.Format))
	}
	return nil
}

func (t timeOfDay) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	s, ok := in.(string)
	if !ok {
		return nil, wrongType(f, "time")
	}
	return t.ParseText(f, s, env)
}

// ParseText reads 9:30, 09:30:15, 3:00 pm and its like in Chinese.
func (timeOfDay) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return empty, nil
	}
	ms, err := value.ParseTime("2000-01-01 "+s, time.UTC)
	if err != nil || len(s) > 40 {
		return nil, bad(f, "badTime").With("value", shown(s))
	}
	if day := value.Day(ms, time.UTC); day != time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() {
		return nil, bad(f, "badTime").With("value", shown(s))
	}
	return ms / 1000 % 86_400, nil
}

func clock(v schema.Value) string {
	n, ok := v.(int64)
	if !ok || n < 0 || n >= 86_400 {
		return ""
	}
	at := time.Unix(n, 0).UTC()
	if n%60 == 0 {
		return at.Format("15:04")
	}
	return at.Format(time.TimeOnly)
}

func (timeOfDay) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, _ Names) []byte {
	if s := clock(v); s != "" {
		return AppendString(dst, s)
	}
	return appendNull(dst)
}

func (timeOfDay) Text(_ *schema.Field, v schema.Value, _ Names) string { return clock(v) }
