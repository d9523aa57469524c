package record_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	types "tongban/schema/field"
	"tongban/schema/query"
)

// Whatever is edited, deleted, restored, moved, imported and undone: what was
// computed along the way is what is computed from scratch.
func TestComputed_incrementalEqualsFull(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { testIncremental(t, seed) })
	}
}

type player struct {
	*shop
	rnd    *rand.Rand
	owners *schema.Entity
	people *schema.Entity // whom owners report to; they report to each other
	ids    map[schema.EntityID][]schema.RecordID
	sets   []string
}

func testIncremental(t *testing.T, seed uint64) {
	s := newShop(t)
	p := &player{shop: s, rnd: rand.New(rand.NewPCG(seed, 1)), ids: map[schema.EntityID][]schema.RecordID{}}
	p.owners = s.entity("owners", text("title"))
	s.add(s.orders, catalog.FieldInput{Name: "owners", Key: "owners", Type: "link", Options: schema.Options{Entity: p.owners.ID, Many: true}, InverseName: "orders"})
	p.owners = s.fresh(p.owners)
	s.rollup("allDone", "and", "done")
	s.rollup("items", "concat", "item")
	s.rollup("kinds", "countDistinct", "item")
	s.add(s.orders, catalog.FieldInput{
		Name: "big", Key: "big", Type: "rollup", Options: schema.Options{Link: s.id(s.orders, "lines"), Field: s.id(s.lines, "amount"), Op: "avg"},
		Refs: catalog.FieldRefs{Filter: json.RawMessage(`{"field":"amount","op":"gt","value":20}`)},
	})
	s.add(s.orders, formulaField("rate", "{total}/{count}"))
	s.add(s.orders, formulaField("who", `{owners}&""`))
	s.add(s.orders, catalog.FieldInput{Name: "titles", Key: "titles", Type: "lookup", Options: schema.Options{Link: s.id(s.orders, "owners"), Field: p.owners.FieldNamed("title").ID}})
	s.add(s.lines, formulaField("part", `IF({orderTotal},{amount}/{orderTotal})`))
	s.add(s.lines, catalog.FieldInput{Name: "orderRate", Key: "orderRate", Type: "lookup", Options: schema.Options{Link: s.id(s.lines, "order"), Field: s.id(s.orders, "rate")}})
	s.add(p.owners, catalog.FieldInput{Name: "sum", Key: "sum", Type: "rollup", Options: schema.Options{Link: p.owners.FieldNamed("orders").ID, Field: s.id(s.orders, "total"), Op: "sum"}})
	p.owners = s.fresh(p.owners)
	p.farAway()
	for range 140 {
		p.act()
	}
	require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
	for _, e := range []*schema.Entity{s.orders, s.lines, p.owners, p.people} {
		p.compare(e)
	}
}

// farAway adds fields that follow from what is more than one link away.
func (p *player) farAway() {
	p.people = p.entity("people", text("name"), text("nick"))
	label := p.add(p.people, formulaField("label", `{name}&"!"`))
	_, err := p.catalog.UpdateEntity(p.Context(), p.boss(), p.people.ID, catalog.EntityPatch{Title: &label.ID})
	require.NoError(p, err)
	link := func(e *schema.Entity, name string, to *schema.Entity, many bool, inverse string) {
		p.add(e, catalog.FieldInput{Name: name, Key: name, Type: "link", Options: schema.Options{Entity: to.ID, Many: many}, InverseName: inverse})
	}
	away := func(e *schema.Entity, typ, name, op, through string, to *schema.Entity, of, filter string) {
		in := catalog.FieldInput{Name: name, Key: name, Type: typ, Options: schema.Options{Link: p.id(e, through), Op: op}}
		if of != "" {
			in.Options.Field = p.id(to, of)
		}
		if filter != "" {
			in.Refs.Filter = json.RawMessage(filter)
		}
		p.add(e, in)
	}
	link(p.people, "lead", p.people, false, "team")
	link(p.owners, "boss", p.people, true, "owned")
	away(p.people, "lookup", "leadsLead", "", "lead", p.people, "lead", "")
	p.add(p.people, formulaField("above", `{leadsLead}&"/"&{lead}`))
	away(p.people, "rollup", "below", "concat", "team", p.people, "team", "")
	away(p.people, "lookup", "parents", "", "owned", p.owners, "orders", "")
	p.add(p.people, formulaField("orderNames", `{parents}&""`))
	away(p.orders, "lookup", "bosses", "", "owners", p.owners, "boss", "")
	p.add(p.orders, formulaField("bossNames", `{bosses}&""`))
	away(p.orders, "rollup", "bossText", "concat", "owners", p.owners, "boss", "")
	away(p.orders, "rollup", "bossCount", "countDistinct", "owners", p.owners, "boss", "")
	away(p.lines, "lookup", "orderBosses", "", "order", p.orders, "bosses", "")
	p.add(p.lines, formulaField("far", `{orderBosses}&"/"&LEN({orderBosses}&"")`))
	away(p.owners, "rollup", "lineBosses", "concat", "orders", p.orders, "bosses", "")
	away(p.owners, "lookup", "lines", "", "orders", p.orders, "lines", "")
	p.add(p.owners, formulaField("lineNames", `{lines}&""`))
	away(p.owners, "rollup", "lineItems", "concat", "orders", p.orders, "lines", "")
	away(p.owners, "count", "emptyOrders", "", "orders", nil, "", `{"field":"lines","op":"isEmpty"}`)
	p.owners, p.people = p.fresh(p.owners), p.fresh(p.people)
}

