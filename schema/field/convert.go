package field

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/textkey"
	"tongban/schema/value"
)

// Types that values cannot be converted to or from: nobody writes their values,
// or they have none, or what they hold has no other form.
var (
	fixedTypes = []string{
		"lookup", "rollup", "count", "formula", "sla", "button", "section", "description",
		"createdTime", "createdBy", "updatedTime", "updatedBy", "secret", SubTable,
	}
	notTargets = []string{"autoNumber", "uuid"}
	fileTypes  = []string{"attachment", "file", "image", "signature"}
	shapeTypes = []string{"location", "geometry"}
	measures   = []string{"number", "percent", "decimal", "currency", "rating", "progress", "year", "duration"}
	peopleType = []string{"user", "users"}
	chosen     = []string{"singleSelect", "status"}
)

// Convertible says whether fields of one type can be given another: the error
// is of kind Invalid and says why not.
func Convertible(from *schema.Field, to string) error {
	no := func(code string) error {
		return fail.New(fail.Invalid, code).On("type").With("from", from.Type).With("to", to).With("name", from.Name)
	}
	if _, ok := Of(to); !ok && to != SubTable {
		return fail.New(fail.Invalid, "field.typeUnknown").On("type").With("type", to)
	}
	switch {
	case IsComputed(from) || from.Type == "sla":
		return no("convert.computed")
	case from.Options.Derived || IsSubTable(from):
		return no("convert.derived")
	case slices.Contains(fixedTypes, from.Type):
		return no("convert.fixed")
	case slices.Contains(fixedTypes, to) || slices.Contains(notTargets, to):
		return no("convert.target")
	}
	files := slices.Contains(fileTypes, from.Type)
	if files != slices.Contains(fileTypes, to) || slices.Contains(shapeTypes, from.Type) != slices.Contains(shapeTypes, to) && to != "text" && to != "longText" && to != "json" {
		return no("convert.senseless")
	}
	return nil
}

// Converted is what became of a value. Merged: it was taken for a choice that is
// written with other spaces.
type Converted struct {
	Value  schema.Value
	Merged bool
}

// Convert turns what one field holds into what another can hold. An error says
// why there is no such value; the empty value stays empty.
func Convert(from, to *schema.Field, v schema.Value, n Names, env *Env) (Converted, error) {
	if v == nil {
		return Converted{}, nil
	}
	src, ok1 := Of(from.Type)
	dst, ok2 := Of(to.Type)
	if !ok1 || !ok2 {
		return Converted{}, fail.New(fail.Invalid, "field.typeUnknown").On("type")
	}
	if out, done, err := direct(from, to, v, env); done || err != nil {
		return Converted{Value: out}, err
	}
	s := strings.TrimSpace(src.Text(from, v, n))
	if s == "" {
		return Converted{}, fail.New(fail.Invalid, "convert.noText").On(to.Key)
	}
	if slices.Contains(chosen, to.Type) {
		return choose(to, s)
	}
	cast := *env
	cast.Typecast = true
	out, err := dst.ParseText(to, s, &cast)
	if err == nil && out == nil {
		err = fail.New(fail.Invalid, "field.badValue").On(to.Key)
	}
	return Converted{Value: out}, err
}

// direct converts where the way over text would lose something.
func direct(from, to *schema.Field, v schema.Value, env *Env) (schema.Value, bool, error) {
	is := func(list []string) bool { return slices.Contains(list, from.Type) && slices.Contains(list, to.Type) }
	switch {
	case is(measures):
		return measure(from, to, v, env)
	case is(peopleType):
		set, _ := v.([]int64)
		if !to.Options.Many && to.Type == "user" && len(set) > 1 {
			return nil, true, tooMany(to, len(set))
		}
		return slices.Clone(set), true, nil
	case from.Type == "date" && to.Type == "dateTime":
		return moveDay(v, time.UTC, zoneOf(to, env)), true, nil
	case from.Type == "dateTime" && to.Type == "date":
		return moveDay(v, zoneOf(from, env), time.UTC), true, nil
	case from.Type == "checkbox" && slices.Contains(measures, to.Type):
		one := "0"
		if v == true {
			one = "1"
		}
		dst, _ := Of(to.Type)
		out, err := dst.Parse(to, json.Number(one), env)
		return out, true, err
	case is(fileTypes), is([]string{"location", "geometry"}) && from.Type == to.Type:
		return v, true, nil
	}
	return chosenNames(from, to, v)
}

