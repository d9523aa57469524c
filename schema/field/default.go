package field

import (
	"bytes"
	"encoding/json"
	"strings"

	"tongban/schema"
	"tongban/schema/value"
)

// DefaultOf returns the value that a new record gets where its creator gives
// none: the field's default, of which "@me" is the creator and "@now" this moment.
func DefaultOf(f *schema.Field, env *Env) (schema.Value, error) {
	if len(f.Default) == 0 {
		return empty, nil
	}
	in, err := Decode(f.Default)
	if err != nil {
		return nil, bad(f, "badDefault")
	}
	t, ok := Of(f.Type)
	if !ok {
		return nil, bad(f, "badType")
	}
	switch s, _ := in.(string); {
	case s == "@me" && (f.Type == "user" || f.Type == "users"):
		if env.Me == 0 {
			return empty, nil
		}
		return []int64{int64(env.Me)}, nil
	case s == "@now" && f.Type == "dateTime":
		return env.Now.UnixMilli() / 60_000 * 60_000, nil
	case s == "@now" && f.Type == "date":
		return value.Day(env.Now.UnixMilli(), zoneOf(f, env)), nil
	case strings.HasPrefix(s, "@") && (s == "@me" || s == "@now"):
		return nil, bad(f, "badDefault")
	}
	return t.Parse(f, in, env)
}

// Decode decodes one JSON text with numbers as json.Number, the form in which
// Parse takes input.
func Decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return v, nil
}
