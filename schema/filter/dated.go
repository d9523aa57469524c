package filter

import (
	"encoding/json"
	"regexp"
	"slices"

	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/value"
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

// Zoned says whether what a filter over an entity means depends on the time
// zone: it asks for moments by something else than emptiness, or for days by a moment.
func Zoned(e *schema.Entity, raw json.RawMessage) bool {
	root, err := decode(raw)
	if err != nil || root == nil {
		return false
	}
	zoned := false
	visit(root, func(n node) {
		names := []string{n.field}
		if n.kind == kindFormula {
			names = formulaFields(n.formula)
		}
		for _, name := range names {
			f := e.FieldNamed(name)
			if f == nil {
				continue
			}
			shown, t, ok := field.Shown(f)
			switch {
			case !ok || t.Traits(shown).Kind != schema.KindTime || n.op == "isEmpty" || n.op == "isNotEmpty":
			case t.Name() == "date" && n.kind != kindFormula:
				zoned = zoned || namesMoment(n.value)
			default:
				zoned = true
			}
		}
	})
	return zoned
}

// namesMoment says whether a value is more than a day.
func namesMoment(v any) bool {
	if list, ok := v.([]any); ok {
		return slices.ContainsFunc(list, namesMoment)
	}
	s, ok := v.(string)
	if !ok {
		return false
	}
	_, err := value.ParseDate(s)
	return err != nil
}
