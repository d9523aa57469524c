package record

import (
	"slices"
	"strings"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/filter"
	"tongban/schema/formula"
	"tongban/schema/query"
)

// check applies the builder's rules to the records as they will be. What the
// program itself brings up to date has passed already, and so has what an undo
// takes back; but no undo reaches into a record that was locked since.
func (w *writing) check() error {
	ev := newEvaluator(w.rd, w)
	for _, wk := range w.works {
		if wk.quiet || wk.op != store.OpCreate && (wk.op != store.OpUpdate || len(wk.set)+len(wk.linked) == 0) {
			continue
		}
		book := w.svc.books.get(wk.side.entity)
		if book.empty() {
			continue
		}
		c := &checking{w: w, wk: wk, ev: ev, after: evalRow{ev, wk.side.entity, wk.after}}
		c.readOnly(book)
		if !wk.back {
			c.states(book)
			c.required(book)
			c.links(book)
			c.rules(book)
		}
		if len(w.errs) >= maxErrors {
			break
		}
	}
	if w.rd.err != nil {
		return w.rd.err
	}
	return w.faults()
}

// checking is one record on its way past the rules.
type checking struct {
	w     *writing
	wk    *work
	ev    *evaluator
	after evalRow
}

func (c *checking) holds(p *formula.Program, r evalRow) bool { return p.Eval(c.ev.env, r).IsTrue() }

func (c *checking) touched(f schema.FieldID) bool {
	_, ok := c.wk.set[f]
	return ok || slices.Contains(c.wk.linked, f)
}

// concerned says whether a rule is to be asked: of every new record, and of one
// in which something that the rule looks at has changed.
func (c *checking) concerned(p *formula.Program, f schema.FieldID) bool {
	return c.wk.op == store.OpCreate || f != 0 && c.touched(f) || slices.ContainsFunc(p.Fields(), c.touched)
}

func (c *checking) readOnly(b *rulebook) {
	if c.wk.before == nil {
		return
	}
	before := evalRow{&evaluator{rd: c.ev.rd, env: c.ev.env, names: c.ev.names, linked: map[linkedKey][]schema.RecordID{}}, c.wk.side.entity, c.wk.before}
	for _, r := range b.readOnly {
		// An undo may take back together what it locks and what locks it.
		if c.touched(r.f.ID) && c.holds(r.p, before) && (!c.wk.back || c.holds(r.p, c.after)) {
			c.w.fault(c.wk, fail.New(fail.Invalid, "field.readOnlyNow"), c.w.keyFor(c.wk, r.f))
		}
	}
}

func (c *checking) required(b *rulebook) {
	for _, r := range b.required {
		if c.wk.after.Values[r.f.ID] == nil && !r.f.Options.Derived && c.concerned(r.p, r.f.ID) && c.holds(r.p, c.after) {
			c.w.fault(c.wk, fail.New(fail.Invalid, "field.required"), c.w.keyFor(c.wk, r.f))
		}
	}
}

// states lets a status go only where its transitions lead.
func (c *checking) states(b *rulebook) {
	for i := range b.states {
		s := &b.states[i]
		to, _ := c.wk.after.Values[s.f.ID].(int64)
		from, _ := c.wk.prior[s.f.ID].(int64)
		if !c.touched(s.f.ID) || to == from || c.w.Actor.System {
			continue
		}
		if from == 0 && !s.from {
			continue
		}
		if to == 0 || !c.mayGo(s, schema.OptionID(from), schema.OptionID(to)) {
			e := fail.New(fail.Invalid, "status.notAllowed").With("from", choiceName(s.f, from)).With("to", choiceName(s.f, to))
			c.w.fault(c.wk, e, c.w.keyFor(c.wk, s.f))
		}
	}
}

func (c *checking) mayGo(s *stateRule, from, to schema.OptionID) bool {
	return s.leads(from, to, c.w.Actor.Roles, func(p *formula.Program) bool { return c.holds(p, c.after) })
}

// leads says whether one of a status' transitions goes from one state to
// another, is open to the roles and has a condition that holds, if it has one.
func (s *stateRule) leads(from, to schema.OptionID, roles []schema.RoleID, holds func(*formula.Program) bool) bool {
	for i, t := range s.f.Options.Transitions {
		if t.From != from || t.To != to {
			continue
		}
		byRole := len(t.Roles) == 0 || slices.ContainsFunc(t.Roles, func(r schema.RoleID) bool { return slices.Contains(roles, r) })
		broken := t.When != "" && s.when[i] == nil
		if byRole && !broken && (s.when[i] == nil || holds(s.when[i])) {
			return true
		}
	}
	return false
}

