package record

import (
	"encoding/json"

	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/formula"
)

// The states of an sla field's clock.
const (
	clockWaits  = "waiting"
	clockRuns   = "running"
	clockPaused = "paused"
	clockDone   = "done"
)

// clockState is what a record's clock keeps: since when it runs, and how many
// minutes of working time had passed before that.
type clockState struct {
	State string  `json:"state"`
	Since int64   `json:"since,omitempty"` // ms; of a clock that is done: when it stopped
	Spent float64 `json:"spent,omitempty"`
}

// wallClock counts every minute, where there is no calendar.
type wallClock struct{}

func (wallClock) Add(t int64, minutes float64) (int64, bool) { return t + int64(minutes*60_000), true }

func (wallClock) Between(a, b int64) float64 { return float64(b-a) / 60_000 }

type workingTime interface {
	Add(t int64, minutes float64) (int64, bool)
	Between(a, b int64) float64
}

// due moves a record's clock on to now and returns the moment by which it is
// due, nil unless the clock runs, with the clock's state.
func (ev *evaluator) due(c *catalog.Computed, rec *schema.Record) (due, state schema.Value) {
	rule := c.Field.Options.Clock
	sh := c.Entity.Shadow(c.Field.ID, schema.ShadowClock)
	if rule == nil || sh == nil {
		return nil, nil
	}
	var time workingTime = wallClock{}
	if cal := ev.rd.snap.Calendar(rule.Calendar); cal != nil {
		time = cal
	}
	row := evalRow{ev, c.Entity, rec}
	now := ev.env.Now.UnixMilli()
	was := clockOf(rec.Values[sh.ID])
	is := was.next(clockState{State: ev.wanted(c.Entity, rule, row, was)}, now, rec.CreatedAt, rule.Start == "", time)
	if is.State == clockRuns {
		minutes := float64(rule.Minutes)
		if p := ev.program(c.Entity, rule.Formula); p != nil {
			minutes = p.Eval(ev.env, row).Float()
		}
		if at, ok := time.Add(is.Since, max(minutes-is.Spent, 0)); ok && minutes > 0 {
			due = at
		}
	}
	if is == was {
		return due, rec.Values[sh.ID]
	}
	raw, err := json.Marshal(is)
	if err != nil {
		return due, rec.Values[sh.ID]
	}
	return due, json.RawMessage(raw)
}

func clockOf(v schema.Value) clockState {
	var s clockState
	if raw, ok := v.(json.RawMessage); ok && json.Unmarshal(raw, &s) != nil {
		return clockState{}
	}
	return s
}

// wanted is the state that the record's values ask for. A clock that has begun
// does not wait again.
func (ev *evaluator) wanted(e *schema.Entity, rule *schema.ClockRule, row evalRow, was clockState) string {
	holds := func(src string) bool {
		p := ev.program(e, src)
		return p != nil && p.Eval(ev.env, row).IsTrue()
	}
	begun := rule.Start == "" || was.State != "" && was.State != clockWaits || holds(rule.Start)
	switch {
	case !begun:
		return clockWaits
	case holds(rule.Stop):
		return clockDone
	case holds(rule.Pause):
		return clockPaused
	}
	return clockRuns
}

// next is the clock after it has gone over to another state at now.
func (s clockState) next(to clockState, now, created int64, fromCreation bool, time workingTime) clockState {
	if s.State == to.State {
		return s
	}
	to.Spent = s.Spent
	switch {
	case s.State == clockRuns:
		to.Spent += time.Between(s.Since, now)
	case s.State == "" && fromCreation && to.State != clockRuns:
		to.Spent = time.Between(created, now)
	}
	if to.State != clockWaits {
		to.Since = now
		if s.State == "" && fromCreation && to.State == clockRuns {
			to.Since = created
		}
	}
	return to
}

// program compiles one of a clock's formulas; nil for none.
func (ev *evaluator) program(e *schema.Entity, src string) *formula.Program {
	if src == "" {
		return nil
	}
	if p, ok := ev.clocks[src]; ok {
		return p
	}
	p, err := formula.Compile(src, catalog.FormulaNames(e))
	if err != nil {
		p = nil
	}
	if ev.clocks == nil {
		ev.clocks = map[string]*formula.Program{}
	}
	ev.clocks[src] = p
	return p
}

// setClock keeps the state of a record's clock beside its due moment.
func (wk *work) setClock(ev *evaluator, c *catalog.Computed) {
	if c.Field.Type != "sla" {
		return
	}
	sh := wk.side.entity.Shadow(c.Field.ID, schema.ShadowClock)
	if sh == nil {
		return
	}
	if _, state := ev.due(c, wk.after); !sameValue(wk.after.Values[sh.ID], state) {
		wk.put(sh.ID, state)
	}
}
