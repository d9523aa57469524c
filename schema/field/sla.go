package field

import (
	"strings"

	"tongban/schema"
)

const maxClockMinutes = 10 * 366 * 24 * 60

// sla is the moment by which something is due, reckoned by a clock that runs in
// working time: nothing while the clock stands.
type sla struct{ dateTime }

func (sla) Name() string { return "sla" }

func (sla) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindTime, Sortable: true, Groupable: true, ReadOnly: true, Ops: opsTime}
}

func (sla) Check(f *schema.Field) error {
	c := f.Options.Clock
	if c == nil {
		return bad(f, "noClock")
	}
	byFormula := strings.TrimSpace(c.Formula) != ""
	if (c.Minutes == 0) == !byFormula || c.Minutes < 0 || c.Minutes > maxClockMinutes {
		return bad(f, "badClock").With("max", maxClockMinutes)
	}
	return nil
}

func (sla) Parse(f *schema.Field, _ any, _ *Env) (schema.Value, error) {
	return nil, bad(f, "readOnly")
}

func (sla) ParseText(f *schema.Field, _ string, _ *Env) (schema.Value, error) {
	return nil, bad(f, "readOnly")
}
