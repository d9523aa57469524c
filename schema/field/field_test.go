package field_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/require"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/field/fieldtest"
)

func sample(name string) *schema.Field {
	f := &schema.Field{ID: 3, Key: "f", Name: "F", Type: name}
	switch name {
	case "singleSelect", "multiSelect", "status", "cascader":
		f.Options.Choices = []schema.Choice{{Name: "a"}, {Name: "b"}}
	case "link":
		f.Options.Entity = 5
	case "user", "department", "role":
		f.Options.Many = true
	case "lookup", "rollup", "count":
		f.Options = schema.Options{Link: 2, Field: 4, Op: "max", Of: &schema.Field{ID: 4, Key: "of", Type: "number"}}
	case "formula":
		f.Options = schema.Options{Formula: "1+1", Result: "number"}
	case "sla":
		f.Options.Clock = &schema.ClockRule{Minutes: 60}
	}
	return f
}

func TestEveryTypePassesTheSuite(t *testing.T) {
	require.Len(t, field.All(), 53)
	for _, typ := range field.All() {
		t.Run(typ.Name(), func(t *testing.T) {
			same, ok := field.Of(typ.Name())
			require.True(t, ok)
			require.Equal(t, typ, same)
			fieldtest.Run(t, typ, sample(typ.Name()))
		})
	}
	_, ok := field.Of("spell")
	require.False(t, ok)
}

func TestTextIsLimitedByCharactersNotBytes(t *testing.T) {
	env, _ := testEnv(t)
	typ, _ := field.Of("text")
	_, err := typ.Parse(sample("text"), strings.Repeat("客", 2000), env)
	require.NoError(t, err)
	_, err = typ.Parse(sample("text"), strings.Repeat("客", 2001), env)
	require.Equal(t, "field.tooLong", fail.Of(err).Code)
	require.Equal(t, 2000, fail.Of(err).Params["max"])
}

func TestChoicesGetIdsColoursAndAreNeverGivenTwice(t *testing.T) {
	typ, _ := field.Of("singleSelect")
	f := sample("singleSelect")
	require.NoError(t, typ.Check(f))
	require.Equal(t, []schema.Choice{{ID: 1, Name: "a", Color: "blue"}, {ID: 2, Name: "b", Color: "teal"}}, f.Options.Choices)
	f.Options.Choices = append(f.Options.Choices[:1], schema.Choice{Name: "c", Color: "red"})
	require.NoError(t, typ.Check(f))
	require.EqualValues(t, 3, f.Options.Choices[1].ID)
	for name, choices := range map[string][]schema.Choice{
		"field.doubleChoice":  {{Name: "x"}, {Name: "x"}},
		"field.badChoiceName": {{Name: "  "}},
		"field.badColor":      {{Name: "x", Color: "mauve"}},
		"field.badText":       {{Name: "x\x00"}},
		"field.tooLong":       {{Name: strings.Repeat("x", 101)}},
	} {
		f.Options.Choices = choices
		require.Equal(t, name, fail.Of(typ.Check(f)).Code)
	}
	f.Options.Choices = make([]schema.Choice, 501)
	require.Equal(t, "field.tooManyChoices", fail.Of(typ.Check(f)).Code)
}

func TestMissingChoicesListsTheNamesThatAreNotThere(t *testing.T) {
	f := sample("multiSelect")
	typ, _ := field.Of("multiSelect")
	require.NoError(t, typ.Check(f))
	require.Equal(t, []string{"x", "y"}, field.MissingChoices(f, []any{"a", "x", "y ", "x", ""}))
	require.Equal(t, []string{"x"}, field.MissingChoices(f, "a、x"))
	f.Type = "singleSelect"
	require.Equal(t, []string{"a、x"}, field.MissingChoices(f, "a、x"))
	require.Empty(t, field.MissingChoices(f, "b"))
}

func TestOptionsAreChecked(t *testing.T) {
	minus, lots := -1, 99
	low, high := 5.0, 1.0
	half := 2.5
	for _, c := range []struct {
		typ, code string
		options   schema.Options
	}{
		{"decimal", "field.badScale", schema.Options{Scale: &minus}},
		{"number", "field.badScale", schema.Options{Scale: &lots}},
		{"number", "field.badRange", schema.Options{Min: &low, Max: &high}},
		{"currency", "field.badCurrency", schema.Options{Currency: "yuan"}},
		{"rating", "field.badMax", schema.Options{Max: &half}},
		{"dateTime", "field.badTimeZone", schema.Options{TimeZone: "Mars/Olympus"}},
		{"phone", "field.badRegion", schema.Options{Region: "XX"}},
		{"autoNumber", "field.badPattern", schema.Options{Pattern: "GW"}},
		{"autoNumber", "field.badPattern", schema.Options{Pattern: "{0}{00}"}},
		{"autoNumber", "field.badPattern", schema.Options{Pattern: "{yyyy"}},
		{"autoNumber", "field.badReset", schema.Options{Reset: "week"}},
		{"link", "field.noEntity", schema.Options{}},
	} {
		typ, _ := field.Of(c.typ)
		err := typ.Check(&schema.Field{Key: "f", Type: c.typ, Options: c.options})
		require.Error(t, err, c.typ)
		require.Equal(t, c.code, fail.Of(err).Code)
	}
}

