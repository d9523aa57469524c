package record

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/formula"
)

// maxSettled is how many records of others a write brings up to date by
// itself; what is beyond is left to a job.
const maxSettled = 200

// wave is how a change runs through the fields that follow from it: by rank, so
// that each field of each record is computed once, and no further than values change.
type wave struct {
	w     *writing
	ev    *evaluator
	graph *catalog.Graph
	near  map[*catalog.Computed]map[*work]bool
	far   map[catalog.Hop]map[*work]bool
	later []catalog.RecalcStep
	again []catalog.RecalcStep // to be looked at once more, should others have written meanwhile
	extra int                  // records of others in the batch
}

// compute fills the fields that follow from others, of the records of the batch
// and of those that look at them.
func (w *writing) compute() error {
	v := newWave(w)
	for _, wk := range slices.Clone(w.works) {
		if wk.op == store.OpCreate || wk.op == store.OpUpdate {
			wk.setWorths(w.snap.RateNow)
			wk.stampChanges(w.at)
		}
		v.start(wk)
	}
	return w.ride(v)
}

func newWave(w *writing) *wave {
	return &wave{
		w: w, ev: newEvaluator(w.rd, w), graph: w.snap.Graph(),
		near: map[*catalog.Computed]map[*work]bool{}, far: map[catalog.Hop]map[*work]bool{},
	}
}

// ride lets a wave run to its end.
func (w *writing) ride(v *wave) error {
	if err := v.run(); err != nil {
		return err
	}
	for _, wk := range w.works {
		if err := w.moveAlong(wk); err != nil {
			return err
		}
		wk.setKeys()
	}
	w.later, w.again = v.later, v.again
	return w.rd.err
}

// start notes what follows from one record's change.
func (v *wave) start(wk *work) {
	e := wk.side.entity
	switch wk.op {
	case store.OpCreate:
		for _, c := range v.graph.Computed(e.ID) {
			v.add(c, wk)
		}
		v.into(wk, true)
	case store.OpUpdate:
		for _, id := range slices.Sorted(maps.Keys(wk.set)) {
			v.changed(wk, id)
		}
		if len(wk.set) > 0 && !wk.quiet {
			v.changed(wk, schema.SysUpdatedAt)
			v.changed(wk, schema.SysUpdatedBy)
		}
	case store.OpRestore:
		v.into(wk, false)
		if step := wholeRecord(v.graph, e.ID, wk.after.ID); len(step.Fields) > 0 {
			v.later = append(v.later, step)
		}
	default:
		v.into(wk, false)
	}
}

// wholeRecord is the step that brings all computed fields of a record up to date.
func wholeRecord(g *catalog.Graph, e schema.EntityID, id schema.RecordID) catalog.RecalcStep {
	step := catalog.RecalcStep{Entity: e, IDs: []schema.RecordID{id}}
	for _, c := range g.Computed(e) {
		if c.Stored {
			step.Fields = append(step.Fields, c.Field.ID)
		}
	}
	return step
}

// into notes that a record came or went. Nobody's stored link leads to a record that is new.
func (v *wave) into(wk *work, fresh bool) {
	for _, h := range v.graph.Into(wk.side.entity.ID) {
		if h.To.Stored && (!fresh || h.Link.Options.Derived) {
			v.addFar(h, wk)
		}
	}
}

func (v *wave) changed(wk *work, f schema.FieldID) {
	e := wk.side.entity.ID
	for _, c := range v.graph.Near(e, f) {
		v.add(c, wk)
	}
	for _, h := range v.graph.Far(e, f) {
		if h.To.Stored {
			v.addFar(h, wk)
		}
	}
}

// renamed notes that the titles are others that a field of the record leads to.
func (v *wave) renamed(wk *work, f schema.FieldID) {
	e := wk.side.entity.ID
	for _, c := range v.graph.NearTitles(e, f) {
		v.add(c, wk)
	}
	for _, h := range v.graph.FarTitles(e, f) {
		if h.To.Stored {
			v.addFar(h, wk)
		}
	}
}

func (v *wave) add(c *catalog.Computed, wk *work) {
	if !c.Stored || wk.op != store.OpCreate && wk.op != store.OpUpdate {
		return
	}
	if v.near[c] == nil {
		v.near[c] = map[*work]bool{}
	}
	v.near[c][wk] = true
}

func (v *wave) addFar(h catalog.Hop, wk *work) {
	if v.far[h] == nil {
		v.far[h] = map[*work]bool{}
	}
	v.far[h][wk] = true
}

