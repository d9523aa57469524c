package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
)

func TestFiguresOfComputedDecimalsAreExact(t *testing.T) {
	s := newShop(t)
	two := 2
	s.add(s.lines, catalog.FieldInput{Name: "price", Key: "price", Type: "decimal", Options: schema.Options{Scale: &two}})
	s.add(s.lines, formulaField("gross", `{price}*2`))
	s.rollup("sum", "sum", "price")
	s.add(s.lines, catalog.FieldInput{Name: "all", Key: "all", Type: "lookup", Options: schema.Options{Link: s.id(s.lines, "order"), Field: s.id(s.orders, "sum")}})
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	for _, p := range []string{"1.10", "2.25"} {
		s.create(s.boss(), s.lines, `{"price":"`+p+`","order":["`+idOf(order)+`"]}`)
	}
	require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
	figures := func(e *schema.Entity, f string) string {
		var m []record.Metric
		for _, op := range []string{"sum", "avg", "min", "max"} {
			m = append(m, record.Metric{Op: op, Field: f})
		}
		got, err := s.records.Aggregate(t.Context(), s.boss(), e.ID, record.AggRequest{Metrics: m})
		require.NoError(t, err)
		return string(got.AppendJSON(nil))
	}
	require.Contains(t, figures(s.lines, "price"), `["3.35","1.6750","1.10","2.25"]`)
	require.Contains(t, figures(s.lines, "gross"), `["6.70","3.3500","2.20","4.50"]`)
	require.Contains(t, figures(s.orders, "sum"), `["3.35","3.3500","3.35","3.35"]`)
	require.Contains(t, figures(s.lines, "all"), `["6.70","3.3500","3.35","3.35"]`)
}

func TestAFieldThatIsNotStoredHasNoFigures(t *testing.T) {
	s := newShop(t)
	s.add(s.orders, formulaField("late", `NOW()>CREATED_TIME()`))
	s.create(s.boss(), s.orders, `{"name":"A"}`)
	for _, op := range []string{"filled", "count", "countDistinct", "min", "sum"} {
		_, err := s.records.Aggregate(t.Context(), s.boss(), s.orders.ID, record.AggRequest{Metrics: []record.Metric{{Op: op, Field: "late"}}})
		require.Equal(t, fail.Invalid, fail.KindOf(err), "%s: %v", op, err)
	}
}
