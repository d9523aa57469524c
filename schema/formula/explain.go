package formula

import "unicode/utf8"

// Step is one part of an evaluation: the source that it covers (Pos to before
// End, in code points), its value and its parts.
type Step struct {
	Pos, End int
	Source   string
	Type     Type
	Value    Value
	Skipped  bool // not evaluated, such as the branch of IF that was not taken
	Children []*Step
}

// Explain evaluates a formula for one record and shows how: a tree of steps
// without literals and plain parentheses. All steps share one budget.
func Explain(p *Program, env *Env, row Row) *Step {
	c := newContext(env, row)
	defer c.free()
	return explain(p, c, p.root, false)
}

func explain(p *Program, c *ctx, n *node, skipped bool) *Step {
	for n.op == opGroup {
		n = n.args[0]
	}
	pos := utf8.RuneCountInString(p.src[:n.pos])
	s := &Step{Pos: pos, End: pos + utf8.RuneCountInString(p.src[n.pos:n.end]), Source: p.src[n.pos:n.end], Type: n.typ, Skipped: skipped}
	if !skipped {
		c.draws = 0
		if s.Value = n.run(c); c.steps < 0 {
			s.Value = Failed(ErrLimit)
		}
	}
	taken := -1
	if !skipped && n.op == opCall && n.name == "IF" && n.args[0].typ.Kind != kindMixed {
		taken = 2
		if ok, failed := c.condition(n.args[0].run(c)); failed.kind == kindError {
			taken = 3
		} else if ok {
			taken = 1
		}
	}
	for i, a := range n.args {
		if a.op == opLit {
			continue
		}
		s.Children = append(s.Children, explain(p, c, a, skipped || taken > 0 && i > 0 && i != taken))
	}
	return s
}
