package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/formula"
)

// settle finishes what was edited: it compiles the formulas and keeps them by
// field id, aims the lookups, refuses cycles, gives shadows their place, and
// finds out which values must be brought up to date.
func (x *edits) settle() error {
	all := x.overlay()
	if err := buildGraph(all, compileStored).refuseCycle(all); err != nil {
		return err
	}
	for _, id := range x.order {
		e := x.entities[id]
		if e.Deleted {
			continue
		}
		if err := x.compileAll(e.Entity, all); err != nil {
			return err
		}
		shadows(e.Entity)
	}
	if err := x.followKinds(all); err != nil {
		return err
	}
	all = x.overlay()
	g := buildGraph(all, compileStored)
	if err := g.refuseCycle(all); err != nil {
		return err
	}
	x.recalc = recalcOf(g, append(x.changedFields(g), x.stale...))
	return nil
}

// overlay is all entities as they will be, their lookups aimed.
func (x *edits) overlay() map[schema.EntityID]*schema.Entity {
	all := make(map[schema.EntityID]*schema.Entity, len(x.snap.entities)+1)
	var aimed []*schema.Entity
	for id, e := range x.snap.entities {
		if x.entities[id] == nil && anyLooksAway(e) {
			e = copyFields(e)
			aimed = append(aimed, e)
		}
		all[id] = e
	}
	for id, e := range x.entities {
		if e.Deleted {
			delete(all, id)
			continue
		}
		all[id] = e.Entity
		aimed = append(aimed, e.Entity)
	}
	for _, e := range aimed {
		aim(e, all)
	}
	return all
}

// compileAll compiles an entity's formulas. One may read another, so that they
// are gone through until their types stand still.
func (x *edits) compileAll(e *schema.Entity, all map[schema.EntityID]*schema.Entity) error {
	for range len(e.Fields) + 1 {
		moved := false
		for i := range e.Fields {
			f := &e.Fields[i]
			if f.Deleted || f.Type != "formula" {
				continue
			}
			was := field.FormulaType(f)
			volatile := f.Options.Volatile
			if err := x.compileFormula(e, f); err != nil {
				return err
			}
			moved = moved || was != field.FormulaType(f) || volatile != f.Options.Volatile
		}
		if !moved {
			break
		}
	}
	for i := range e.Fields {
		f := &e.Fields[i]
		if f.Deleted {
			continue
		}
		if field.IsComputed(f) && f.Type != "formula" && f.Type != "sla" {
			if err := x.checkSource(e, f, all); err != nil {
				return err
			}
		}
		if err := x.compileSettings(e, f); err != nil {
			return err
		}
	}
	return x.compileRules(e)
}

// old is a field as it was, or nil.
func (x *edits) old(e schema.EntityID, f schema.FieldID) *schema.Field {
	if was := x.snap.entities[e]; was != nil {
		return was.Field(f)
	}
	return nil
}

func (x *edits) compileFormula(e *schema.Entity, f *schema.Field) error {
	p, err := formula.Compile(f.Options.Formula, fieldNames{e})
	if err != nil {
		if was := x.old(e.ID, f.ID); was != nil && was.Type == "formula" && was.Options.Formula == f.Options.Formula {
			return nil // what it read is gone: it shows #REF! from now on
		}
		return formulaFault(err, "options.formula")
	}
	volatile := p.Volatile()
	for _, id := range p.Fields() {
		own := e.Field(id)
		volatile = volatile || own != nil && own.Options.Volatile
	}
	if was := x.old(e.ID, f.ID); was == nil || was.Options.Formula != p.Stored() {
		if f.Options.Result == "decimal" && p.Type().Kind != formula.KindDecimal {
			f.Options.Scale = nil
		}
	}
	f.Options.Formula = p.Stored()
	field.SetResult(f, p.Type(), volatile)
	return nil
}

// formulaFault is a formula's error under the name of the input that held it.
func formulaFault(err error, on string) error {
	if fe, ok := errors.AsType[*formula.Error](err); ok {
		return fe.Fail().On(on)
	}
	return err
}

