package record

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/query"
)

const (
	// previewFor bounds how long a preview looks at records.
	previewFor = 3 * time.Second
	maxSamples = 20
	// atOnce is up to how many records a conversion is done before Convert returns.
	atOnce = 2000
)

// Preview is what a conversion would do. The counts are of all records, or,
// where AtLeast is set, of those that there was time to look at.
type Preview struct {
	Total, Converted, Merged, Lost, Empty int64
	AtLeast                               bool
	Choices                               []string // that would be made
	Samples                               []Sample // those that would be lost first
	Views                                 int      // whose filter, order or groups ask for the field
	Affects                               []catalog.Affected
}

// Sample is what would become of one record's value; Why is nil where it is kept.
type Sample struct {
	Record        schema.RecordID
	Title         string
	Before, After string
	Lost, Merged  bool
	Why           *fail.Error
}

// PreviewConvert tells what giving a field another type would do, and changes nothing.
func (s *Service) PreviewConvert(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.FieldID, in catalog.ConvertInput) (*Preview, error) {
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	snap, r, err := s.rights(ctx, a, ent)
	if err != nil {
		return nil, err
	}
	if err := s.mayConvert(a, snap, ent, id); err != nil {
		return nil, err
	}
	to, err := snap.Target(ent, id, in)
	if err != nil {
		return nil, err
	}
	p := &previewing{to: to, from: snap.Entity(ent).Field(id), rights: r, seen: map[any]bool{}, out: &Preview{}}
	p.out.Views = viewsOf(snap, ent, id)
	if p.out.Affects, err = snap.Affects(ent, id, in); err != nil {
		return nil, err
	}
	shape, until := snap.Shape(ent), s.now().Add(previewFor)
	// The counts are of all records, whoever may see them; samples are not.
	err = s.view(ctx, snap, access.Actor{Tenant: a.Tenant, System: true}, func(rd *reading) error {
		if p.out.Total, err = rd.r.Count(ctx, shape, nil, 0); err != nil {
			return fmt.Errorf("count records: %w", err)
		}
		q := &query.Query{Limit: MaxBatch}
		for {
			page, err := rd.r.Find(ctx, shape, q)
			if err != nil {
				return fmt.Errorf("find records: %w", err)
			}
			mover, err := rd.mover(p.from, p.to, page.Records, p.from.ID)
			if err != nil {
				return err
			}
			for _, rec := range page.Records {
				p.look(mover, rec, s.reading(ctx, snap, a, rd.r))
			}
			if q.After = page.Next; q.After == nil {
				return nil
			}
			if !s.now().Before(until) {
				p.out.AtLeast = true
				return nil
			}
		}
	})
	p.out.Samples = append(p.lost, p.kept...)
	p.out.Samples = p.out.Samples[:min(len(p.out.Samples), maxSamples)]
	return p.out, err
}

func viewsOf(snap *catalog.Snapshot, ent schema.EntityID, id schema.FieldID) int {
	n := 0
	for _, v := range snap.Views(ent) {
		if catalog.Asks(v, id) {
			n++
		}
	}
	return n
}

type previewing struct {
	from, to   *schema.Field
	rights     *access.Rights
	seen       map[any]bool // values of a unique field
	out        *Preview
	lost, kept []Sample
}

func (p *previewing) look(m *mover, rec *schema.Record, as *reading) {
	v := rec.Values[p.from.ID]
	if v == nil {
		p.out.Empty++
		return
	}
	for _, name := range field.ConvertChoices(p.from, p.to, v, m.names) {
		p.out.Choices = append(p.out.Choices, name)
		addChoice(p.to, name)
	}
	got, err := m.move(v)
	if err == nil && p.to.Unique {
		key := fmt.Sprint(got.Value)
		if p.seen[key] {
			err = fail.New(fail.Invalid, "field.notUnique").On(p.to.Key)
		}
		p.seen[key] = true
	}
	switch {
	case err != nil:
		p.out.Lost++
	case got.Merged:
		p.out.Converted++
		p.out.Merged++
	default:
		p.out.Converted++
	}
	if err != nil && len(p.lost) < maxSamples || err == nil && len(p.kept) < maxSamples {
		p.sample(m, rec, got, err, as)
	}
}

// addChoice adds a choice to a field that is not kept.
func addChoice(f *schema.Field, name string) {
	id := max(f.Options.NextChoice, 1)
	f.Options.NextChoice = id + 1
	f.Options.Choices = append(f.Options.Choices, schema.Choice{ID: id, Name: name, Color: field.Colors[int(id-1)%len(field.Colors)]})
}