// moveDay takes the day of a moment in one zone to its beginning in another.
func moveDay(v schema.Value, from, to *time.Location) schema.Value {
	ms, ok := v.(int64)
	if !ok {
		return nil
	}
	y, m, d := time.UnixMilli(ms).In(from).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, to).UnixMilli()
}

// measure converts numbers by their value, rounded to what the target keeps.
func measure(from, to *schema.Field, v schema.Value, env *Env) (schema.Value, bool, error) {
	var s string
	if IsMoney(from) || IsMoney(to) {
		return exchange(from, to, v, env)
	}
	switch x := v.(type) {
	case float64:
		s = strconv.FormatFloat(x, 'f', -1, 64)
	case int64:
		s = strconv.FormatInt(x, 10)
		if from.Type == "decimal" || from.Type == "currency" {
			s = value.FormatDecimal(x, scaleOf(from))
		}
	default:
		return nil, true, fail.New(fail.Invalid, "field.badValue").On(to.Key)
	}
	digits := -1
	switch to.Type {
	case "decimal", "currency":
		digits = scaleOf(to)
	case "rating", "year", "duration":
		digits = 0
	}
	if digits >= 0 {
		if r, ok := new(big.Rat).SetString(s); ok {
			s = r.FloatString(digits)
		}
	}
	dst, _ := Of(to.Type)
	out, err := dst.Parse(to, json.Number(s), env)
	return out, true, err
}

// chosenNames converts between selects by the names of their choices.
func chosenNames(from, to *schema.Field, v schema.Value) (schema.Value, bool, error) {
	many := to.Type == "multiSelect"
	if !many && !slices.Contains(chosen, to.Type) {
		return nil, false, nil
	}
	var ids []int64
	switch x := v.(type) {
	case int64:
		if !slices.Contains(chosen, from.Type) {
			return nil, false, nil
		}
		ids = []int64{x}
	case []int64:
		if from.Type != "multiSelect" {
			return nil, false, nil
		}
		ids = x
	default:
		return nil, false, nil
	}
	var out []int64
	for _, id := range ids {
		if c := choiceByID(from, schema.OptionID(id)); c != nil {
			if k := choiceNamed(to, c.Name); k != nil {
				out = append(out, int64(k.ID))
				continue
			}
			return nil, true, bad(to, "badChoice").With("value", shown(c.Name))
		}
	}
	switch {
	case len(out) == 0:
		return nil, true, fail.New(fail.Invalid, "convert.noText").On(to.Key)
	case many:
		return out, true, nil
	case len(out) > 1:
		return nil, true, tooMany(to, len(out))
	}
	return out[0], true, nil
}

func tooMany(f *schema.Field, n int) error {
	return fail.New(fail.Invalid, "convert.tooMany").On(f.Key).With("count", n)
}

// choose finds the choice that a text names, if need be without regard to spaces and case.
func choose(to *schema.Field, s string) (Converted, error) {
	if c := choiceNamed(to, s); c != nil {
		return Converted{Value: int64(c.ID)}, nil
	}
	if c := choiceLike(to, s); c != nil {
		return Converted{Value: int64(c.ID), Merged: true}, nil
	}
	if parts := Split(s); len(parts) > 1 {
		return Converted{}, tooMany(to, len(parts))
	}
	return Converted{}, bad(to, "badChoice").With("value", shown(s))
}

func choiceLike(f *schema.Field, s string) *schema.Choice {
	want := squeeze(s)
	for i := range f.Options.Choices {
		if c := &f.Options.Choices[i]; !c.Deleted && squeeze(c.Name) == want {
			return c
		}
	}
	return nil
}

func squeeze(s string) string { return strings.Join(strings.Fields(textkey.Fold(s)), "") }

// ConvertChoices lists the choices that a select field lacks to take a value of
// another field. A text that is a list of choices that there are makes none.
func ConvertChoices(from, to *schema.Field, v schema.Value, n Names) []string {
	one := to.Type == "singleSelect"
	if v == nil || !one && to.Type != "multiSelect" || len(to.Options.Choices) >= maxChoices {
		return nil
	}
	src, ok := Of(from.Type)
	if !ok {
		return nil
	}
	s := strings.TrimSpace(src.Text(from, v, n))
	parts := Split(s)
	if one {
		known := func(p string) bool { return choiceLike(to, p) != nil }
		if len(parts) > 1 && (from.Type == "multiSelect" || !slices.ContainsFunc(parts, func(p string) bool { return !known(p) })) {
			return nil
		}
		parts = []string{s}
	}
	var out []string
	for _, p := range parts {
		p = strings.TrimSpace(p)
		if p != "" && len([]rune(p)) <= maxChoiceName && choiceLike(to, p) == nil && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}