// run computes, the fields of the lowest rank first.
func (v *wave) run() error {
	for {
		c := v.next()
		if c == nil {
			return nil
		}
		for h, from := range v.far {
			if h.To != c {
				continue
			}
			delete(v.far, h)
			if err := v.reach(h, from); err != nil {
				return err
			}
		}
		works := slices.SortedFunc(maps.Keys(v.near[c]), func(a, b *work) int { return cmp.Compare(a.after.ID, b.after.ID) })
		delete(v.near, c)
		if err := v.evaluate(c, works); err != nil {
			return err
		}
	}
}

func (v *wave) next() *catalog.Computed {
	var first *catalog.Computed
	take := func(c *catalog.Computed) {
		if first == nil || catalog.ByRank(c, first) < 0 {
			first = c
		}
	}
	for c := range v.near {
		take(c)
	}
	for h := range v.far {
		take(h.To)
	}
	return first
}

func (v *wave) evaluate(c *catalog.Computed, works []*work) error {
	recs := make([]*schema.Record, len(works))
	for i, wk := range works {
		recs[i] = wk.after
	}
	if c.Link != nil || len(c.Far) > 0 || len(c.Titles) > 0 {
		st := stepOf(c)
		for _, r := range recs {
			st.IDs = append(st.IDs, r.ID)
		}
		v.again = append(v.again, st)
	}
	if c.Relay != 0 {
		v.passOn(c, works)
		return nil
	}
	if err := v.ev.prefetch(c, recs); err != nil {
		return err
	}
	for _, wk := range works {
		val, code, err := v.ev.value(c, wk.after)
		if err != nil {
			return err
		}
		wk.setClock(v.ev, c)
		if wk.setComputed(c.Field, val, code, v.w.snap.RateNow) {
			v.changed(wk, c.Field.ID)
		}
	}
	return nil
}

// passOn tells what follows from a node without a value of its own.
func (v *wave) passOn(c *catalog.Computed, works []*work) {
	for _, wk := range works {
		if c.Relay == catalog.RelayTitles {
			v.renamed(wk, c.Field.ID)
			continue
		}
		v.changed(wk, c.Field.ID)
	}
}

// stepOf is the step of one node, on no records yet.
func stepOf(c *catalog.Computed) catalog.RecalcStep {
	return catalog.RecalcStep{Entity: c.Entity.ID, Fields: []schema.FieldID{c.Field.ID}, Relay: c.Relay}
}