// sample keeps an example, if who asks may see the record and the field in it.
func (p *previewing) sample(m *mover, rec *schema.Record, got field.Converted, why error, as *reading) {
	acc := as.of(p.rights, rec)
	if !acc.May(access.Read) || !acc.Read.Has(p.from.ID) || p.rights.Right(p.from.ID) == schema.Masked {
		return
	}
	s := Sample{Record: rec.ID, Before: m.text(p.from, rec.Values[p.from.ID]), Lost: why != nil, Merged: got.Merged}
	e := p.rights.Entity()
	if t := e.Field(e.Title); t != nil && acc.Read.Has(t.ID) && p.rights.Right(t.ID) != schema.Masked {
		s.Title = m.text(t, rec.Get(t.ID))
	}
	if why != nil {
		s.Why = fail.Of(why)
		p.lost = append(p.lost, s)
		return
	}
	s.After = m.text(p.to, got.Value)
	p.kept = append(p.kept, s)
}

// mover converts the values of some records.
type mover struct {
	from, to *schema.Field
	names    *names
	env      *field.Env
}

// mover learns what the records' old values are called. held is where they are.
func (rd *reading) mover(from, to *schema.Field, recs []*schema.Record, held schema.FieldID) (*mover, error) {
	n := &names{snap: rd.snap}
	var err error
	switch {
	case from.Type == "link":
		wanted := map[schema.EntityID][]schema.RecordID{}
		for _, rec := range recs {
			wanted[from.Options.Entity] = appendIDs(wanted[from.Options.Entity], setOf(rec.Values[held]))
		}
		n.titles, err = rd.titles(wanted)
	case field.HoldsFiles(from):
		var files []schema.FileID
		for _, rec := range recs {
			files = append(files, field.Files(rec.Values[held])...)
		}
		n.files, err = rd.files(files)
	}
	if err != nil {
		return nil, err
	}
	env := &field.Env{Now: rd.svc.now().UTC(), Zone: rd.snap.Zone(), Me: rd.actor.User, Typecast: true, Find: newFinder(rd), Rate: rd.snap.RateNow}
	return &mover{from: from, to: to, names: n, env: env}, nil
}

func (m *mover) move(v schema.Value) (field.Converted, error) {
	got, err := field.Convert(m.from, m.to, v, m.names, m.env)
	if err == nil && got.Value != nil && !fits(m.to, got.Value) {
		err = fail.New(fail.Invalid, "field.badValue").On(m.to.Key)
	}
	if err != nil {
		return field.Converted{}, err
	}
	return got, nil
}

func (m *mover) text(f *schema.Field, v schema.Value) string {
	t, ok := field.Of(f.Type)
	if !ok || v == nil || f.Type == "link" && f.ID != m.from.ID && m.names.titles == nil {
		return ""
	}
	return t.Text(f, v, m.names)
}

// Convert gives a field another type; see catalog.Convert. Of few records the
// values are moved when it returns, of many in the background.
func (s *Service) Convert(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.FieldID, in catalog.ConvertInput) (*schema.Field, error) {
	snap, err := s.catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if err := s.mayConvert(a, snap, ent, id); err != nil {
		return nil, err
	}
	f, err := s.catalog.Convert(ctx, a, ent, id, in)
	if err != nil {
		return nil, err
	}
	return s.soon(ctx, a.Tenant, ent, f)
}

// Revert takes a field back to the type that it had, with the values of then.
// Records whose value was edited since keep the new value, converted back where
// that is possible.
func (s *Service) Revert(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.FieldID) (*schema.Field, error) {
	f, err := s.catalog.Revert(ctx, a, ent, id)
	if err != nil {
		return nil, err
	}
	return s.soon(ctx, a.Tenant, ent, f)
}

// soon does the work at once where it is little.
func (s *Service) soon(ctx context.Context, t schema.TenantID, ent schema.EntityID, f *schema.Field) (*schema.Field, error) {
	snap, err := s.catalog.Tenant(ctx, t)
	if err != nil {
		return nil, err
	}
	var n int64
	err = s.engine.View(ctx, t, func(r reader) error {
		var err error
		n, err = r.Count(ctx, snap.Shape(ent), nil, atOnce+1)
		return err
	})
	if err != nil || n > atOnce {
		return f, err
	}
	for try := 1; try <= 100; try++ { // the background may have begun
		if err := s.moveAll(ctx, t); err != nil {
			return nil, err
		}
		list, err := s.conversions(ctx, t)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(list, func(v *catalog.Conversion) bool { return v.Entity == ent && v.Field == f.ID }) {
			break
		}
		if err := s.breathe(ctx, min(try+1, 20)); err != nil {
			return nil, err
		}
	}
	s.catalog.Invalidate(t) // whoever else finished it may not have told yet
	if snap, err = s.catalog.Tenant(ctx, t); err != nil {
		return nil, err
	}
	if e := snap.Entity(ent); e != nil && e.Field(f.ID) != nil {
		return e.Field(f.ID), nil
	}
	return f, nil
}

// moving lists the fields of an entity whose type is changing, or whose former
// values are kept.
func moving(e *schema.Entity) []*schema.Field {
	var out []*schema.Field
	for i := range e.Fields {
		if f := &e.Fields[i]; !f.Deleted && (f.Moving != nil || f.Was != nil) {
			out = append(out, f)
		}
	}
	return out
}

