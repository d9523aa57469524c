package formula

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/schema"
)

// mixedNames are two decimals, two numbers and a truth value.
type mixedNames struct{}

var mixed = map[string]Type{"d": {Kind: KindDecimal, Scale: 2}, "e": {Kind: KindDecimal, Scale: 6}, "n": {Kind: KindNumber}, "m": {Kind: KindNumber}, "b": {Kind: KindBool}}

func (mixedNames) FieldNamed(s string) (schema.FieldID, Type, bool) {
	t, ok := mixed[s]
	return schema.FieldID(s[0]), t, ok
}

func (mixedNames) Name(id schema.FieldID) (string, bool) { return string(rune(id)), true }

type mixedRow map[schema.FieldID]Value

func (r mixedRow) Value(f schema.FieldID) Value { return r[f] }
func (mixedRow) ID() schema.RecordID            { return 1 }
func (mixedRow) CreatedAt() int64               { return 0 }
func (mixedRow) UpdatedAt() int64               { return 0 }
func (mixedRow) ChangedAt(schema.FieldID) int64 { return 0 }

func randomRow(r *rand.Rand) mixedRow {
	ints := []int64{0, 1, -1, 5, -5, 49, 50, 51, 99, 100, 12345, -12355, 1e9, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, int64(r.Uint64())}
	floats := []float64{0, 1, -1, 0.1, 0.5, 1.005, -2.675, 1e15, 1e-7, 1.0 / 3, 9e18, -1e300, r.NormFloat64() * 1000}
	row := mixedRow{
		'd': Decimal(ints[r.IntN(len(ints))], 2), 'e': Decimal(ints[r.IntN(len(ints))], 6),
		'n': Number(floats[r.IntN(len(floats))]), 'm': Number(floats[r.IntN(len(floats))]), 'b': Bool(r.IntN(2) == 0),
	}
	if r.IntN(8) == 0 {
		row[schema.FieldID("denm"[r.IntN(4)])] = Blank()
	}
	return row
}

// What the quick way answers is what the general way answers.
func TestTheQuickWayMeansWhatTheGeneralWayMeans(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, src := range []string{
		`{d}+{e}`, `{d}-{e}`, `{d}*{e}`, `{d}/{e}`, `{d}*0.9`, `{d}/3`, `{d}-0.5`, `{d}+{n}`, `{n}*{d}`, `{d}/{n}`, `{n}/{m}`, `{n}*{m}+1`, `{n}-2`, `{n}/8`,
		`({d}+{e})*({n}/100)`, `ROUND({d}*{e},2)`, `ROUND({d}/7,0)`, `ROUND({e},4)`, `ROUND({d}*{n}/100,2)`, `ROUND({n}*{m},2)`,
		`IF({d}>{e},{d},{e})`, `IF({d}>10000,{d}*0.9,{d})`, `IF({d}={n},1,{e})`, `IF(AND({d}<={e},{n}<{m}),{d},0.125)`, `IF(OR({d}!={e},{b}),{n},{m})`,
		`{d}>={n}`, `{d}!=0.01`, `NOT({e}<{d})`, `AND({d}>0,{e}>0,{n}>0)`,
	} {
		p, err := Compile(src, mixedNames{})
		require.NoError(t, err, src)
		require.NotNil(t, p.quick, src)
		taken := 0
		for range 3000 {
			row := randomRow(r)
			c := newContext(nil, row)
			quick, ok := p.quick(c)
			c.steps = MaxSteps
			slow := p.conform(c, p.root.run(c))
			c.free()
			if ok {
				taken++
				require.Equal(t, slow, quick, "%s of %v", src, row)
			}
		}
		require.Positive(t, taken, src)
	}
}
