package record

import (
	"sync"

	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/formula"
)

// rulebook is what an entity demands of its records, compiled. A formula that no
// longer fits the entity demands nothing.
type rulebook struct {
	required, readOnly []fieldRule
	defaults           []fieldRule
	states             []stateRule
	links              []*schema.Field // with a filter
	rules              []recordRule
}

type fieldRule struct {
	f *schema.Field
	p *formula.Program
}

type stateRule struct {
	f    *schema.Field
	when []*formula.Program // parallel to the transitions; nil: always
	from bool               // the first state is ruled too
}

type recordRule struct {
	rule *schema.Rule
	p    *formula.Program
}

func (b *rulebook) empty() bool {
	return len(b.required)+len(b.readOnly)+len(b.defaults)+len(b.states)+len(b.links)+len(b.rules) == 0
}

func newRulebook(e *schema.Entity) *rulebook {
	names := catalog.FormulaNames(e)
	compile := func(src string) *formula.Program {
		if src == "" {
			return nil
		}
		p, err := formula.Compile(src, names)
		if err != nil {
			return nil
		}
		return p
	}
	b := &rulebook{}
	add := func(to *[]fieldRule, f *schema.Field, src string) {
		if p := compile(src); p != nil {
			*to = append(*to, fieldRule{f, p})
		}
	}
	for _, f := range e.Live() {
		add(&b.required, f, f.RequiredIf)
		add(&b.readOnly, f, f.ReadOnlyIf)
		add(&b.defaults, f, f.DefaultFormula())
		if f.Type == "link" && len(f.Options.Filter) > 0 && !f.Options.Derived {
			b.links = append(b.links, f)
		}
		if len(f.Options.Transitions) == 0 {
			continue
		}
		s := stateRule{f: f}
		for _, t := range f.Options.Transitions {
			s.when = append(s.when, compile(t.When))
			s.from = s.from || t.From == 0
		}
		b.states = append(b.states, s)
	}
	for i := range e.Rules {
		if p := compile(e.Rules[i].Formula); p != nil {
			b.rules = append(b.rules, recordRule{&e.Rules[i], p})
		}
	}
	return b
}

// books keeps the rulebooks of entities, which snapshots hold as immutable pointers.
type books struct {
	mu sync.RWMutex // guards of
	of map[*schema.Entity]*rulebook
}

func (b *books) get(e *schema.Entity) *rulebook {
	b.mu.RLock()
	book := b.of[e]
	b.mu.RUnlock()
	if book != nil {
		return book
	}
	book = newRulebook(e)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of == nil || len(b.of) >= maxTables {
		b.of = map[*schema.Entity]*rulebook{}
	}
	b.of[e] = book
	return book
}