// reach finds the records that look over a link at changed ones, and brings
// them into the batch, or leaves them to a job where they are many.
func (v *wave) reach(h catalog.Hop, from map[*work]bool) error {
	ent := h.To.Entity.ID
	var ids, targets []schema.RecordID
	for wk := range from {
		targets = append(targets, wk.after.ID)
		if h.Link.Options.Derived {
			ids = append(ids, wk.holds(h.Link.Options.Inverse)...)
		}
	}
	slices.Sort(targets)
	if !h.Link.Options.Derived {
		st := stepOf(h.To)
		st.Link, st.Targets = h.Link.ID, targets
		v.again = append(v.again, st)
		shape := v.w.snap.Shape(ent)
		if shape == nil || shape.Field(h.Link.ID) == nil {
			return nil
		}
		found, err := v.w.rd.r.Linked(v.w.rd.ctx, shape, h.Link.ID, targets, maxSettled+1)
		if err != nil {
			return fmt.Errorf("find records that look here: %w", err)
		}
		for _, t := range targets {
			ids = append(ids, found[t]...)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var others []schema.RecordID
	for _, id := range ids {
		if wk := v.w.byID[recordRef{ent, id}]; wk != nil {
			v.add(h.To, wk)
			continue
		}
		others = append(others, id)
	}
	if len(others) == 0 {
		return nil
	}
	if v.w.alone || v.extra+len(others) > maxSettled || len(v.w.works)+len(others) > MaxBatch {
		step := stepOf(h.To)
		if h.Link.Options.Derived {
			step.IDs = others
		} else {
			step.Link, step.Targets = h.Link.ID, targets
		}
		if v.w.alone && len(others) <= maxSettled { // few: done as soon as the commit is
			step.IDs, step.Link, step.Targets = others, 0, nil
		}
		v.later = append(v.later, step)
		return nil
	}
	v.extra += len(others)
	return v.bring(h.To, others)
}

// bring loads records of others into the batch.
func (v *wave) bring(c *catalog.Computed, ids []schema.RecordID) error {
	sd := v.w.quietSide(c.Entity)
	recs, err := v.w.rd.r.Get(v.w.rd.ctx, sd.shape, ids, nil)
	if err != nil {
		return fmt.Errorf("load records that look here: %w", err)
	}
	for _, rec := range recs {
		if rec == nil {
			continue
		}
		wk := &work{side: sd, op: store.OpUpdate, before: rec, quiet: true}
		wk.prepare(rec.ID, v.w)
		v.w.works = append(v.w.works, wk)
		v.w.byID[recordRef{c.Entity.ID, rec.ID}] = wk
		v.add(c, wk)
	}
	return nil
}

// holds lists what a link field of the record holds and held.
func (wk *work) holds(f schema.FieldID) []schema.RecordID {
	ids := appendIDs(nil, setOf(wk.after.Values[f]))
	if wk.before != nil {
		ids = appendIDs(ids, setOf(wk.before.Values[f]))
	}
	return ids
}

// quietSide is an entity whose records change without the actor's doing.
func (w *writing) quietSide(e *schema.Entity) *side {
	if sd := w.sides[e.ID]; sd != nil {
		return sd
	}
	if w.quiet == nil {
		w.quiet = map[schema.EntityID]*side{}
	}
	sd := w.quiet[e.ID]
	if sd == nil {
		sd = &side{entity: e, shape: w.snap.Shape(e.ID)}
		w.quiet[e.ID] = sd
	}
	return sd
}

// setComputed puts a computed value, or its error, into the record and says
// whether that changed anything.
func (wk *work) setComputed(f *schema.Field, v schema.Value, code formula.ErrCode, rate field.Rate) bool {
	changed := !sameValue(wk.after.Values[f.ID], v)
	if changed {
		wk.put(f.ID, v)
	}
	if wk.setWorth(f, rate) {
		changed = true
	}
	sh := wk.side.entity.Shadow(0, schema.ShadowErrors)
	if sh == nil {
		return changed
	}
	errs := wk.after.Values[sh.ID]
	if now := withError(errs, f.ID, code); !sameValue(errs, now) {
		wk.put(sh.ID, now)
		changed = true
	}
	return changed
}

// put is assign for values that no person gives.
func (wk *work) put(f schema.FieldID, v schema.Value) {
	old := wk.after.Values[f]
	if _, again := wk.set[f]; !again && old != nil {
		wk.prior[f] = old
	}
	wk.set[f] = v
	if v == nil {
		delete(wk.after.Values, f)
	} else {
		wk.after.Values[f] = v
	}
}

// errorsOf reads a record's errors.
func errorsOf(v schema.Value) map[string]formula.ErrCode {
	raw, ok := v.(json.RawMessage)
	if !ok {
		return nil
	}
	var m map[string]formula.ErrCode
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}

func errorAt(v schema.Value, f schema.FieldID) formula.ErrCode {
	if v == nil {
		return ""
	}
	return errorsOf(v)[strconv.Itoa(int(f))]
}

// withError sets or clears one field's error. Keys come sorted, so that equal
// errors are equal bytes.
func withError(v schema.Value, f schema.FieldID, code formula.ErrCode) schema.Value {
	if v == nil && code == "" {
		return nil
	}
	m := errorsOf(v)
	if m == nil {
		m = map[string]formula.ErrCode{}
	}
	key := strconv.Itoa(int(f))
	if m[key] == code {
		return v
	}
	if code == "" {
		delete(m, key)
	} else {
		m[key] = code
	}
	if len(m) == 0 {
		return nil
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return v
	}
	return json.RawMessage(raw)
}

// setKeys keeps the keys of fields that are unique together with others.
func (wk *work) setKeys() {
	if wk.op != store.OpCreate && wk.op != store.OpUpdate {
		return
	}
	for i := range wk.side.entity.Shadows {
		sh := &wk.side.entity.Shadows[i]
		if sh.Use != schema.ShadowUnique {
			continue
		}
		if v := togetherKey(wk.side.entity, sh.For, wk.after); !sameValue(wk.after.Values[sh.ID], v) {
			wk.put(sh.ID, v)
		}
	}
}

// togetherKey is what may stand in one record only; nil where a part is empty.
func togetherKey(e *schema.Entity, id schema.FieldID, rec *schema.Record) schema.Value {
	f := e.Field(id)
	if f == nil {
		return nil
	}
	var key []byte
	for _, part := range append([]schema.FieldID{id}, f.UniqueWith...) {
		v := rec.Values[part]
		if own := e.Field(part); own != nil {
			if t, ok := field.Of(own.Type); ok && t.Traits(own).System != 0 {
				v = rec.Get(t.Traits(own).System)
			}
		}
		if v == nil {
			return nil
		}
		if raw, ok := v.(json.RawMessage); ok {
			v = string(raw)
		}
		key = fmt.Appendf(key, "%v\x1f", v)
	}
	return string(key)
}
