package filter

import (
	"encoding/json"
	"regexp"
	"slices"
)

// clockCall finds what formulas ask the clock with. One that only speaks of it
// in a text is found too, which does no harm.
var clockCall = regexp.MustCompile(`(?i)\b(TODAY|NOW)\s*\(`)

// Dated says whether what a filter means depends on the day: it asks for a
// period around today, names @today or @now, or has a formula that asks for them.
func Dated(raw json.RawMessage) bool {
	root, err := decode(raw)
	if err != nil || root == nil {
		return false
	}
	dated := false
	visit(root, func(n node) {
		dated = dated || n.op == "within" || namesToday(n.value) || clockCall.MatchString(n.formula)
	})
	return dated
}

func namesToday(v any) bool {
	if list, ok := v.([]any); ok {
		return slices.ContainsFunc(list, namesToday)
	}
	return v == "@today" || v == "@now"
}
