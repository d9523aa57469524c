package filter_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

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
