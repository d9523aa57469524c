package field

import (
	"encoding/json"
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tongban/schema"
	"tongban/schema/value"
)

// location is a point on the earth (WGS 84) that may have a label.
type location struct{ jsonValue }

type storedLocation struct {
	Lat   float64 `json:"lat"`
	Lng   float64 `json:"lng"`
	Label string  `json:"label,omitempty"`
}

const maxLabel = 200

func (location) Name() string { return "location" }

func (t location) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	switch v := in.(type) {
	case string:
		if env.Typecast {
			return t.ParseText(f, v, env)
		}
	case map[string]any:
		var at storedLocation
		var err [2]error
		at.Lat, err[0] = coordinate(v["lat"])
		at.Lng, err[1] = coordinate(v["lng"])
		label, ok := v["label"].(string)
		if err[0] != nil || err[1] != nil || v["label"] != nil && !ok || len(v) > 3 {
			return nil, bad(f, "badLocation")
		}
		at.Label = label
		return at.value(f)
	}
	return nil, wrongType(f, "location")
}

func coordinate(in any) (float64, error) {
	s, ok := numeral(in)
	if !ok {
		return 0, value.ErrSyntax
	}
	return value.ParseNumber(s)
}

// value checks and stores; coordinates are kept to a ten-millionth of a degree.
func (at storedLocation) value(f *schema.Field) (schema.Value, error) {
	if math.Abs(at.Lat) > 90 || math.Abs(at.Lng) > 180 {
		return nil, bad(f, "badLocation")
	}
	at.Label = strings.TrimSpace(at.Label)
	if err := checkText(f, at.Label, maxLabel); err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(at.Label) > maxLabel || strings.ContainsAny(at.Label, "\n\r") {
		return nil, bad(f, "badLocation")
	}
	at.Lat, at.Lng = math.Round(at.Lat*1e7)/1e7, math.Round(at.Lng*1e7)/1e7
	raw, err := storedJSON(f, at)
	return raw, err
}

// ParseText reads "30.25, 120.16 label": latitude first.
func (location) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return empty, nil
	}
	end := strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("+-.0123456789", r) && !isSeparator(r) && r != ' '
	})
	label := ""
	if end >= 0 {
		s, label = s[:end], s[end:]
	}
	lat, lng, ok := strings.Cut(strings.TrimSpace(norm.NFKC.String(s)), ",")
	if !ok {
		lat, lng, ok = strings.Cut(strings.TrimSpace(s), " ")
	}
	lng, more, _ := strings.Cut(strings.TrimSpace(lng), " ")
	x, err1 := value.ParseNumber(strings.TrimSpace(lat))
	y, err2 := value.ParseNumber(lng)
	if !ok || err1 != nil || err2 != nil {
		return nil, bad(f, "badLocation")
	}
	return storedLocation{x, y, more + label}.value(f)
}

func (location) Text(_ *schema.Field, v schema.Value, _ Names) string {
	raw, ok := v.(json.RawMessage)
	var at storedLocation
	if !ok || json.Unmarshal(raw, &at) != nil {
		return ""
	}
	s := string(value.AppendNumber(nil, at.Lat)) + "," + string(value.AppendNumber(nil, at.Lng))
	if at.Label != "" {
		s += " " + at.Label
	}
	return s
}
