// Package fieldtest is the suite that every field type must pass.
package fieldtest

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// Run checks one type on a field of it: that its traits make sense, that
// hostile input is refused with a clear error, and that nothing makes it panic
// or return what storage cannot keep.
func Run(t *testing.T, typ field.Type, f *schema.Field) {
	t.Helper()
	require.NoError(t, typ.Check(f))
	traits := typ.Traits(f)
	if traits.Kind == 0 && traits.ReadOnly { // layout, or computed when it is read
		require.False(t, traits.Sortable || traits.Groupable || traits.Searchable)
		require.Equal(t, "null", string(typ.AppendJSON(nil, f, nil, nil)))
		_, err := typ.Parse(f, "x", &field.Env{})
		requireCode(t, f, err)
		return
	}
	require.NotZero(t, traits.Kind)
	require.NotEmpty(t, traits.Ops)
	require.Contains(t, traits.Ops, "isEmpty")
	require.Contains(t, traits.Ops, "isNotEmpty")
	if traits.Sortable {
		require.NotContains(t, []schema.Kind{schema.KindSet, schema.KindJSON}, traits.Kind, "storage cannot sort these")
	}
	if traits.MayBeUnique {
		require.NotContains(t, []schema.Kind{schema.KindSet, schema.KindJSON, schema.KindBool}, traits.Kind)
	}
	env := &field.Env{Now: time.UnixMilli(1_790_000_000_000), Zone: time.UTC, Me: 1}
	require.Equal(t, "null", string(typ.AppendJSON(nil, f, nil, nil)))
	require.Empty(t, typ.Text(f, nil, nil))
	if traits.ReadOnly && f.Type != "link" {
		_, err := typ.Parse(f, "x", env)
		requireCode(t, f, err)
		return
	}
	for _, in := range []any{nil, "", []any{}} {
		v, err := typ.Parse(f, in, env)
		require.NoError(t, err)
		require.Nil(t, v)
	}
	v, err := typ.ParseText(f, "", env)
	require.NoError(t, err)
	require.Nil(t, v)
	hostile(t, typ, f, env)
}

// Texts that break programs.
var naughty = []string{
	"\x00", "a\x00b", "\xff\xfe", "\xed\xa0\x80", strings.Repeat("x", 100_001), strings.Repeat("\u5ba2", 100_001),
	"-", "+", ".", "%", "e", "1e", "-.e-", "((((", "\"", "\"\"\"", ",,,,", "'; DROP TABLE x; --", "../../etc/passwd",
	"\u202e\u200b\ufeff", "\U0001F600\u0301", strings.Repeat("9", 5000), strings.Repeat(",", 5000), "=cmd|' /C calc'!A0",
	"NaN", "Infinity", "1/0", "0x7fffffffffffffff", "9223372036854775808", "-9223372036854775809", "0000-00-00", "99999-12-31", "2026-11-22T99:99:99Z",
}

func hostile(t *testing.T, typ field.Type, f *schema.Field, env *field.Env) {
	t.Helper()
	cast := *env
	cast.Typecast = true
	inputs := []any{
		true, false, json.Number("1"), json.Number("-1e309"), json.Number("1e-400"),
		map[string]any{},
		map[string]any{"id": json.Number("1")},
		map[string]any{"id": "x", "more": []any{}},
		[]any{nil},
		[]any{[]any{[]any{}}},
		[]any{map[string]any{}},
		slices.Repeat([]any{"x"}, 5000),
		struct{}{},
	}
	for _, s := range naughty {
		inputs = append(inputs, s, []any{s})
		v, err := typ.ParseText(f, s, env)
		settled(t, typ, f, v, err)
	}
	for _, in := range inputs {
		for _, e := range []*field.Env{env, &cast} {
			v, err := typ.Parse(f, in, e)
			settled(t, typ, f, v, err)
		}
	}
}

// settled requires a clear error or a value of the type's kind.
func settled(t *testing.T, typ field.Type, f *schema.Field, v schema.Value, err error) {
	t.Helper()
	if err != nil {
		requireCode(t, f, err)
		return
	}
	if v == nil {
		return
	}
	var ok bool
	switch typ.Traits(f).Kind {
	case schema.KindText:
		var s string
		s, ok = v.(string)
		require.NotEmpty(t, s)
		require.True(t, utf8.ValidString(s))
		require.NotContains(t, s, "\x00")
	case schema.KindInt, schema.KindTime, schema.KindOption:
		_, ok = v.(int64)
	case schema.KindFloat:
		var n float64
		n, ok = v.(float64)
		require.False(t, math.IsNaN(n) || math.IsInf(n, 0))
	case schema.KindBool:
		_, ok = v.(bool)
	case schema.KindSet:
		var ids []int64
		ids, ok = v.([]int64)
		require.NotEmpty(t, ids)
	case schema.KindJSON:
		var raw json.RawMessage
		raw, ok = v.(json.RawMessage)
		require.True(t, json.Valid(raw))
	}
	require.True(t, ok, "%T is not what the kind keeps", v)
	require.True(t, json.Valid(typ.AppendJSON(nil, f, v, nil)))
}

func requireCode(t *testing.T, f *schema.Field, err error) {
	t.Helper()
	e := fail.Of(err)
	require.NotNil(t, e, "%v", err)
	require.Equal(t, fail.Invalid, e.Kind)
	require.True(t, strings.HasPrefix(e.Code, "field."), e.Code)
	require.Equal(t, f.Key, e.Field)
	_, jsonErr := json.Marshal(e.Params)
	require.NoError(t, jsonErr)
}