// moveAlong keeps what is kept of a field's former type true to what a record
// holds now: see schema.Moving and schema.Was.
func (w *writing) moveAlong(wk *work) error {
	if wk.op != "create" && wk.op != "update" {
		return nil
	}
	for _, f := range moving(wk.side.entity) {
		v, touched := wk.set[f.ID]
		if !touched {
			continue
		}
		if wk.before != nil && wk.before.Values[f.ID] == nil {
			delete(wk.prior, f.ID) // it was only shown ahead
		}
		m := f.Moving
		var shadow schema.FieldID
		var keep schema.Value
		switch {
		case m == nil:
			shadow = f.Was.Shadow
		case m.Phase == schema.MoveFill:
			shadow = m.Shadow
		case !m.Back:
			shadow, keep = m.Shadow, v
			if m.Keep != 0 {
				wk.shadow(m.Keep, v)
			}
		default:
			shadow = m.Shadow
			mv, err := w.rd.mover(f, f.As(m.To), []*schema.Record{wk.after}, f.ID)
			if err != nil {
				return err
			}
			if got, err := mv.move(v); err == nil {
				keep = got.Value
			}
		}
		wk.shadow(shadow, keep)
	}
	return nil
}

// shadow sets a value that belongs to a field.
func (wk *work) shadow(id schema.FieldID, v schema.Value) {
	if wk.side.shape.Field(id) == nil || sameValue(wk.after.Values[id], v) {
		return
	}
	if wk.before != nil && wk.before.Values[id] != nil {
		wk.prior[id] = wk.before.Values[id]
	}
	wk.set[id], wk.after.Values[id] = v, v
	if v == nil {
		delete(wk.after.Values, id)
	}
}

// live leaves out what is not there.
func live(recs []*schema.Record) []*schema.Record {
	return slices.DeleteFunc(recs, func(r *schema.Record) bool { return r == nil })
}

// ahead shows values that a conversion has not come to yet as it will leave
// them. It returns nil where there is nothing of the kind.
func (rd *reading) ahead(e *schema.Entity, rec *schema.Record) (schema.Values, error) {
	if rd.r == nil {
		return nil, nil //nolint:nilnil // nothing is a fine answer
	}
	var out schema.Values
	for _, f := range moving(e) {
		if f.Moving == nil || f.Moving.Phase != schema.MoveFill || rec.Values[f.ID] != nil || rec.Values[f.Moving.Shadow] == nil {
			continue
		}
		from, to := ends(f)
		next := rec.Values[f.Moving.Shadow]
		if from != to {
			m, err := rd.mover(from, to, []*schema.Record{rec}, f.Moving.Shadow)
			if err != nil {
				return nil, err
			}
			got, err := m.move(next)
			if err != nil {
				continue // it will be lost
			}
			next = got.Value
		}
		if out == nil {
			out = schema.Values{}
		}
		out[f.ID] = next
	}
	return out, nil
}

// lookAhead lets a change start from what the record will hold.
func (w *writing) lookAhead(wk *work) error {
	if wk.before == nil {
		return nil
	}
	ahead, err := w.rd.ahead(wk.side.entity, wk.before)
	maps.Copy(wk.after.Values, ahead)
	return err
}

// then is the column as it was at a moment: a field may have had another type.
func (c *column) then(at int64) *column {
	if f := c.f.Then(at); f != c.f {
		return newColumn(f)
	}
	return c
}

// behind is where a field's values come from that is being filled.
func behind(snap *catalog.Snapshot, r *access.Rights, f *schema.Field) []schema.FieldID {
	if m := f.Moving; m != nil && m.Phase == schema.MoveFill && snap.Shape(r.Entity().ID).Field(m.Shadow) != nil {
		return []schema.FieldID{m.Shadow}
	}
	return nil
}

// mayConvert refuses who may not read all that a conversion lays open: values
// become choices, and titles of linked records become text.
func (s *Service) mayConvert(a access.Actor, snap *catalog.Snapshot, ent schema.EntityID, id schema.FieldID) error {
	if err := access.Designer(a); err != nil {
		return err
	}
	r, err := s.policy.Rights(a, snap, ent)
	if err != nil {
		return err
	}
	f := snap.Entity(ent).Field(id)
	if f == nil {
		return fail.New(fail.NotFound, "field.notFound")
	}
	no := fail.New(fail.Forbidden, "convert.unreadable").With("name", f.Name)
	if right := r.Right(id); right == schema.Hidden || right == schema.Masked {
		return no
	}
	if f.Type != "link" || f.Options.Derived {
		return nil
	}
	far, err := s.policy.Rights(a, snap, f.Options.Entity)
	if err != nil || !far.May(access.Read) || far.RowFilter() != nil || !far.Readable(far.Entity().Title) {
		return no
	}
	return nil
}
