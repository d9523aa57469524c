package record

import (
	"context"
	"fmt"
	"strconv"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

const maxHistory = maxLimit + 1 // whoever pages asks for one more

// HistoryEntry is one change of a record as one actor may see it.
type HistoryEntry struct {
	Change  store.Change
	Changes []FieldChange // of readable fields that still exist
	page    *page
}

// FieldChange is what became of one field.
type FieldChange struct {
	Field         *schema.Field
	Before, After schema.Value
	column        *column
}

// History returns the changes of a record, newest first, whose version is
// below before (0: all). Hidden fields are absent, as are updates of nothing
// else: fewer than limit are left only where the history ends.
//
//nolint:revive // one argument more than five reads better than a struct of two
func (s *Service) History(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.RecordID, before schema.Version, limit int) ([]HistoryEntry, error) {
	snap, r, err := s.rights(ctx, a, ent)
	if err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxHistory)
	var out []HistoryEntry
	err = s.view(ctx, snap, a, func(rd *reading) error {
		rec, err := rd.anyRecord(snap.Shape(ent), id)
		if err != nil {
			return err
		}
		acc := rd.of(r, rec)
		if rec == nil || !acc.May(access.Read) {
			return fail.New(fail.NotFound, "record.notFound")
		}
		out, err = rd.entries(r, acc, id, before, limit)
		return err
	})
	return out, err
}

// entries reads on until there are enough that the actor may know of.
func (rd *reading) entries(r *access.Rights, acc access.Access, id schema.RecordID, before schema.Version, limit int) ([]HistoryEntry, error) {
	var out []HistoryEntry
	for {
		list, err := rd.r.History(rd.ctx, r.Entity().ID, id, before, limit)
		if err != nil {
			return nil, fmt.Errorf("read history: %w", err)
		}
		shown, err := rd.history(r, acc, list)
		if err != nil {
			return nil, err
		}
		out = append(out, shown...)
		if len(list) < limit || len(out) >= limit {
			return out[:min(limit, len(out))], nil
		}
		before = list[len(list)-1].Version
	}
}

// anyRecord is a record, be it live or in the trash; nil for none.
func (rd *reading) anyRecord(shape *store.Shape, id schema.RecordID) (*schema.Record, error) {
	recs, err := rd.r.Get(rd.ctx, shape, []schema.RecordID{id}, nil)
	if err != nil {
		return nil, fmt.Errorf("load record: %w", err)
	}
	if recs[0] != nil {
		return recs[0], nil
	}
	if recs, err = rd.r.Trashed(rd.ctx, shape, []schema.RecordID{id}); err != nil {
		return nil, fmt.Errorf("load trashed record: %w", err)
	}
	return recs[0], nil
}

func (rd *reading) history(r *access.Rights, acc access.Access, list []store.Change) ([]HistoryEntry, error) {
	p := &page{entity: r.Entity(), cols: rd.svc.columns(r, nil), names: &names{snap: rd.snap}}
	wanted := map[schema.EntityID][]schema.RecordID{}
	var files []schema.FileID
	out := make([]HistoryEntry, 0, len(list))
	for _, c := range list {
		h := HistoryEntry{Change: c, page: p}
		for i := range p.cols {
			col := p.cols[i]
			before, was := c.Before[col.f.ID]
			after, is := c.After[col.f.ID]
			if (!was && !is) || !acc.Read.Has(col.f.ID) {
				continue
			}
			if col = col.then(c.Origin.At); col == nil {
				continue
			}
			h.Changes = append(h.Changes, FieldChange{Field: col.f, Before: before, After: after, column: col})
			for _, v := range []schema.Value{before, after} {
				switch {
				case col.leadsTo() != 0:
					wanted[col.leadsTo()] = appendIDs(wanted[col.leadsTo()], setOf(v))
				case col.files:
					files = append(files, field.Files(v)...)
				}
			}
		}
		if len(h.Changes) == 0 && c.Op == store.OpUpdate {
			continue
		}
		out = append(out, h)
	}
	var err error
	if p.names.titles, err = rd.titles(wanted); err != nil {
		return nil, err
	}
	if p.names.files, err = rd.files(files); err != nil {
		return nil, err
	}
	return out, rd.err
}

// AppendJSON appends {"version","op","at","by":{"id","name"},"via","changeSet",
// "changes":[{"field":{"id","key","name","type"},"before","after"}]}.
func (h *HistoryEntry) AppendJSON(dst []byte) []byte {
	c := &h.Change
	dst = append(dst, `{"version":`...)
	dst = strconv.AppendInt(dst, int64(c.Version), 10)
	dst = append(append(dst, `,"op":"`...), c.Op...)
	dst = append(dst, `","at":`...)
	dst = appendTime(dst, c.Origin.At)
	dst = append(dst, `,"by":`...)
	dst = h.page.names.appendUser(dst, c.Origin.Actor)
	dst = append(dst, `,"via":`...)
	dst = appendText(dst, c.Origin.Via)
	dst = append(dst, `,"changeSet":`...)
	dst = appendText(dst, c.Origin.ChangeSet)
	dst = append(dst, `,"changes":[`...)
	for i := range h.Changes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = h.Changes[i].appendJSON(dst, h.page.names)
	}
	return append(dst, ']', '}')
}

func (f *FieldChange) appendJSON(dst []byte, n *names) []byte {
	dst = append(dst, `{"field":{"id":"`...)
	dst = appendID(dst, schema.PrefixField, int64(f.Field.ID))
	dst = append(dst, `","key":`...)
	dst = appendText(dst, f.Field.Key)
	dst = append(dst, `,"name":`...)
	dst = appendText(dst, f.Field.Name)
	dst = append(dst, `,"type":`...)
	dst = appendText(dst, f.Field.Type)
	dst = append(dst, `},"before":`...)
	dst = f.append(dst, f.Before, n)
	dst = append(dst, `,"after":`...)
	return append(f.append(dst, f.After, n), '}')
}

func (f *FieldChange) append(dst []byte, v schema.Value, n *names) []byte {
	if to := f.column.leadsTo(); to != 0 {
		set := n.visible(to, setOf(v))
		if len(set) == 0 {
			return append(dst, "null"...)
		}
		v = set
	}
	if v == nil || len(f.Field.Past) > 0 && !fits(f.Field, v) {
		return append(dst, "null"...)
	}
	return f.column.t.AppendJSON(dst, f.Field, v, n)
}
