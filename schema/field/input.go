package field

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/value"
)

// empty is the empty value.
var empty schema.Value

// The longest texts, in code points.
const (
	MaxText     = 2000
	MaxLongText = 100_000
	maxEmail    = 254
	maxPhone    = 40
)

// bad is the error of an input that a field does not take.
func bad(f *schema.Field, code string) *fail.Error {
	return fail.New(fail.Invalid, "field."+code).On(f.Key)
}

// wrongType says which JSON type a field wants: text, number, boolean, list.
func wrongType(f *schema.Field, want string) error {
	return bad(f, "wrongType").With("want", want)
}

// blank reports whether in is one of the spellings of the empty value.
func blank(in any) bool {
	switch v := in.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// inputText returns the text in JSON input; with typecast other scalars too.
func inputText(f *schema.Field, in any, env *Env) (string, error) {
	switch v := in.(type) {
	case string:
		return v, nil
	case json.Number:
		if env.Typecast {
			return v.String(), nil
		}
	case bool:
		if env.Typecast {
			return boolText(v), nil
		}
	}
	return "", wrongType(f, "text")
}

// numeral returns the digits of JSON input that is a number.
func numeral(in any) (string, bool) {
	switch v := in.(type) {
	case json.Number:
		return v.String(), true
	case float64, int, int64:
		b, err := json.Marshal(v)
		return string(b), err == nil
	}
	return "", false
}

// checkText refuses what no text may hold: invalid UTF-8, NUL, too much.
func checkText(f *schema.Field, s string, most int) error {
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return bad(f, "badText")
	}
	if len(s) > most && utf8.RuneCountInString(s) > most {
		return bad(f, "tooLong").With("max", most)
	}
	return nil
}

// plainText is checkText for types that keep what they are given.
func plainText(f *schema.Field, s string, most int) (schema.Value, error) {
	if s == "" {
		return empty, nil
	}
	if err := checkText(f, s, most); err != nil {
		return nil, err
	}
	if err := matches(f, s); err != nil {
		return nil, err
	}
	return s, nil
}

// textOf is the stored text of a field, "" where it is empty.
func textOf(v schema.Value) string {
	s, ok := v.(string)
	if !ok {
		return ""
	}
	return s
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// shown cuts an input down to what an error message may repeat.
func shown(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	}
	return strings.ToValidUTF8(strings.ReplaceAll(string([]rune(s)[:most]), "\x00", ""), "") + "…"
}

// parseAsText reads the input of a type whose values are texts.
func parseAsText(t Type, f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	s, err := inputText(f, in, env)
	if err != nil {
		return nil, err
	}
	return t.ParseText(f, s, env)
}

// digits reads a number that is written plainly, such as -12.5, into storage form.
type digits func(f *schema.Field, plain string) (schema.Value, error)

// parseDigits reads the input of a type whose values are numbers.
func parseDigits(f *schema.Field, in any, env *Env, read digits) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	if s, ok := in.(string); ok && env.Typecast {
		return parseDigitsText(f, s, read)
	}
	s, ok := numeral(in)
	if !ok {
		return nil, wrongType(f, "number")
	}
	return read(f, s)
}

// parseDigitsText reads a number as people write it, such as 1,234.5.
func parseDigitsText(f *schema.Field, s string, read digits) (schema.Value, error) {
	if strings.TrimSpace(s) == "" {
		return empty, nil
	}
	plain, err := value.PlainNumber(s)
	if err != nil {
		return nil, bad(f, "badNumber").With("value", shown(s))
	}
	return read(f, plain)
}
