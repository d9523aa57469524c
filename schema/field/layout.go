package field

import (
	"strings"

	"tongban/schema"
)

// layout is what the fields that hold nothing have in common.
type layout struct{}

func (layout) Traits(*schema.Field) Traits { return Traits{ReadOnly: true} }

func (layout) Check(*schema.Field) error { return nil }

func (layout) Parse(f *schema.Field, _ any, _ *Env) (schema.Value, error) {
	return nil, bad(f, "readOnly")
}

func (layout) ParseText(f *schema.Field, _ string, _ *Env) (schema.Value, error) {
	return nil, bad(f, "readOnly")
}

func (layout) AppendJSON(dst []byte, _ *schema.Field, _ schema.Value, _ Names) []byte {
	return appendNull(dst)
}

func (layout) Text(*schema.Field, schema.Value, Names) string { return "" }

// section is a heading above the fields after it.
type section struct{ layout }

func (section) Name() string { return "section" }

// description is a text for those who fill in a record: the field's Description.
type description struct{ layout }

func (description) Name() string { return "description" }

// button starts an automation, opens an address or a form.
type button struct{ layout }

func (button) Name() string { return "button" }

func (button) Check(f *schema.Field) error {
	if err := checkText(f, f.Options.Label, maxChoiceName); err != nil {
		return err
	}
	a := f.Options.Action
	if a == nil {
		return nil
	}
	set := 0
	for _, is := range []bool{a.Automation != "", strings.TrimSpace(a.URL) != "", a.Form != 0} {
		if is {
			set++
		}
	}
	if set != 1 {
		return bad(f, "badAction")
	}
	return nil
}