func TestAutoNumbersFollowTheirPattern(t *testing.T) {
	f := sample("autoNumber")
	f.Options.Pattern, f.Options.Reset = "GW{yyyyMMdd}{000}-x", "day"
	zone := time.FixedZone("", 8*3600)
	n := field.Number(f, time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC), zone)
	require.Equal(t, field.AutoNumber{Counter: "20261122", Prefix: "GW20261122", Suffix: "-x", Width: 3}, n)
	require.Equal(t, "GW20261122007-x", field.NumberText(n, 7))
	require.Equal(t, "GW202611221000-x", field.NumberText(n, 1000))
	f.Options = schema.Options{}
	typ, _ := field.Of("autoNumber")
	require.NoError(t, typ.Check(f))
	require.Equal(t, field.AutoNumber{Width: 1}, field.Number(f, time.UnixMilli(0), nil))
}

func TestDefaultsKnowTheCallerAndTheMoment(t *testing.T) {
	env, _ := testEnv(t)
	for _, c := range []struct {
		typ, raw string
		want     schema.Value
	}{
		{"user", `"@me"`, []int64{1}},
		{"date", `"@now"`, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC).UnixMilli()},
		{"dateTime", `"@now"`, time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC).UnixMilli()},
		{"text", `"@home"`, "@home"},
		{"number", `5`, 5.0},
		{"checkbox", `false`, false},
		{"text", ``, nil},
	} {
		f := sample(c.typ)
		f.Default = json.RawMessage(c.raw)
		v, err := field.DefaultOf(f, env)
		require.NoError(t, err)
		require.Equal(t, c.want, v)
	}
	f := sample("number")
	f.Default = json.RawMessage(`"@me"`)
	_, err := field.DefaultOf(f, env)
	require.Error(t, err)
}

// The fast way must not take a number that the number plan refuses.
func TestTheFastWayForChineseMobilesAgreesWithTheNumberPlan(t *testing.T) {
	env, _ := testEnv(t)
	typ, _ := field.Of("phone")
	f := sample("phone")
	for prefix := 1000; prefix < 2000; prefix++ {
		s := fmt.Sprintf("%d1234567", prefix)
		n, err := phonenumbers.Parse(s, "CN")
		valid := err == nil && phonenumbers.IsValidNumber(n) && phonenumbers.GetNumberType(n) == phonenumbers.MOBILE
		v, err := typ.ParseText(f, s, env)
		require.Equal(t, valid, err == nil && v == "+86"+s, "%s: %v %v", s, v, err)
	}
}

func TestSplitFindsWhatJoinWrote(t *testing.T) {
	for _, names := range [][]string{{"a"}, {"a", "b"}, {"a, b", `c"d`, `"e"`, " f ", "、", "g\nh"}, {`"`}, {`""`}} {
		require.Equal(t, names, field.Split(field.Join(names)), "%q", field.Join(names))
	}
	require.Equal(t, []string{"a", "b", "c", "d"}, field.Split("a,b；c、 d ;"))
	require.Empty(t, field.Split(" , ;; "))
	require.Equal(t, []string{"open, end"}, field.Split(`"open, end`))
}

func TestJSONStringsAreEscapedAsJSONWants(t *testing.T) {
	for _, s := range []string{"", "plain", "客户", "\"\\/\b\f\n\r\t\x01\x1f\x7f", "\u2028\u2029", "😀", "a\u2028b\"c"} {
		var back string
		require.NoError(t, json.Unmarshal(field.AppendString(nil, s), &back))
		require.Equal(t, s, back)
	}
	require.Equal(t, `"a\ufffdb"`, string(field.AppendString(nil, "a\xffb")))
}

func FuzzParse(f *testing.F) {
	for _, c := range readCorpus(f) {
		f.Add(c.typ, c.input)
	}
	env, names := testEnv(f)
	f.Fuzz(func(t *testing.T, name, input string) {
		typ, ok := field.Of(name)
		if !ok {
			t.Skip()
		}
		fld := sample(name)
		require.NoError(t, typ.Check(fld))
		v, err := typ.ParseText(fld, input, env)
		if err != nil {
			require.NotNil(t, fail.Of(err))
			return
		}
		shown := typ.AppendJSON(nil, fld, v, names)
		require.True(t, json.Valid(shown))
		in, err := field.Decode(shown)
		require.NoError(t, err)
		if v != nil && name == field.Secret {
			require.True(t, field.KeepsSecret(in))
			return
		}
		again, err := typ.Parse(fld, in, env)
		require.NoError(t, err)
		require.Equal(t, v, again)
	})
}

func BenchmarkParseText(b *testing.B) {
	env, _ := testEnv(b)
	for name, in := range map[string]string{"text": "上海同伴科技有限公司", "decimal": "12345.25", "number": "42", "date": "2026-11-22", "dateTime": "2026-11-22 16:30", "singleSelect": "b", "phone": "13800138000", "longText": strings.Repeat("第一行\n含换行", 10)} {
		typ, _ := field.Of(name)
		f := sample(name)
		require.NoError(b, typ.Check(f))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := typ.ParseText(f, in, env); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
