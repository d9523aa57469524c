package filter

import (
	"errors"
	"regexp"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/formula"
	"tongban/schema/query"
)

// MaxFormulas is how many formulas one filter may hold.
const MaxFormulas = 10

// formulaNames are the fields that a formula in a filter may name.
type formulaNames struct {
	e       *schema.Entity
	visible func(schema.FieldID) bool
}

func (n formulaNames) FieldNamed(s string) (schema.FieldID, formula.Type, bool) {
	f := n.e.FieldNamed(s)
	if f == nil || field.Closed(f) || n.visible != nil && !n.visible(f.ID) {
		return 0, formula.Type{}, false
	}
	return f.ID, field.FormulaType(f), true
}

func (n formulaNames) Name(id schema.FieldID) (string, bool) {
	if f := n.e.Field(id); f != nil && (n.visible == nil || n.visible(id)) {
		return f.Name, true
	}
	return "", false
}

func (n formulaNames) FieldNames() []string {
	var out []string
	for _, f := range n.e.Live() {
		if !field.Closed(f) && (n.visible == nil || n.visible(f.ID)) {
			out = append(out, f.Name)
		}
	}
	return out
}

// program compiles a formula of a filter. Its errors name the place.
func program(names formulaNames, src string) (*formula.Program, error) {
	p, err := formula.Compile(src, names)
	return p, formulaFault(err)
}

func formulaFault(err error) error {
	if err == nil {
		return nil
	}
	if fe, ok := errors.AsType[*formula.Error](err); ok {
		return fe.Fail().On("filter")
	}
	return fail.New(fail.Invalid, "filter.malformed").On("filter").Because(err)
}

// formula compiles a condition that is written as a formula: it means what the
// conditions mean into which it can be translated.
func (c *compiler) formula(src string) (query.Expr, error) {
	if c.formulas++; c.formulas > MaxFormulas {
		return nil, fail.New(fail.Invalid, "filter.tooMany").On("filter").With("max", MaxFormulas)
	}
	p, err := program(formulaNames{c.entity, c.env.Visible}, src)
	if err != nil {
		return nil, err
	}
	raw, err := p.ToFilter()
	if err != nil {
		return nil, formulaFault(err)
	}
	root, err := decode(raw)
	if err != nil {
		return nil, err
	}
	return c.node(root)
}

var braced = regexp.MustCompile(`\{([^{}]+)\}`)

// formulaFields lists what stands in braces in a formula.
func formulaFields(src string) []string {
	var out []string
	for _, m := range braced.FindAllStringSubmatch(src, -1) {
		out = append(out, m[1])
	}
	return out
}
