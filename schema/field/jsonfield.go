package field

import (
	"bytes"
	"encoding/json"
	"strings"

	"tongban/schema"
)

// jsonValue is any JSON, for programs.
type jsonValue struct{}

// maxJSON is the longest JSON text that a value may be, in bytes.
const maxJSON = 100_000

func (jsonValue) Name() string { return "json" }

func (jsonValue) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindJSON, MayBeRequired: true, Ops: opsFilled}
}

func (jsonValue) Check(*schema.Field) error { return nil }

func (t jsonValue) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	if s, ok := in.(string); ok && env.Typecast {
		return t.ParseText(f, s, env)
	}
	return storedJSON(f, in)
}

func (jsonValue) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	if strings.TrimSpace(s) == "" {
		return empty, nil
	}
	if len(s) > maxJSON || !json.Valid([]byte(s)) {
		return nil, bad(f, "badJSON").With("value", shown(s))
	}
	in, err := Decode([]byte(s))
	if err != nil {
		return nil, bad(f, "badJSON").With("value", shown(s))
	}
	if blank(in) {
		return empty, nil
	}
	return storedJSON(f, in)
}

// storedJSON writes a decoded value in the one form in which it is kept.
func storedJSON(f *schema.Field, in any) (schema.Value, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(in); err != nil {
		return nil, bad(f, "badJSON").With("value", "")
	}
	raw := bytes.TrimSpace(b.Bytes())
	if len(raw) > maxJSON {
		return nil, bad(f, "tooLong").With("max", maxJSON)
	}
	return json.RawMessage(raw), nil
}

func (jsonValue) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, _ Names) []byte {
	raw, ok := v.(json.RawMessage)
	if !ok || !json.Valid(raw) {
		return appendNull(dst)
	}
	return append(dst, raw...)
}

func (jsonValue) Text(_ *schema.Field, v schema.Value, _ Names) string {
	raw, ok := v.(json.RawMessage)
	if !ok {
		return ""
	}
	return string(raw)
}
