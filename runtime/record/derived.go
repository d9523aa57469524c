package record

import (
	"fmt"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// linkedTo finds the first records that link to each of ids by a field, of
// those that the actor may read with that field.
func (rd *reading) linkedTo(r *access.Rights, shape *store.Shape, f schema.FieldID, ids []schema.RecordID) (map[schema.RecordID][]schema.RecordID, error) {
	linked, err := rd.r.Linked(rd.ctx, shape, f, ids, maxDerived)
	if err != nil {
		return nil, fmt.Errorf("load derived links: %w", err)
	}
	rows := r.RowFilter(f)
	if rows == nil {
		return linked, nil
	}
	var all []schema.RecordID
	for id, from := range linked {
		if len(from) < maxDerived {
			all = append(all, from...)
			continue
		}
		// There may be more, and those that may not be read must not take their place.
		holds := query.SetOp{Field: f, Mode: query.HasAny, Vals: []int64{int64(id)}}
		if linked[id], err = rd.idsWhere(shape, query.And{rows, holds}, maxDerived); err != nil {
			return nil, err
		}
		all = append(all, linked[id]...)
	}
	seen, err := rd.seen(shape, rows, all)
	if err != nil {
		return nil, err
	}
	for id, from := range linked {
		linked[id] = slices.DeleteFunc(from, func(id schema.RecordID) bool { return !seen[id] })
	}
	return linked, nil
}

// seen tells which of the records match.
func (rd *reading) seen(shape *store.Shape, rows query.Expr, ids []schema.RecordID) (map[schema.RecordID]bool, error) {
	out := make(map[schema.RecordID]bool, len(ids))
	slices.Sort(ids)
	for part := range slices.Chunk(slices.Compact(ids), MaxBatch) {
		found, err := rd.idsWhere(shape, query.And{query.Ids(part), rows}, MaxBatch)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			out[id] = true
		}
	}
	return out, nil
}

func (rd *reading) idsWhere(shape *store.Shape, where query.Expr, limit int) ([]schema.RecordID, error) {
	p, err := rd.r.Find(rd.ctx, shape, &query.Query{Where: where, Limit: limit, Fields: []schema.FieldID{}})
	if err != nil {
		return nil, fmt.Errorf("find derived links: %w", err)
	}
	out := make([]schema.RecordID, len(p.Records))
	for i, rec := range p.Records {
		out[i] = rec.ID
	}
	return out, nil
}
