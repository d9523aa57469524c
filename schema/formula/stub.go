package formula

import "time"

type node struct{}

// Compile reads a formula.
func Compile(src string, in Names) (*Program, error) {
	return nil, &Error{Code: "formula.expected"}
}

// Eval computes.
func (p *Program) Eval(env *Env, row Row) Value { return Blank() }

// Print gives stored source with the current names of its fields.
func Print(stored string, in Names) string { return stored }

func textOf(v Value, zone *time.Location) string { return v.s }
func decimalFloat(n int64, scale int) float64    { return float64(n) }

// Step is one part of an evaluation: the source it covers (in code points), its value and its parts.
type Step struct {
	Pos, End int
	Source   string
	Type     Type
	Value    Value
	Skipped  bool // not evaluated, such as the branch of IF that was not taken
	Children []*Step
}

// Explain evaluates and shows how.
func Explain(p *Program, env *Env, row Row) *Step { return nil }

// Add returns the moment (ms) when minutes of working time after t have passed.
func (c *Calendar) Add(t int64, minutes float64) (int64, bool) { return t, false }

// Between counts the minutes of working time from a to b, negative if b is before a.
func (c *Calendar) Between(a, b int64) float64 { return 0 }
