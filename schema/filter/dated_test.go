package filter_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/schema"
	"tongban/schema/filter"
)

func TestDated_tells_filters_that_mean_something_else_tomorrow(t *testing.T) {
	for raw, want := range map[string]bool{
		`{"field":"due","op":"within","value":"thisWeek"}`:                                               true,
		`{"and":[{"field":"a","op":"eq","value":1},{"not":{"field":"due","op":"lt","value":"@today"}}]}`: true,
		`{"field":"due","op":"between","value":["2026-01-01","@now"]}`:                                   true,
		`{"field":"due","op":"lt","value":"2026-01-01"}`:                                                 false,
		`{"field":"who","op":"eq","value":"@me"}`:                                                        false,
		`{"field":["@today"]}`:                     false,
		`{"or":[{"formula":"{due} < today()"}]}`:   true,
		`{"formula":"{due} < DATEADD(NOW( ), 1)"}`: true,
		`{"formula":"{today} = 1"}`:                false,
		``:                                         false,
	} {
		require.Equal(t, want, filter.Dated(json.RawMessage(raw)), raw)
	}
}

func TestZoned_tells_filters_that_mean_something_else_in_another_zone(t *testing.T) {
	moment := schema.Field{ID: 3, Key: "last", Type: "rollup", Options: schema.Options{Op: "max", Of: &schema.Field{Type: "dateTime"}}}
	e := &schema.Entity{Fields: []schema.Field{
		{ID: 1, Key: "day", Type: "date"}, {ID: 2, Key: "at", Type: "dateTime"}, moment, {ID: 4, Key: "n", Type: "number"},
	}}
	for raw, want := range map[string]bool{
		`{"field":"day","op":"lt","value":"2026-01-01"}`:                                                        false,
		`{"field":"day","op":"between","value":["2026-01-01","2026-02-01"]}`:                                    false,
		`{"field":"day","op":"lt","value":"2026-01-01T12:00:00Z"}`:                                              true,
		`{"field":"at","op":"lt","value":"2026-01-01"}`:                                                         true,
		`{"not":{"or":[{"field":"n","op":"eq","value":1},{"field":"fld_2","op":"in","value":["2026-01-01"]}]}}`: true,
		`{"field":"at","op":"isNotEmpty"}`:                                                                      false,
		`{"field":"last","op":"eq","value":"2026-01-01"}`:                                                       true,
		`{"formula":"{at}<DATETIME_PARSE('2026-01-01')"}`:                                                       true,
		`{"formula":"{n}=1"}`:                             false,
		`{"field":"gone","op":"eq","value":"2026-01-01"}`: false,
		``: false,
	} {
		require.Equal(t, want, filter.Zoned(e, json.RawMessage(raw)), raw)
	}
}