// checkSource refuses a new lookup, rollup or count whose source does not fit.
func (x *edits) checkSource(e *schema.Entity, f *schema.Field, all map[schema.EntityID]*schema.Entity) error {
	was := x.old(e.ID, f.ID)
	if was != nil && was.Options.Link == f.Options.Link && was.Options.Field == f.Options.Field && was.Options.Op == f.Options.Op {
		return nil
	}
	l := e.Field(f.Options.Link)
	if l == nil || l.Type != "link" {
		return fail.New(fail.Invalid, "field.unknown").On("options.link")
	}
	to := all[l.Options.Entity]
	if to == nil {
		return fail.New(fail.Invalid, "link.entityUnknown").On("options.link")
	}
	if f.Type == "count" {
		return nil
	}
	if to.Field(f.Options.Field) == nil {
		return fail.New(fail.Invalid, "field.unknown").On("options.field")
	}
	t, ok := field.Of(f.Type)
	if !ok {
		return fail.New(fail.Invalid, "field.typeUnknown").On("type")
	}
	return t.Check(f)
}

// compileSettings compiles the formulas among a field's other settings.
func (x *edits) compileSettings(e *schema.Entity, f *schema.Field) error {
	was := x.old(e.ID, f.ID)
	if was == nil {
		was = &schema.Field{}
	}
	if err := restate(e, &f.RequiredIf, was.RequiredIf, "required"); err != nil {
		return err
	}
	if err := restate(e, &f.ReadOnlyIf, was.ReadOnlyIf, "readOnly"); err != nil {
		return err
	}
	if src := f.DefaultFormula(); src != "" && !bytes.Equal(f.Default, was.Default) {
		if err := restate(e, &src, "", "default"); err != nil {
			return err
		}
		b, err := json.Marshal(map[string]string{"formula": src})
		if err != nil {
			return fmt.Errorf("write a default: %w", err)
		}
		f.Default = b
	}
	for i := range f.Options.Transitions {
		t := &f.Options.Transitions[i]
		old := ""
		if i < len(was.Options.Transitions) {
			old = was.Options.Transitions[i].When
		}
		if err := restate(e, &t.When, old, "options.transitions"); err != nil {
			return err
		}
	}
	if a := f.Options.Action; a != nil {
		old := ""
		if was.Options.Action != nil {
			old = was.Options.Action.URL
		}
		if err := restate(e, &a.URL, old, "options.action"); err != nil {
			return err
		}
	}
	if f.Options.Clock == nil {
		return nil
	}
	var old schema.ClockRule
	if was.Options.Clock != nil {
		old = *was.Options.Clock
	}
	before := formulasOf(&old)
	for i, src := range formulasOf(f.Options.Clock) {
		if err := restate(e, src, *before[i], "options.clock"); err != nil {
			return err
		}
	}
	return nil
}

// formulasOf are the formulas of a clock's rule.
func formulasOf(c *schema.ClockRule) []*string {
	return []*string{&c.Formula, &c.Start, &c.Pause, &c.Stop}
}

// restate writes a formula with field ids. One that no longer compiles, but was
// there before, is left: what it decides is then not decided.
func restate(e *schema.Entity, src *string, old, on string) error {
	if *src == "" {
		return nil
	}
	p, err := formula.Compile(*src, fieldNames{e})
	switch {
	case err == nil:
		*src = p.Stored()
	case *src != old:
		return formulaFault(err, on)
	}
	return nil
}

func (x *edits) compileRules(e *schema.Entity) error {
	var was []schema.Rule
	if old := x.snap.entities[e.ID]; old != nil {
		was = old.Rules
	}
	for i := range e.Rules {
		r := &e.Rules[i]
		old := ""
		if slices.ContainsFunc(was, func(o schema.Rule) bool { return o.Formula == r.Formula }) {
			old = r.Formula
		}
		if err := restate(e, &r.Formula, old, fmt.Sprintf("rules.%d.formula", i)); err != nil {
			return err
		}
	}
	return nil
}

// sources lists the formulas of an entity: those of fields, of their settings,
// and the rules.
func sources(e *schema.Entity) []string {
	var out []string
	for _, f := range e.Live() {
		out = append(out, f.Options.Formula, f.RequiredIf, f.ReadOnlyIf, f.DefaultFormula())
		for i := range f.Options.Transitions {
			out = append(out, f.Options.Transitions[i].When)
		}
		if f.Options.Action != nil {
			out = append(out, f.Options.Action.URL)
		}
		if f.Options.Clock != nil {
			for _, src := range formulasOf(f.Options.Clock) {
				out = append(out, *src)
			}
		}
	}
	for i := range e.Rules {
		out = append(out, e.Rules[i].Formula)
	}
	return out
}

// watched lists the fields of which formulas ask when they were changed.
func watched(e *schema.Entity) []schema.FieldID {
	var out []schema.FieldID
	for _, src := range sources(e) {
		if !strings.Contains(strings.ToUpper(src), "LAST_MODIFIED_TIME") {
			continue // no need to compile it
		}
		if p := compile(e, src); p != nil {
			out = append(out, p.Watches()...)
		}
	}
	return out
}

