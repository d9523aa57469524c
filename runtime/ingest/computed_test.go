package ingest_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/ingest"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	types "tongban/schema/field"
	"tongban/schema/query"
)

// sales are orders with lines, and fields that follow from them on both sides.
type sales struct {
	*world
	rnd           *rand.Rand
	orders, lines *schema.Entity
	jobs          []string
}

func newSales(t *testing.T, seed uint64) *sales {
	w := newWorld(t)
	s := &sales{world: w, rnd: rand.New(rand.NewPCG(seed, 7))}
	s.orders = w.entity(catalog.FieldInput{Name: "no", Key: "no", Type: "text", Unique: true}, catalog.FieldInput{Name: "note", Key: "note", Type: "text"})
	s.lines = w.entity(
		catalog.FieldInput{Name: "code", Key: "code", Type: "text", Unique: true},
		catalog.FieldInput{Name: "amount", Key: "amount", Type: "number"},
		catalog.FieldInput{Name: "order", Key: "order", Type: "link", Options: schema.Options{Entity: s.orders.ID}, InverseName: "lines"},
	)
	far := func(key, typ, of, op string) {
		o := schema.Options{Link: s.id(s.orders, "lines"), Op: op}
		if of != "" {
			o.Field = s.id(s.lines, of)
		}
		s.add(s.orders, catalog.FieldInput{Name: key, Key: key, Type: typ, Options: o})
	}
	formula := func(e *schema.Entity, key, src string) {
		s.add(e, catalog.FieldInput{Name: key, Key: key, Type: "formula", Options: schema.Options{Formula: src}})
	}
	formula(s.lines, "half", `{amount}/2`)
	far("total", "rollup", "half", "sum")
	far("most", "rollup", "amount", "max")
	far("codes", "rollup", "code", "concat")
	far("count", "count", "", "")
	formula(s.orders, "mean", `{total}/{count}`)
	s.add(s.lines, catalog.FieldInput{Name: "mean", Key: "mean", Type: "lookup", Options: schema.Options{Link: s.id(s.lines, "order"), Field: s.id(s.orders, "mean")}})
	s.add(s.lines, catalog.FieldInput{Name: "about", Key: "about", Type: "lookup", Options: schema.Options{Link: s.id(s.lines, "order"), Field: s.id(s.orders, "note")}})
	formula(s.lines, "part", `IF({mean},{half}/{mean}&{about})`)
	require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))
	return s
}

func (s *sales) fresh(e *schema.Entity) *schema.Entity {
	s.Helper()
	snap, err := s.catalog.Tenant(s.Context(), s.tenant)
	require.NoError(s, err)
	return snap.Entity(e.ID)
}

func (s *sales) id(e *schema.Entity, name string) schema.FieldID {
	s.Helper()
	f := s.fresh(e).FieldNamed(name)
	require.NotNil(s, f, name)
	return f.ID
}

func (s *sales) add(e *schema.Entity, in catalog.FieldInput) {
	s.Helper()
	_, err := s.catalog.AddField(s.Context(), s.boss(), e.ID, in)
	require.NoError(s, err)
}

// Whatever is imported, over what was there before, refused in part, changed by
// hand and taken back: what was computed along the way is what is computed from scratch.
func TestComputedValuesAfterImportsAreThoseComputedFromScratch(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			s := newSales(t, seed)
			s.importOrders()
			s.importLines()
			for range 14 {
				s.act()
			}
			s.importOrders()
			s.importLines()
			require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
			s.compare(s.lines)
			s.compare(s.orders)
		})
	}
}

func (s *sales) act() {
	s.Helper()
	switch n := s.rnd.IntN(10); {
	case n < 3:
		s.importOrders()
	case n < 7:
		s.importLines()
	case n == 7 && len(s.jobs) > 0:
		id := s.jobs[s.rnd.IntN(len(s.jobs))]
		if _, err := s.service.Undo(s.Context(), s.boss(), id); err == nil {
			s.wait(id)
		}
	default:
		s.byHand()
	}
}

func (s *sales) importOrders() {
	s.Helper()
	s.importRows(s.orders, "no", func(i int) string { return fmt.Sprintf("o%d,n%d", i, s.rnd.IntN(9)) }, 12, "no,note")
}

