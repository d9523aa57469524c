package record_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

func linkTo(name string, to *schema.Entity, inverse string) catalog.FieldInput {
	return catalog.FieldInput{Name: name, Key: name, Type: "link", Options: schema.Options{Entity: to.ID}, InverseName: inverse}
}

func (s *shop) lookup(e *schema.Entity, name, link string, to *schema.Entity, of string) {
	s.Helper()
	s.add(e, catalog.FieldInput{Name: name, Key: name, Type: "lookup", Options: schema.Options{Link: s.id(e, link), Field: s.id(to, of)}})
}

func ref(r *record.Row) string { return schema.FormatID(schema.PrefixRecord, r.Record.ID) }

func TestComputed_titles_are_followed_over_any_number_of_links(t *testing.T) {
	s := newShop(t)
	cities := s.entity("cities", text("name"))
	firms := s.entity("firms", text("name"), linkTo("city", cities, "firms"))
	s.add(s.orders, linkTo("firm", firms, "orders"))
	s.lookup(s.orders, "city", "firm", firms, "city")
	s.add(s.orders, formulaField("where", `{city}&""`))
	s.lookup(s.lines, "city", "order", s.orders, "city")
	s.add(s.lines, formulaField("where", `"in "&{city}`))
	s.add(s.lines, formulaField("long", `LEN({where})`))
	s.rollup("cities", "concat", "city")
	s.settle()
	city := s.create(s.boss(), cities, `{"name":"杭州"}`)
	firm := s.create(s.boss(), firms, fmt.Sprintf(`{"name":"F","city":[%q]}`, ref(city)))
	order := s.create(s.boss(), s.orders, fmt.Sprintf(`{"name":"A","firm":[%q]}`, ref(firm)))
	line := s.line(order, 1)
	require.Equal(t, `where="in 杭州" long=5 `, s.show(s.lines, line, "where", "long"))

	_, err := s.update(s.boss(), cities, city, `{"name":"哈尔滨"}`)
	require.NoError(t, err)
	require.Equal(t, `where="哈尔滨" cities="哈尔滨" `, s.show(s.orders, order, "where", "cities"), "at once: there are few")
	require.Equal(t, `where="in 哈尔滨" long=6 `, s.show(s.lines, line, "where", "long"))
	require.Equal(t, []string{"i1"}, s.found(s.lines, `{"field":"where","op":"eq","value":"in 哈尔滨"}`))

	var many []record.Change
	for i := range 450 { // more than a write brings up to date by itself
		many = append(many, record.Change{Op: store.OpCreate, Fields: in(t, fmt.Sprintf(`{"name":"o%d","firm":[%q]}`, i, ref(firm)))})
	}
	_, err = s.records.Write(t.Context(), s.batch(s.boss(), s.orders, many...))
	require.NoError(t, err)
	s.settle()
	_, err = s.update(s.boss(), cities, city, `{"name":"广州"}`)
	require.NoError(t, err)
	require.True(t, s.behind())
	s.settle()
	require.Empty(t, s.found(s.orders, `{"field":"where","op":"ne","value":"广州"}`))
	require.Equal(t, []string{"i1"}, s.found(s.lines, `{"field":"where","op":"eq","value":"in 广州"}`))

	_, err = s.trash(s.boss(), cities, city)
	require.NoError(t, err)
	s.settle()
	require.Equal(t, []string{"i1"}, s.found(s.lines, `{"field":"where","op":"eq","value":"in "}`), "what is in the trash has no name")
	_, err = s.records.Restore(t.Context(), s.boss(), cities.ID, city.Record.ID)
	require.NoError(t, err)
	s.settle()
	require.Equal(t, []string{"i1"}, s.found(s.lines, `{"field":"where","op":"eq","value":"in 广州"}`))
}

func TestComputed_looks_at_who_links_to_what_it_links_to(t *testing.T) {
	s := newShop(t)
	firms := s.entity("firms", text("name"))
	s.add(s.orders, linkTo("firm", firms, "orders"))
	firms = s.fresh(firms)
	orders := firms.FieldNamed("orders").ID
	s.add(firms, catalog.FieldInput{Name: "all", Key: "all", Type: "lookup", Options: schema.Options{Link: orders, Field: s.id(s.orders, "lines")}})
	s.add(firms, catalog.FieldInput{
		Name: "empty", Key: "empty", Type: "count", Options: schema.Options{Link: orders},
		Refs: catalog.FieldRefs{Filter: json.RawMessage(`{"field":"lines","op":"isEmpty"}`)},
	})
	s.settle()
	firm := s.create(s.boss(), firms, `{"name":"F"}`)
	order := s.create(s.boss(), s.orders, fmt.Sprintf(`{"name":"A","firm":[%q]}`, ref(firm)))
	require.Equal(t, []string{"F"}, s.found(firms, `{"field":"empty","op":"eq","value":1}`))

	line := s.line(order, 1)
	require.Equal(t, []string{"F"}, s.found(firms, `{"field":"empty","op":"eq","value":0}`))
	require.Equal(t, []string{"F"}, s.found(firms, fmt.Sprintf(`{"field":"all","op":"hasAny","value":[%q]}`, ref(line))))
	_, err := s.update(s.boss(), s.lines, line, `{"order":[]}`)
	require.NoError(t, err)
	require.Equal(t, []string{"F"}, s.found(firms, `{"field":"empty","op":"eq","value":1}`))
	require.Empty(t, s.found(firms, fmt.Sprintf(`{"field":"all","op":"hasAny","value":[%q]}`, ref(line))))
}

func TestComputed_titles_of_the_same_table_are_there_before_they_are_shown(t *testing.T) {
	s := newShop(t)
	people := s.entity("people", text("name"))
	label := s.add(people, formulaField("label", `{name}&"!"`))
	_, err := s.catalog.UpdateEntity(t.Context(), s.boss(), people.ID, catalog.EntityPatch{Title: &label.ID})
	require.NoError(t, err)
	s.add(people, linkTo("lead", people, "team"))
	s.add(people, formulaField("under", `{lead}&""`))
	s.settle()
	lead := s.create(s.boss(), people, `{"name":"L"}`)
	s.create(s.boss(), people, fmt.Sprintf(`{"name":"M","lead":[%q]}`, ref(lead)))
	again := formulaField("label", `{name}&"?"`)
	_, err = s.catalog.UpdateField(t.Context(), s.boss(), people.ID, label.ID, catalog.FieldPatch{Options: &again.Options})
	require.NoError(t, err)
	s.settle()
	require.Equal(t, []string{"M?"}, s.found(people, `{"field":"under","op":"eq","value":"L?"}`))
}

func TestComputed_counts_linked_records_and_not_their_titles(t *testing.T) {
	s := newShop(t)
	firms := s.entity("firms", text("name"))
	s.add(s.lines, linkTo("maker", firms, "made"))
	s.rollup("makers", "countDistinct", "maker")
	s.settle()
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	one, two := s.create(s.boss(), firms, `{"name":"F"}`), s.create(s.boss(), firms, `{"name":"F"}`)
	for i, firm := range []*record.Row{one, two, two} {
		_, err := s.update(s.boss(), s.lines, s.line(order, i+1), fmt.Sprintf(`{"maker":[%q]}`, ref(firm)))
		require.NoError(t, err)
	}
	require.Equal(t, "makers=2 ", s.show(s.orders, order, "makers"))
	_, err := s.trash(s.boss(), firms, two)
	require.NoError(t, err)
	require.Equal(t, "makers=1 ", s.show(s.orders, order, "makers"))
}