// shadows gives the hidden values that the fields need their ids.
func shadows(e *schema.Entity) {
	want := func(f schema.FieldID, use string, k schema.Kind, unique bool) {
		if e.Shadow(f, use) == nil {
			e.Shadows = append(e.Shadows, schema.Shadow{ID: e.NextField, For: f, Use: use, Kind: k, Unique: unique})
			e.NextField++
		}
	}
	asked := watched(e)
	for _, f := range e.Live() {
		if field.IsComputed(f) {
			want(0, schema.ShadowErrors, schema.KindJSON, false)
		}
		if f.Type == "sla" {
			want(f.ID, schema.ShadowClock, schema.KindJSON, false)
		}
		if len(f.UniqueWith) > 0 {
			want(f.ID, schema.ShadowUnique, schema.KindText, true)
		}
		if slices.Contains(asked, f.ID) {
			want(f.ID, schema.ShadowChanged, schema.KindInt, false)
		}
		if hasMoney(f) {
			want(f.ID, schema.ShadowBase, schema.KindInt, false)
			want(f.ID, schema.ShadowCode, schema.KindText, false)
		}
	}
	e.Shadows = slices.DeleteFunc(e.Shadows, func(s schema.Shadow) bool {
		if s.For == 0 {
			return false
		}
		f := e.Field(s.For)
		if f != nil && (s.Use == schema.ShadowBase || s.Use == schema.ShadowCode) {
			return !hasMoney(f)
		}
		switch s.Use {
		case schema.ShadowUnique:
			return f == nil || len(f.UniqueWith) == 0
		case schema.ShadowClock:
			return f == nil || f.Type != "sla"
		case schema.ShadowChanged:
			return f == nil || !slices.Contains(asked, f.ID)
		}
		return f == nil
	})
}

// followKinds edits the entities whose lookups are kept in another form because
// what they show has changed: their storage must learn of it.
func (x *edits) followKinds(all map[schema.EntityID]*schema.Entity) error {
	for id, e := range all {
		was := x.snap.entities[id]
		if x.entities[id] != nil || was == nil || !anyLooksAway(e) {
			continue
		}
		for i := range e.Fields {
			if looksAway(&e.Fields[i]) && (kindOf(&e.Fields[i]) != kindOf(&was.Fields[i]) || hasMoney(&e.Fields[i]) != hasMoney(&was.Fields[i])) {
				if _, err := x.entity(id); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

// changedFields lists the fields that are new or changed in such a way that
// records which are there get other values.
func (x *edits) changedFields(g *Graph) []Ref {
	var out []Ref
	for r, c := range g.nodes {
		if x.snap.entities[r.Entity] == nil {
			continue // an entity that is new has no records
		}
		was := x.snap.graph.Node(r.Entity, r.Field)
		if was == nil || was.Broken != c.Broken || kindOf(was.Field) != kindOf(c.Field) || !sameSource(was.Field, c.Field) {
			out = append(out, r)
		}
	}
	for _, id := range x.order {
		e, was := x.entities[id], x.snap.entities[id]
		if was == nil || e.Deleted {
			continue
		}
		if e.Title != was.Title {
			out = append(out, Ref{id, e.Title})
		}
		for _, f := range e.Live() {
			o := was.Field(f.ID)
			if o == nil && field.Given(f) || o != nil && (renamed(o, f) || rebased(o, f) || !slices.Equal(o.UniqueWith, f.UniqueWith)) {
				out = append(out, Ref{id, f.ID})
			}
		}
	}
	return out
}

func sameSource(a, b *schema.Field) bool {
	x, y := &a.Options, &b.Options
	scale := func(o *schema.Options) int {
		if o.Scale == nil {
			return -1
		}
		return *o.Scale
	}
	clocks := func(a, b *schema.ClockRule) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
	return a.Type == b.Type && x.Formula == y.Formula && x.Link == y.Link && x.Field == y.Field && x.Op == y.Op &&
		bytes.Equal(x.Filter, y.Filter) && slices.Equal(x.Sort, y.Sort) && x.Limit == y.Limit && scale(x) == scale(y) &&
		x.Many == y.Many && x.Result == y.Result && clocks(x.Clock, y.Clock)
}

// renamed says whether formulas read other texts from a field's choices now.
func renamed(a, b *schema.Field) bool {
	for _, c := range b.Options.Choices {
		if slices.ContainsFunc(a.Options.Choices, func(o schema.Choice) bool { return o.ID == c.ID && o.Name != c.Name }) {
			return true
		}
	}
	return false
}
