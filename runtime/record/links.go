package record

import (
	"fmt"
	"maps"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// newLink is a record that a change newly links to.
type newLink struct {
	work *work
	f    *schema.Field
	id   schema.RecordID
}

// checkReferences makes sure that what is newly linked to is there and may be
// read, that users are members, and that files are the actor's to attach.
func (w *writing) checkReferences() error {
	links, files := map[schema.EntityID][]newLink{}, map[schema.FileID][]newLink{}
	for _, wk := range w.works {
		if wk.back {
			continue
		}
		for id, v := range wk.set {
			f := wk.side.entity.Field(id)
			if f == nil {
				continue
			}
			switch f.Type {
			case "link":
				if err := w.keepUnseen(wk, f); err != nil {
					return err
				}
				for _, to := range addedTo(setOf(wk.prior[id]), setOf(v)) {
					links[f.Options.Entity] = append(links[f.Options.Entity], newLink{wk, f, schema.RecordID(to)})
				}
			case "user", "users", "department", "role":
				w.checkNamed(wk, f, addedTo(setOf(wk.prior[id]), setOf(v)))
			case "attachment", "file", "image", "signature":
				old := field.Files(wk.prior[id])
				for _, file := range field.Files(v) {
					if !slices.Contains(old, file) {
						files[file] = append(files[file], newLink{work: wk, f: f})
					}
				}
			}
		}
	}
	for ent, list := range links {
		if err := w.checkLinksTo(ent, list); err != nil {
			return err
		}
	}
	if err := w.checkFiles(files); err != nil {
		return err
	}
	return w.faults()
}

// checkNamed makes sure that people, departments and roles that are newly named are there.
func (w *writing) checkNamed(wk *work, f *schema.Field, added []int64) {
	for _, id := range added {
		var there bool
		var code string
		switch f.Type {
		case "department":
			there, code = w.snap.Department(schema.DeptID(id)) != nil, "department.unknown"
		case "role":
			there, code = w.snap.HasRole(schema.RoleID(id)), "role.unknown"
		default:
			there, code = w.snap.Member(schema.UserID(id)) != nil, "member.notFound"
		}
		if !there {
			w.fault(wk, fail.New(fail.Invalid, code), f.Key)
		}
	}
}

// keepUnseen puts links back that a change drops although the actor cannot
// see them: what is shown to them is what they change. A field for one link
// only is given another.
func (w *writing) keepUnseen(wk *work, f *schema.Field) error {
	now := setOf(wk.set[f.ID])
	gone := addedTo(now, setOf(wk.prior[f.ID]))
	if len(gone) == 0 || !f.Options.Many || w.Actor.System {
		return nil
	}
	seen := map[int64]bool{}
	if r := w.rd.rights(f.Options.Entity); r != nil && r.May(access.Read) {
		for part := range slices.Chunk(appendIDs(nil, gone), MaxBatch) {
			recs, err := w.rd.readable(r, w.snap.Shape(f.Options.Entity), part, []schema.FieldID{})
			if err != nil {
				return err
			}
			for _, rec := range recs {
				seen[int64(rec.ID)] = true
			}
		}
	}
	all := slices.Clone(now)
	for i, id := range setOf(wk.prior[f.ID]) {
		if slices.Contains(gone, id) && !seen[id] {
			all = slices.Insert(all, min(i, len(all)), id) // where it stood
		}
	}
	if len(all) == len(now) {
		return nil
	}
	if err := wk.assign(f, all); err != nil {
		return err
	}
	if slices.Equal(all, setOf(wk.prior[f.ID])) { // as it was
		delete(wk.set, f.ID)
		delete(wk.prior, f.ID)
	}
	return nil
}

// addedTo lists the members that a set has now and did not have.
func addedTo(old, now []int64) []int64 {
	var out []int64
	for _, x := range now {
		if !slices.Contains(old, x) {
			out = append(out, x)
		}
	}
	return out
}

func (w *writing) checkFiles(files map[schema.FileID][]newLink) error {
	if len(files) == 0 || w.svc.attach == nil || w.Actor.System {
		return nil
	}
	mine, err := w.svc.attach(w.rd.ctx, w.Actor, slices.Sorted(maps.Keys(files)))
	if err != nil {
		return fmt.Errorf("find files: %w", err)
	}
	infos, err := w.rd.files(mine)
	if err != nil {
		return fmt.Errorf("read files: %w", err)
	}
	for id, list := range files {
		for _, l := range list {
			switch {
			case !slices.Contains(mine, id):
				w.fault(l.work, fail.New(fail.Invalid, "file.notFound"), l.f.Key)
			case !field.TakesFile(l.f, infos[id].Type):
				w.fault(l.work, fail.New(fail.Invalid, "field.badFileType").With("type", infos[id].Type), l.f.Key)
			}
		}
	}
	return nil
}

func (w *writing) checkLinksTo(ent schema.EntityID, links []newLink) error {
	ids := make([]schema.RecordID, 0, len(links))
	for _, l := range links {
		if wk := w.byID[recordRef{ent, l.id}]; wk == nil || wk.op != store.OpCreate {
			ids = append(ids, l.id)
		}
	}
	slices.Sort(ids)
	there := map[schema.RecordID]bool{}
	r := w.rd.rights(ent)
	for part := range slices.Chunk(slices.Compact(ids), MaxBatch) {
		if r == nil || !r.May(access.Read) {
			break
		}
		recs, err := w.rd.readable(r, w.snap.Shape(ent), part, []schema.FieldID{})
		if err != nil {
			return err
		}
		for _, rec := range recs {
			there[rec.ID] = true
		}
	}
	for _, l := range links {
		created := w.byID[recordRef{ent, l.id}]
		if there[l.id] || (created != nil && created.op == store.OpCreate) {
			continue
		}
		e := fail.New(fail.Invalid, "link.notFound").With("record", schema.FormatID(schema.PrefixRecord, l.id))
		w.fault(l.work, e, l.f.Key)
	}
	return nil
}

// applyDerived turns what was given to derived sides of links into changes of
// the records that hold the links.
func (w *writing) applyDerived(edits []derivedEdit) error {
	for i := range edits {
		if err := w.applyDerivedOne(&edits[i]); err != nil {
			return err
		}
	}
	return w.faults()
}

func (w *writing) applyDerivedOne(d *derivedEdit) error {
	ent, inverse := d.f.Options.Entity, d.f.Options.Inverse
	sd, err := w.side(ent)
	if err != nil && fail.KindOf(err) != fail.NotFound {
		return err
	}
	if sd == nil || sd.shape.Field(inverse) == nil || sd.entity.Field(inverse) == nil {
		w.fault(d.work, fail.New(fail.Forbidden, "field.readOnly"), d.f.Key)
		return nil
	}
	self := d.work.after.ID
	var now []schema.RecordID
	if d.work.before != nil {
		linked, err := w.rd.r.Linked(w.rd.ctx, sd.shape, inverse, []schema.RecordID{self}, MaxBatch)
		if err != nil {
			return fmt.Errorf("load derived links: %w", err)
		}
		now = linked[self]
	}
	want := appendIDs(nil, d.want)
	if err := w.loadOthers(sd, slices.Concat(want, now)); err != nil {
		return err
	}
	add, drop := w.linkChanges(ent, now, want)
	if len(add)+len(drop) > 0 {
		d.work.linked = append(d.work.linked, d.f.ID)
	}
	own := sd.entity.Field(inverse)
	for _, id := range add {
		w.relink(d, sd, own, id, func(set []int64) []int64 {
			if !own.Options.Many {
				return []int64{int64(self)}
			}
			return append(slices.Clone(set), int64(self))
		})
	}
	for _, id := range drop {
		w.relink(d, sd, own, id, func(set []int64) []int64 {
			return slices.DeleteFunc(slices.Clone(set), func(x int64) bool { return x == int64(self) })
		})
	}
	return nil
}

// linkChanges tells which records of an entity are to be linked newly, and which
// no more: what the actor cannot see stays linked.
func (w *writing) linkChanges(ent schema.EntityID, now, want []schema.RecordID) (add, drop []schema.RecordID) {
	seen := func(id schema.RecordID) bool {
		wk := w.byID[recordRef{ent, id}]
		return wk != nil && (wk.op == store.OpCreate || wk.access.May(access.Read))
	}
	for _, id := range want {
		if !slices.Contains(now, id) || !seen(id) {
			add = append(add, id)
		}
	}
	for _, id := range now {
		if !slices.Contains(want, id) && seen(id) {
			drop = append(drop, id)
		}
	}
	return add, drop
}

// loadOthers brings records of the other side into the batch.
func (w *writing) loadOthers(sd *side, ids []schema.RecordID) error {
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id schema.RecordID) bool { return w.byID[recordRef{sd.entity.ID, id}] != nil })
	for part := range slices.Chunk(ids, MaxBatch) {
		recs, err := w.rd.r.Get(w.rd.ctx, sd.shape, part, nil)
		if err != nil {
			return fmt.Errorf("load linking records: %w", err)
		}
		for _, rec := range recs {
			if rec == nil {
				continue
			}
			wk := &work{side: sd, op: store.OpUpdate, before: rec, access: w.rd.of(sd.rights, rec)}
			wk.prepare(rec.ID, w)
			w.works = append(w.works, wk)
			w.byID[recordRef{sd.entity.ID, rec.ID}] = wk
		}
	}
	return nil
}

