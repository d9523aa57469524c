package formula

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"

	"tongban/schema/value"
)

// pow10 holds the powers of ten that int64 holds.
var pow10 = func() (p [19]int64) {
	n := int64(1)
	for i := range p {
		p[i] = n
		if i < 18 {
			n *= 10
		}
	}
	return p
}()

func decimalFloat(n int64, scale int) float64 {
	if n > -1<<53 && n < 1<<53 {
		return float64(n) / float64(pow10[scale])
	}
	f, err := strconv.ParseFloat(value.FormatDecimal(n, scale), 64)
	if err != nil {
		return 0
	}
	return f
}

// toDecimal makes a decimal of a number, if its shortest spelling is one.
func toDecimal(v Value) (n int64, scale int, ok bool) {
	if v.kind == KindDecimal {
		return v.n, int(v.scale), true
	}
	f := v.Float()
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return int64(f), 0, true
	}
	for scale = 1; scale <= value.MaxScale; scale++ {
		p := float64(pow10[scale])
		y := math.Round(f * p)
		if math.Abs(y) >= 1e15 {
			return 0, 0, false
		}
		if y/p == f {
			return int64(y), scale, true
		}
	}
	return 0, 0, false
}

// fit makes a decimal of n / 10^scale, with fewer places where it would not fit.
func fit(n *big.Int, scale int) Value {
	for (scale > value.MaxScale || !n.IsInt64()) && scale > 0 {
		drop := max(scale-value.MaxScale, 1)
		n = roundQuo(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(drop)), nil))
		scale -= drop
	}
	if !n.IsInt64() {
		return Failed(ErrNum)
	}
	return Decimal(n.Int64(), scale)
}

// roundQuo divides, halves away from zero.
func roundQuo(a, b *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if r.Lsh(r.Abs(r), 1).CmpAbs(b) >= 0 {
		q.Add(q, big.NewInt(int64(a.Sign()*b.Sign())))
	}
	return q
}

func scaleUp(n int64, by int) (int64, bool) {
	if by == 0 {
		return n, true
	}
	hi, lo := bits.Mul64(magnitude(n), uint64(pow10[by]))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if n < 0 {
		return -int64(lo), true
	}
	return int64(lo), true
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func bigAt(n int64, by int) *big.Int {
	b := big.NewInt(n)
	return b.Mul(b, big.NewInt(pow10[by]))
}

// addDecimal computes a ± b.
func addDecimal(a int64, as int, b int64, bs int) Value {
	if sum, scale, ok := sumDec(a, as, b, bs); ok {
		return Decimal(sum, scale)
	}
	scale := max(as, bs)
	return fit(new(big.Int).Add(bigAt(a, scale-as), bigAt(b, scale-bs)), scale)
}

// sumDec is addDecimal where everything fits.
func sumDec(a int64, as int, b int64, bs int) (n int64, scale int, ok bool) {
	switch {
	case as < bs:
		if a, ok = scaleUp(a, bs-as); !ok {
			return 0, 0, false
		}
		as = bs
	case bs < as:
		if b, ok = scaleUp(b, as-bs); !ok {
			return 0, 0, false
		}
	}
	sum := a + b
	return sum, as, (sum > a) == (b > 0)
}

// mulDecimal computes a · b.
func mulDecimal(a int64, as int, b int64, bs int) Value {
	if n, scale, ok := productDec(a, as, b, bs); ok {
		return Decimal(n, scale)
	}
	return fit(new(big.Int).Mul(big.NewInt(a), big.NewInt(b)), as+bs)
}

// productDec is mulDecimal where everything fits.
func productDec(a int64, as int, b int64, bs int) (n int64, scale int, ok bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > math.MaxInt64 || as+bs > value.MaxScale {
		return 0, 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), as + bs, true
	}
	return int64(lo), as + bs, true
}

