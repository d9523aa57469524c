package field

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/schema"
)

// Limits of select fields.
const (
	maxChoices    = 500
	maxChoiceName = 100
	maxMembers    = 100 // of one multiSelect or user value
)

// Colors are the palette keys that choices, apps and entities may have.
var Colors = []string{"blue", "teal", "green", "lime", "amber", "orange", "red", "pink", "violet", "indigo", "cyan", "gray"}

// checkChoices gives ids and colours to new choices and refuses doubles.
func checkChoices(f *schema.Field) error {
	o := &f.Options
	if len(o.Choices) > maxChoices {
		return bad(f, "tooManyChoices").With("max", maxChoices)
	}
	for i := range o.Choices {
		o.NextChoice = max(o.NextChoice, o.Choices[i].ID+1)
	}
	o.NextChoice = max(o.NextChoice, 1)
	type sibling struct {
		parent schema.OptionID
		name   string
	}
	names, ids := map[sibling]bool{}, map[schema.OptionID]bool{}
	for i := range o.Choices {
		c := &o.Choices[i]
		if f.Type != "cascader" {
			c.Parent = 0
		}
		c.Done = c.Done && f.Type == "status"
		if c.ID == 0 {
			c.ID = o.NextChoice
			o.NextChoice++
		}
		if c.Color == "" {
			c.Color = Colors[int(c.ID-1)%len(Colors)]
		}
		if err := checkChoice(f, c); err != nil {
			return err
		}
		if ids[c.ID] || !c.Deleted && names[sibling{c.Parent, c.Name}] {
			return bad(f, "doubleChoice").With("name", shown(c.Name))
		}
		ids[c.ID] = true
		if !c.Deleted {
			names[sibling{c.Parent, c.Name}] = true
		}
	}
	return nil
}

func checkChoice(f *schema.Field, c *schema.Choice) error {
	if strings.TrimSpace(c.Name) == "" || c.ID < 0 {
		return bad(f, "badChoiceName")
	}
	if err := checkText(f, c.Name, maxChoiceName); err != nil {
		return err
	}
	if !slices.Contains(Colors, c.Color) {
		return bad(f, "badColor").With("value", shown(c.Color))
	}
	return nil
}

// choiceByID returns a live choice.
func choiceByID(f *schema.Field, id schema.OptionID) *schema.Choice {
	for i := range f.Options.Choices {
		if c := &f.Options.Choices[i]; c.ID == id && !c.Deleted {
			return c
		}
	}
	return nil
}

// choiceNamed returns the live choice with a name, or an id, in this order; the
// name also without the space around it.
func choiceNamed(f *schema.Field, s string) *schema.Choice {
	trimmed := strings.TrimSpace(s)
	var loose *schema.Choice
	for i := range f.Options.Choices {
		c := &f.Options.Choices[i]
		switch {
		case c.Deleted:
		case c.Name == s:
			return c
		case loose == nil && strings.TrimSpace(c.Name) == trimmed:
			loose = c
		}
	}
	if id, ok := schema.ParseID[schema.OptionID](schema.PrefixOption, s); ok && loose == nil {
		return choiceByID(f, id)
	}
	return loose
}

// parseChoice reads one choice: its name, its id, or the object that the API shows.
func parseChoice(f *schema.Field, in any) (*schema.Choice, error) {
	var s string
	switch v := in.(type) {
	case string:
		s = v
	case map[string]any:
		id, ok := v["id"].(string)
		if !ok {
			return nil, wrongType(f, "choice")
		}
		s = id
	default:
		return nil, wrongType(f, "choice")
	}
	if c := choiceNamed(f, s); c != nil {
		return c, nil
	}
	return nil, bad(f, "badChoice").With("value", shown(s))
}

// MissingChoices returns the names in an input that no choice of a select field
// has, in order, each once. With typecast the writer adds them before it parses.
func MissingChoices(f *schema.Field, in any) []string {
	var names []string
	add := func(in any) {
		if s, ok := in.(string); ok && strings.TrimSpace(s) != "" && choiceNamed(f, s) == nil {
			if s = strings.TrimSpace(s); utf8.RuneCountInString(s) <= maxChoiceName && !slices.Contains(names, s) {
				names = append(names, s)
			}
		}
	}
	switch v := in.(type) {
	case []any:
		for _, e := range v {
			add(e)
		}
	case string:
		if f.Type != "multiSelect" || choiceNamed(f, v) != nil {
			add(v)
			break
		}
		for _, s := range Split(v) {
			add(s)
		}
	}
	return names
}

// appendChoice appends {"id":…,"name":…,"color":…}.
func appendChoice(dst []byte, c *schema.Choice) []byte {
	dst = appendNamed(dst, schema.FormatID(schema.PrefixOption, c.ID), c.Name)
	dst = append(dst[:len(dst)-1], `,"color":`...)
	return append(AppendString(dst, c.Color), '}')
}