// importLines brings lines in. Some are refused: their amount is none, or there
// is no such order.
func (s *sales) importLines() {
	s.Helper()
	s.importRows(s.lines, "code", func(i int) string {
		amount := strconv.Itoa(s.rnd.IntN(90))
		if s.rnd.IntN(8) == 0 {
			amount = "many"
		}
		return fmt.Sprintf("l%d,%s,o%d", i, amount, s.rnd.IntN(14))
	}, 400, "code,amount,order")
}

func (s *sales) importRows(e *schema.Entity, key string, row func(int) string, most int, header string) {
	s.Helper()
	var b strings.Builder
	b.WriteString(header)
	for i := range most {
		if s.rnd.IntN(3) > 0 {
			b.WriteString("\n" + row(i))
		}
	}
	j := s.bring(e, "x.csv", []byte(b.String()), func(r *ingest.ImportRequest) {
		if s.rnd.IntN(4) > 0 {
			r.UpsertOn = []string{key}
		}
	})
	require.Equal(s, ingest.Done, j.State, "%+v", j.Error)
	s.jobs = append(s.jobs, j.ID)
}

// byHand changes or deletes some records.
func (s *sales) byHand() {
	s.Helper()
	e := []*schema.Entity{s.orders, s.lines}[s.rnd.IntN(2)]
	var cs []record.Change
	for _, r := range s.stored(e) {
		if s.rnd.IntN(12) > 0 || len(cs) > 20 {
			continue
		}
		c := record.Change{Op: store.OpUpdate, ID: r.ID, Fields: map[string]any{"note": "by hand"}}
		switch {
		case s.rnd.IntN(4) == 0:
			c = record.Change{Op: store.OpTrash, ID: r.ID}
		case e == s.lines:
			c.Fields = map[string]any{"order": []any{}}
		}
		cs = append(cs, c)
	}
	if len(cs) == 0 {
		return
	}
	_, err := s.records.Write(s.Context(), record.Batch{Actor: s.boss(), Entity: e.ID, Via: "api", Changes: cs})
	require.NoError(s, err)
}

func (s *sales) stored(e *schema.Entity) []*schema.Record {
	s.Helper()
	snap, err := s.catalog.Tenant(s.Context(), s.tenant)
	require.NoError(s, err)
	var out []*schema.Record
	require.NoError(s, s.engine.View(s.Context(), s.tenant, func(r store.Reader) error {
		page, err := r.Find(s.Context(), snap.Shape(e.ID), &query.Query{Limit: 1000})
		out = page.Records
		return err
	}))
	require.Less(s, len(out), 1000, "all of them")
	return out
}

// compare empties the computed values behind the program's back and has them
// computed from scratch.
func (s *sales) compare(e *schema.Entity) {
	s.Helper()
	e = s.fresh(e)
	snap, err := s.catalog.Tenant(s.Context(), s.tenant)
	require.NoError(s, err)
	before := s.stored(e)
	require.NotEmpty(s, before)
	empty, filled := schema.Values{e.Shadow(0, schema.ShadowErrors).ID: nil}, 0
	step := catalog.RecalcStep{Entity: e.ID}
	for _, c := range snap.Graph().Computed(e.ID) {
		step.Fields = append(step.Fields, c.Field.ID)
		empty[c.Field.ID] = nil
	}
	var ops []store.Op
	for _, r := range before {
		for _, f := range e.Live() {
			if types.IsComputed(f) && r.Values[f.ID] != nil {
				filled++
			}
		}
		ops = append(ops, store.Op{Kind: store.OpFill, Shape: snap.Shape(e.ID), ID: r.ID, IfVersion: r.Version, Set: empty})
	}
	require.NotZero(s, filled)
	job := &catalog.Recalc{Job: catalog.Job{Key: "test"}, Design: true, Steps: []catalog.RecalcStep{step}}
	doc, err := job.Doc()
	require.NoError(s, err)
	_, err = s.engine.Commit(s.Context(), s.tenant, &store.Commit{Ops: ops, Docs: []store.DocOp{doc}})
	require.NoError(s, err)
	s.catalog.Invalidate(s.tenant)
	require.NoError(s, s.records.Recalculate(s.Context(), s.tenant))
	after := s.stored(e)
	require.Len(s, after, len(before))
	for i := range before {
		require.Equal(s, before[i].Values, after[i].Values, "%s %d", e.Key, before[i].ID)
	}
}