// divDecimal computes a / b to MaxScale places.
func divDecimal(a int64, as int, b int64, bs int) Value {
	if b == 0 {
		return Failed(ErrDiv)
	}
	if n, scale, ok := quotientDec(a, as, b, bs); ok {
		return Decimal(n, scale)
	}
	// a/10^as / (b/10^bs) = a·10^(max+bs-as) / b / 10^max
	num, den := big.NewInt(a), big.NewInt(b)
	shift := value.MaxScale + bs - as
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(shift, -shift))), nil)
	if shift >= 0 {
		num.Mul(num, p)
	} else {
		den.Mul(den, p)
	}
	return fit(roundQuo(num, den), value.MaxScale)
}

// quotientDec is divDecimal where everything fits.
func quotientDec(a int64, as int, b int64, bs int) (n int64, scale int, ok bool) {
	shift := value.MaxScale + bs - as // never negative: scales end at MaxScale
	if b == 0 || shift >= len(pow10) {
		return 0, 0, false
	}
	hi, lo := bits.Mul64(magnitude(a), uint64(pow10[shift]))
	den := magnitude(b)
	if hi >= den {
		return 0, 0, false
	}
	q, rest := bits.Div64(hi, lo, den)
	if rest >= den-rest { // halves away from zero
		q++
	}
	if q > math.MaxInt64 {
		return 0, 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(q), value.MaxScale, true
	}
	return int64(q), value.MaxScale, true
}

// cmpDecimal compares a with b.
func cmpDecimal(a int64, as int, b int64, bs int) int {
	if as == bs {
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	}
	scale := max(as, bs)
	x, ok := scaleUp(a, scale-as)
	y, ok2 := scaleUp(b, scale-bs)
	if ok && ok2 {
		return cmpDecimal(x, scale, y, scale)
	}
	return bigAt(a, scale-as).Cmp(bigAt(b, scale-bs))
}

// rounding says where a number goes that lies between two.
type rounding uint8

const (
	halfAway rounding = iota
	toZero
	fromZero
	down
	up
)

// rescale brings a decimal to places, which may be negative, by a rounding.
func rescale(n int64, scale, places int, how rounding) Value {
	if places >= scale {
		return Decimal(n, scale)
	}
	if places <= scale-19 {
		if n == 0 || how == toZero || how == halfAway || how == down && n > 0 || how == up && n < 0 {
			return Decimal(0, max(places, 0))
		}
		return Failed(ErrNum)
	}
	p := pow10[scale-places]
	q, r := n/p, n%p
	q += step(r, p, n < 0, how)
	if places < 0 {
		up, ok := scaleUp(q, -places)
		if !ok {
			return Failed(ErrNum)
		}
		return Decimal(up, 0)
	}
	return Decimal(q, places)
}

// step is what rounding adds to a truncated quotient with remainder r.
func step(r, p int64, neg bool, how rounding) int64 {
	if r == 0 {
		return 0
	}
	away := int64(1)
	if neg {
		away = -1
	}
	switch how {
	case halfAway:
		if magnitude(r) >= uint64(p)-magnitude(r) {
			return away
		}
		return 0
	case fromZero:
		return away
	case down:
		return min(away, 0)
	case up:
		return max(away, 0)
	}
	return 0
}

// decimalAt makes a decimal with scale places of a number; what does not fit
// keeps fewer, what is no decimal stays a number.
func decimalAt(v Value, scale int) Value {
	switch v.kind {
	case KindNumber:
		n, s, ok := toDecimal(v)
		if !ok {
			text := strconv.FormatFloat(v.Float(), 'f', 30, 64)
			f, _, err := big.ParseFloat(text, 10, 200, big.ToNearestEven)
			if err != nil || math.Abs(v.Float()) > 9e18 {
				return Failed(ErrNum)
			}
			i, _ := f.Mul(f, new(big.Float).SetInt64(pow10[value.MaxScale])).Int(nil)
			return decimalAt(fit(i, value.MaxScale), scale)
		}
		v = Decimal(n, s)
	case KindDecimal:
	default:
		return v
	}
	if int(v.scale) > scale {
		return rescale(v.n, int(v.scale), scale, halfAway)
	}
	if n, ok := scaleUp(v.n, scale-int(v.scale)); ok {
		return Decimal(n, scale)
	}
	return v
}