func (p *player) pick(e *schema.Entity) schema.RecordID {
	if list := p.ids[e.ID]; len(list) > 0 {
		return list[p.rnd.IntN(len(list))]
	}
	return 0
}

func (p *player) fields(e *schema.Entity) map[string]any {
	num := func(n int) json.Number { return json.Number(strconv.Itoa(p.rnd.IntN(n))) }
	link := func(to *schema.Entity, most int) []any {
		out := []any{}
		for range p.rnd.IntN(most + 1) {
			if id := p.pick(to); id != 0 && !slices.Contains(out, any(schema.FormatID(schema.PrefixRecord, id))) {
				out = append(out, schema.FormatID(schema.PrefixRecord, id))
			}
		}
		return out
	}
	all := map[string]func() any{}
	switch e.ID {
	case p.lines.ID:
		all["item"] = func() any { return "i" + string(num(4)) }
		all["amount"] = func() any { return num(50) }
		all["done"] = func() any { return p.rnd.IntN(2) == 0 }
		all["order"] = func() any { return link(p.orders, 1) }
	case p.orders.ID:
		all["name"] = func() any { return "n" + string(num(9)) }
		all["owners"] = func() any { return link(p.owners, 2) }
		if p.rnd.IntN(4) == 0 {
			all["lines"] = func() any { return link(p.lines, 3) }
		}
	case p.people.ID:
		all["name"] = func() any { return "p" + string(num(9)) }
		all["nick"] = func() any { return "k" + string(num(9)) }
		all["lead"] = func() any { return link(p.people, 1) }
	default:
		all["title"] = func() any { return "t" + string(num(9)) }
		all["boss"] = func() any { return link(p.people, 2) }
	}
	out := map[string]any{}
	for k, v := range all {
		if p.rnd.IntN(2) == 0 {
			out[k] = v()
		}
	}
	return out
}

// act does something at random; what is refused is refused.
func (p *player) act() {
	e := []*schema.Entity{p.lines, p.lines, p.orders, p.owners, p.people}[p.rnd.IntN(5)]
	var cs []record.Change
	switch n := p.rnd.IntN(12); {
	case n < 4:
		for range 1 + p.rnd.IntN(3) {
			cs = append(cs, record.Change{Op: store.OpCreate, Fields: p.fields(e)})
		}
	case n < 8:
		cs = append(cs, record.Change{Op: store.OpUpdate, ID: p.pick(e), Fields: p.fields(e)})
	case n == 8:
		cs = append(cs, record.Change{Op: store.OpTrash, ID: p.pick(e)})
	case n == 9:
		cs = append(cs, record.Change{Op: store.OpRestore, ID: p.pick(e)})
	case n == 10 && len(p.sets) > 0:
		_, err := p.records.Undo(p.Context(), p.boss(), p.sets[p.rnd.IntN(len(p.sets))])
		_ = err // what cannot be undone is not
		return
	default:
		if p.rnd.IntN(4) == 0 {
			require.NoError(p, p.records.Recalculate(p.Context(), p.tenant))
		}
		return
	}
	res, err := p.records.Write(p.Context(), p.batch(p.boss(), e, cs...))
	if err != nil {
		return
	}
	p.sets = append(p.sets, res.ChangeSet)
	for _, r := range res.Rows {
		if !slices.Contains(p.ids[e.ID], r.Record.ID) {
			p.ids[e.ID] = append(p.ids[e.ID], r.Record.ID)
		}
	}
}

// compare empties all computed values behind the program's back, has them
// computed from scratch, and compares.
func (p *player) compare(e *schema.Entity) {
	p.Helper()
	e = p.fresh(e)
	snap, err := p.catalog.Tenant(p.Context(), p.tenant)
	require.NoError(p, err)
	before := p.stored(e, snap)
	var ops []store.Op
	for _, r := range before {
		set := schema.Values{}
		for _, f := range e.Live() {
			if types.IsComputed(f) {
				set[f.ID] = nil
			}
		}
		set[e.Shadow(0, schema.ShadowErrors).ID] = nil
		ops = append(ops, store.Op{Kind: store.OpFill, Shape: snap.Shape(e.ID), ID: r.ID, IfVersion: r.Version, Set: set})
	}
	job := &catalog.Recalc{Job: catalog.Job{Key: "test"}, Design: true}
	job.Steps = snap.Graph().Steps(snap.Graph().Computed(e.ID))
	doc, err := job.Doc()
	require.NoError(p, err)
	_, err = p.engine.Commit(p.Context(), p.tenant, &store.Commit{Ops: ops, Docs: []store.DocOp{doc}})
	require.NoError(p, err)
	p.catalog.Invalidate(p.tenant)
	require.NoError(p, p.records.Recalculate(p.Context(), p.tenant))
	after := p.stored(e, snap)
	require.NotEmpty(p, before)
	for i := range before {
		require.Equal(p, before[i].Values, after[i].Values, "%s %d", e.Key, before[i].ID)
	}
}

func (p *player) stored(e *schema.Entity, snap *catalog.Snapshot) []*schema.Record {
	p.Helper()
	var out []*schema.Record
	require.NoError(p, p.engine.View(p.Context(), p.tenant, func(r store.Reader) error {
		page, err := r.Find(p.Context(), snap.Shape(e.ID), &query.Query{Limit: 1000})
		out = page.Records
		return err
	}))
	return out
}
