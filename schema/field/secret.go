package field

import (
	"encoding/json"

	"tongban/schema"
)

// MaxSecret is the longest secret, in code points.
const MaxSecret = 2000

// Secret is the name of the type whose values are sealed.
const Secret = "secret"

// dots is what stands for a secret wherever a text is wanted.
const dots = "••••••"

// secret is a text that nobody reads from the disk, from lists, exports or the
// history: it is shown to who asks for that one value. What Parse gives is not
// sealed yet; whoever stores it seals it for its place.
type secret struct{}

func (secret) Name() string { return Secret }

func (secret) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindText, MayBeRequired: true, Ops: opsFilled}
}

func (secret) Check(f *schema.Field) error {
	if len(f.Default) > 0 && string(f.Default) != "null" {
		return bad(f, "badDefault")
	}
	return nil
}

func (t secret) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return parseAsText(t, f, in, env)
}

func (secret) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	if s == "" {
		return empty, nil
	}
	if err := checkText(f, s, MaxSecret); err != nil {
		return nil, err
	}
	return s, nil
}

// AppendJSON tells that there is a secret, never which.
func (secret) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, _ Names) []byte {
	if v == nil {
		return append(dst, "null"...)
	}
	return append(dst, `{"set":true}`...)
}

func (secret) Text(_ *schema.Field, v schema.Value, _ Names) string {
	if v == nil {
		return ""
	}
	return dots
}

// Closed reports whether a field has nothing that formulas, lookups and rules
// may read: it holds secrets, or no values at all.
func Closed(f *schema.Field) bool {
	switch f.Type {
	case Secret, "button", "section", "description":
		return true
	}
	return false
}

// KeepsSecret reports whether input for a secret says that it stays as it is:
// it is the form in which answers show secrets, sent back.
func KeepsSecret(in any) bool {
	switch v := in.(type) {
	case map[string]any:
		return len(v) == 1 && v["set"] == true
	case json.RawMessage:
		return string(v) == `{"set":true}`
	}
	return false
}