func choiceName(f *schema.Field, id int64) string {
	for i := range f.Options.Choices {
		if ch := &f.Options.Choices[i]; int64(ch.ID) == id {
			return ch.Name
		}
	}
	return ""
}

// links lets only those records be newly linked that the link's filter lets through.
func (c *checking) links(b *rulebook) {
	for _, f := range b.links {
		added := addedTo(setOf(c.wk.prior[f.ID]), setOf(c.wk.after.Values[f.ID]))
		to := c.w.snap.Entity(f.Options.Entity)
		if !c.touched(f.ID) || len(added) == 0 || to == nil {
			continue
		}
		x, err := filter.Compile(to, f.Options.Filter, access.FilterEnv(c.w.Actor, c.w.snap, c.w.svc.now()))
		if err != nil {
			continue // a filter that no longer fits asks for nothing
		}
		in := c.ev.rd.lookup(to.ID)
		for _, rec := range c.ev.records(to.ID, appendIDs(nil, added)) {
			if !query.Match(x, rec, in) {
				e := fail.New(fail.Invalid, "link.filtered").With("record", schema.FormatID(schema.PrefixRecord, rec.ID))
				c.w.fault(c.wk, e, c.w.keyFor(c.wk, f))
			}
		}
	}
}

func (c *checking) rules(b *rulebook) {
	for _, r := range b.rules {
		if !c.concerned(r.p, 0) {
			continue
		}
		v := r.p.Eval(c.ev.env, c.after)
		if v.IsTrue() || v.IsBlank() {
			continue
		}
		e := fail.New(fail.Invalid, "record.ruleFailed")
		if len(r.rule.Message) > 0 {
			e = e.With("messages", r.rule.Message)
		}
		key := ""
		if f := c.wk.side.entity.Field(r.rule.Field); f != nil {
			key = c.w.keyFor(c.wk, f)
		}
		c.w.fault(c.wk, e, key)
	}
}

// defaultsByFormula gives a new record those defaults that are reckoned from
// its other values, in the order of the fields.
func (w *writing) defaultsByFormula(wk *work, env *field.Env, given map[schema.FieldID]bool) {
	book := w.svc.books.get(wk.side.entity)
	if len(book.defaults) == 0 {
		return
	}
	ev := newEvaluator(w.rd, w)
	for _, d := range book.defaults {
		if given[d.f.ID] || wk.after.Values[d.f.ID] != nil {
			continue
		}
		v := d.p.Eval(ev.env, evalRow{ev, wk.side.entity, wk.after})
		if got := asInput(d.f, v, env); got != nil {
			if err := wk.assign(d.f, got); err != nil {
				w.fault(wk, err, d.f.Key)
			}
		} // a default that does not fit the field is as none
	}
}

// asInput reads a formula's value as though somebody had typed it.
func asInput(f *schema.Field, v formula.Value, env *field.Env) schema.Value {
	if v.IsBlank() || v.IsError() {
		return nil
	}
	if got, code := field.FromFormula(f, v, env.Zone); code == "" && got != nil && fits(f, got) {
		return got
	}
	t, ok := field.Of(f.Type)
	if !ok {
		return nil
	}
	typed := *env
	typed.Typecast = true
	if v.IsList() {
		var list []any
		for _, one := range v.Elements() {
			list = append(list, one.String())
		}
		if got, err := t.Parse(f, list, &typed); err == nil {
			return got
		}
	}
	got, err := t.ParseText(f, v.String(), &typed)
	if err != nil {
		return nil
	}
	return got
}

// shadowOf finds a shadow by its id.
func shadowOf(e *schema.Entity, id schema.FieldID) *schema.Shadow {
	for i := range e.Shadows {
		if e.Shadows[i].ID == id {
			return &e.Shadows[i]
		}
	}
	return nil
}

// notUniqueTogether names the fields whose values stand in another record already.
func (w *writing) notUniqueTogether(wk *work, sh *schema.Shadow) *fail.Error {
	f := wk.side.entity.Field(sh.For)
	e := fail.New(fail.Invalid, "field.notUniqueTogether")
	if f == nil || wk.side.rights == nil {
		return e
	}
	var names []string
	for _, id := range append([]schema.FieldID{sh.For}, f.UniqueWith...) {
		if own := wk.side.entity.Field(id); own != nil && wk.side.rights.Knows(id) {
			names = append(names, own.Name)
		}
	}
	e = e.On(w.keyFor(wk, f)).With("fields", strings.Join(names, ", "))
	if len(w.changes) > 1 {
		e = e.With("index", wk.index)
	}
	return e
}