// relink changes the stored side of a link in another record.
func (w *writing) relink(d *derivedEdit, sd *side, own *schema.Field, id schema.RecordID, change func([]int64) []int64) {
	wk := w.byID[recordRef{sd.entity.ID, id}]
	switch {
	case wk == nil || (wk.op != store.OpCreate && !wk.access.May(access.Read)):
		e := fail.New(fail.Invalid, "link.notFound").With("record", schema.FormatID(schema.PrefixRecord, id))
		w.fault(d.work, e, d.f.Key)
		return
	case wk.op == store.OpCreate && !sd.rights.Creatable(own.ID), wk.op != store.OpCreate && wk.access.Right(own.ID) != schema.WriteRight:
		w.fault(d.work, fail.New(fail.Forbidden, "field.readOnly").With("record", schema.FormatID(schema.PrefixRecord, id)), d.f.Key)
		return
	case wk.op != store.OpCreate && wk.op != store.OpUpdate:
		w.fault(d.work, fail.New(fail.Invalid, "link.notFound").With("record", schema.FormatID(schema.PrefixRecord, id)), d.f.Key)
		return
	}
	var v schema.Value
	if set := change(setOf(wk.after.Values[own.ID])); len(set) > 0 {
		v = set
	}
	if err := wk.assign(own, v); err != nil {
		w.fault(d.work, err, d.f.Key)
	}
}
