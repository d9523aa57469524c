// Package value reads and writes the scalar forms that field types share:
// exact decimals, dates, times, and numbers as people type them.
package value

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// What can be wrong with a text that should be a value.
var (
	ErrSyntax = errors.New("value: not in a known form")
	ErrRange  = errors.New("value: too large or too small")
	ErrScale  = errors.New("value: more decimal places than kept")
)

// MaxScale is the most decimal places that a decimal can keep.
const MaxScale = 12

// ParseDecimal reads a plain decimal such as "-1234.50" (also "1.2e3", as JSON
// may spell it) into an integer scaled by 10^scale. It is exact: digits beyond
// the scale are ErrScale unless they are zeros.
func ParseDecimal(s string, scale int) (int64, error) {
	d, err := splitDecimal(s)
	if err != nil {
		return 0, err
	}
	digits, exp := strings.TrimLeft(d.digits, "0"), d.exp
	if digits == "" {
		return 0, nil
	}
	exp += scale
	for exp < 0 && strings.HasSuffix(digits, "0") {
		digits = digits[:len(digits)-1]
		exp++
	}
	if exp < 0 {
		return 0, ErrScale
	}
	if len(digits)+exp > 19 {
		return 0, ErrRange
	}
	n, err := strconv.ParseUint(digits+strings.Repeat("0", exp), 10, 64)
	if err != nil || n > math.MaxInt64 {
		return 0, ErrRange
	}
	if d.neg {
		return -int64(n), nil
	}
	return int64(n), nil
}

// digitsOf is a number as it is written: all its digits, the power of ten by
// which they count, and its sign.
type digitsOf struct {
	digits string
	exp    int
	neg    bool
}

func splitDecimal(s string) (digitsOf, error) {
	var d digitsOf
	rest := s
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		d.neg = rest[0] == '-'
		rest = rest[1:]
	}
	if i := strings.IndexAny(rest, "eE"); i >= 0 {
		exp, err := strconv.Atoi(rest[i+1:])
		if err != nil || exp > 400 || exp < -400 {
			return d, ErrSyntax
		}
		d.exp, rest = exp, rest[:i]
	}
	whole, frac, _ := strings.Cut(rest, ".")
	d.digits = whole + frac
	d.exp -= len(frac)
	if d.digits == "" || len(d.digits) > 400 || strings.Trim(d.digits, "0123456789") != "" {
		return d, ErrSyntax
	}
	return d, nil
}

// FormatDecimal writes what ParseDecimal read, with exactly scale decimal places.
func FormatDecimal(n int64, scale int) string {
	return string(AppendDecimal(nil, n, scale))
}

// AppendDecimal appends FormatDecimal(n, scale) to dst.
func AppendDecimal(dst []byte, n int64, scale int) []byte {
	u := uint64(n)
	if n < 0 {
		dst = append(dst, '-')
		u = -u
	}
	digits := strconv.FormatUint(u, 10)
	if pad := scale + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	point := len(digits) - scale
	dst = append(dst, digits[:point]...)
	if scale > 0 {
		dst = append(dst, '.')
		dst = append(dst, digits[point:]...)
	}
	return dst
}
