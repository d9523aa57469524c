package field

import (
	"tongban/schema"
)

const maxTransitions = 1000

// status is a choice whose changes follow rules: Transitions, which the writer
// of records checks.
type status struct{ singleSelect }

func (status) Name() string { return "status" }

func (status) Check(f *schema.Field) error {
	if err := checkChoices(f); err != nil {
		return err
	}
	if len(f.Options.Choices) == 0 {
		return bad(f, "noStates")
	}
	if len(f.Options.Transitions) > maxTransitions {
		return bad(f, "tooMany").With("max", maxTransitions)
	}
	for _, t := range f.Options.Transitions {
		known := (t.From == 0 || hasChoice(f, t.From)) && hasChoice(f, t.To)
		if !known || t.From == t.To {
			return bad(f, "badTransition")
		}
	}
	return nil
}

func hasChoice(f *schema.Field, id schema.OptionID) bool {
	for i := range f.Options.Choices {
		if f.Options.Choices[i].ID == id {
			return true
		}
	}
	return false
}

func (status) AppendJSON(dst []byte, f *schema.Field, v schema.Value, _ Names) []byte {
	id, ok := v.(int64)
	if !ok {
		return appendNull(dst)
	}
	c := choiceByID(f, schema.OptionID(id))
	if c == nil {
		return appendNull(dst)
	}
	dst = appendChoice(dst, c)
	if c.Done {
		dst = append(dst[:len(dst)-1], `,"done":true}`...)
	}
	return dst
}
