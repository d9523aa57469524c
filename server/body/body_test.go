package body_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/schema/fail"
	"tongban/server/body"
)

type inner struct {
	Qty int `json:"qty"`
}

type outer struct {
	Name  string           `json:"name" max:"5"`
	Items []inner          `json:"items" max:"2"`
	Note  body.Opt[string] `json:"note"`
	Any   map[string]any   `json:"any"`
	Raw   json.RawMessage  `json:"raw"`
	Rate  *float64         `json:"rate"`
}

func TestBind(t *testing.T) {
	bad := map[string]struct{ in, code, field string }{
		"empty":                         {``, "json.syntax", ""},
		"no object":                     {`[]`, "json.type", ""},
		"data after the end":            {`{} x`, "json.syntax", ""},
		"an unknown field":              {`{"nme":1}`, "json.unknownField", "nme"},
		"a field in other case":         {`{"Name":"a"}`, "json.unknownField", "Name"},
		"an unknown field further in":   {`{"items":[{"x":1}]}`, "json.unknownField", "items.0.x"},
		"a number for a string":         {`{"name":1}`, "json.type", "name"},
		"a fraction for an integer":     {`{"items":[{"qty":1.5}]}`, "json.type", "items.0.qty"},
		"null for an integer":           {`{"items":[{"qty":null}]}`, "json.type", "items.0.qty"},
		"a key twice":                   {`{"name":"a","name":"b"}`, "json.duplicate", "name"},
		"a key twice in free data":      {`{"any":{"a":1,"a":2}}`, "json.duplicate", "any.a"},
		"NUL escaped":                   {`{"name":"\u0000"}`, "text.nul", "name"},
		"NUL raw":                       {"{\"name\":\"\x00\"}", "text.nul", "name"},
		"a lone high surrogate":         {`{"any":{"k":"\ud800"}}`, "text.surrogate", "any.k"},
		"a lone low surrogate":          {`{"any":{"k":"a\udc00b"}}`, "text.surrogate", "any.k"},
		"broken UTF-8":                  {"{\"name\":\"\xff\"}", "text.utf8", "name"},
		"a raw newline":                 {"{\"name\":\"a\nb\"}", "json.syntax", "name"},
		"a text over its limit":         {`{"name":"abcdef"}`, "text.long", "name"},
		"a list over its limit":         {`{"items":[{},{},{}]}`, "list.long", "items"},
		"deep arrays":                   {`{"any":{"a":` + strings.Repeat("[", 100000) + `}}`, "json.deep", "any.a"},
		"more values than memory":       {`{"any":{"a":[` + strings.Repeat("0,", body.MaxValues) + `0]}}`, "json.values", "any.a"},
		"a leading zero":                {`{"any":{"a":01}}`, "json.syntax", "any.a"},
		"an endless number":             {`{"any":{"a":1` + strings.Repeat("0", 100) + `}}`, "json.number", "any.a"},
		"a half escape":                 {`{"name":"\`, "json.syntax", "name"},
		"single quotes":                 {`{'name':1}`, "json.syntax", ""},
		"a comma too many":              {`{"name":"a",}`, "json.syntax", ""},
		"NaN":                           {`{"rate":NaN}`, "json.syntax", "rate"},
		"a number beyond what fits":     {`{"rate":1e999}`, "json.type", "rate"},
		"a byte order mark before it":   {"\ufeff{}", "json.syntax", ""},
		"an integer beyond what fits":   {`{"items":[{"qty":9223372036854775808}]}`, "json.type", "items.0.qty"},
		"a high surrogate before a not": {`{"name":"\ud800\u0041"}`, "text.surrogate", "name"},
	}
	for name, c := range bad {
		t.Run(name+" is refused and named", func(t *testing.T) {
			err := body.Bind([]byte(c.in), &outer{})
			e := fail.Of(err)
			require.NotNil(t, e, "%v", err)
			require.Equal(t, c.code, e.Code)
			require.Equal(t, c.field, e.Field)
		})
	}
	t.Run("good input comes in exactly", func(t *testing.T) {
		var o outer
		in := ` {"name":"\u4f60\ud83d\ude00","items":[{"qty":-3}],"note":null,"any":{"a":[1.50,true,null,"\"x\n"]},"raw":{"b": 1},"rate":2.5e-1} `
		err := body.Bind([]byte(in), &o)
		require.Error(t, err, "seven bytes are more than five")
		in = strings.Replace(in, `\u4f60`, "", 1)
		o = outer{}
		require.NoError(t, body.Bind([]byte(in), &o))
		require.Equal(t, "\U0001F600", o.Name)
		require.Equal(t, []inner{{-3}}, o.Items)
		require.True(t, o.Note.Set && o.Note.Null)
		require.Equal(t, map[string]any{"a": []any{json.Number("1.50"), true, nil, "\"x\n"}}, o.Any)
		require.Equal(t, `{"b": 1}`, string(o.Raw))
		require.InDelta(t, 0.25, *o.Rate, 0)
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"a":[1,"x\u0041",null]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		if n, err := body.Parse(in); err == nil {
			require.True(t, json.Valid(in))
			_ = n.Any()
		}
	})
}
