package value_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/schema/value"
)

func TestDecimalsAreExact(t *testing.T) {
	for _, c := range []struct {
		in    string
		scale int
		want  int64
		err   error
	}{
		{"0.1", 2, 10, nil},
		{"-0.01", 2, -1, nil},
		{"+5", 0, 5, nil},
		{"1.500", 1, 15, nil},
		{"1e3", 2, 100_000, nil},
		{"1.5E-1", 2, 15, nil},
		{"000123.4500", 2, 12345, nil},
		{"9223372036854775807", 0, math.MaxInt64, nil},
		{"-9223372036854775807", 0, -math.MaxInt64, nil},
		{"0e400", 2, 0, nil},
		{"0.001", 2, 0, value.ErrScale},
		{"1e-3", 2, 0, value.ErrScale},
		{"9223372036854775808", 0, 0, value.ErrRange},
		{"99999999999999999999", 0, 0, value.ErrRange},
		{"1e300", 0, 0, value.ErrRange},
		{"", 2, 0, value.ErrSyntax},
		{"-", 2, 0, value.ErrSyntax},
		{".", 2, 0, value.ErrSyntax},
		{"1.2.3", 2, 0, value.ErrSyntax},
		{"1e", 2, 0, value.ErrSyntax},
		{"1e9999", 2, 0, value.ErrSyntax},
		{" 1", 2, 0, value.ErrSyntax},
		{"１", 2, 0, value.ErrSyntax},
		{strings.Repeat("1", 401), 2, 0, value.ErrSyntax},
	} {
		got, err := value.ParseDecimal(c.in, c.scale)
		require.ErrorIs(t, err, c.err, "%q", c.in)
		require.Equal(t, c.want, got, "%q", c.in)
	}
}

func TestDecimalsReadBackWhatWasWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 20_000 {
		n, scale := int64(r.Uint64())>>r.IntN(64), r.IntN(value.MaxScale+1)
		if n == math.MinInt64 {
			continue
		}
		s := value.FormatDecimal(n, scale)
		back, err := value.ParseDecimal(s, scale)
		require.NoError(t, err, s)
		require.Equal(t, n, back, s)
		exact, ok := new(big.Rat).SetString(s)
		require.True(t, ok)
		exact.Mul(exact, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
		require.Equal(t, strconv.FormatInt(n, 10), exact.RatString(), s)
	}
	require.Equal(t, "-92233720368547758.08", value.FormatDecimal(math.MinInt64, 2))
}

func TestNumbersReadBackWhatWasWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		f := math.Float64frombits(r.Uint64())
		if math.IsNaN(f) || math.IsInf(f, 0) {
			continue
		}
		back, err := value.ParseNumber(string(value.AppendNumber(nil, f)))
		require.NoError(t, err)
		require.Equal(t, math.Float64bits(f), math.Float64bits(back), "%v %v", f, back)
	}
}

func TestEveryDayReadsBackWhatWasWritten(t *testing.T) {
	for d := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 10_000; d = d.AddDate(0, 0, 17) {
		s := value.FormatDate(d.UnixMilli())
		ms, err := value.ParseDate(s)
		require.NoError(t, err, s)
		require.Equal(t, d.UnixMilli(), ms, s)
	}
}

func TestAMomentFallsOnTheDayOfItsZone(t *testing.T) {
	zone, ok := value.Zone("Asia/Shanghai")
	require.True(t, ok)
	ms, err := value.ParseTime("2026-11-22T20:00:00Z", nil)
	require.NoError(t, err)
	require.Equal(t, "2026-11-23", value.FormatDate(value.Day(ms, zone)))
	require.Equal(t, "2026-11-22", value.FormatDate(value.Day(ms, nil)))
	for _, name := range []string{"", "Local", "Nowhere/City", "../etc/passwd"} {
		_, ok := value.Zone(name)
		require.False(t, ok, name)
	}
}

func TestBooleansAreReadInBothLanguages(t *testing.T) {
	for in, want := range map[string]bool{"是": true, " YES ": true, "✓": true, "1": true, "否": false, "no": false, "0": false} {
		got, ok := value.ParseBool(in)
		require.True(t, ok, in)
		require.Equal(t, want, got, in)
	}
	_, ok := value.ParseBool("money")
	require.False(t, ok)
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1,234.50", "(5)", "25%", "2026年11月22日 下午4:30", "2026-11-22T00:00:00.5Z", "１２", "-¥.5e3", "12:", "am pm"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if plain, err := value.PlainNumber(s); err == nil {
			if _, err := value.ParseNumber(plain); err != nil {
				require.ErrorIs(t, err, value.ErrRange, "%q %q", s, plain)
			}
			again, err := value.PlainNumber(plain)
			require.NoError(t, err, plain)
			require.Equal(t, plain, again)
		}
		if ms, err := value.ParseDate(s); err == nil {
			again, err := value.ParseDate(value.FormatDate(ms))
			require.NoError(t, err)
			require.Equal(t, ms, again)
		}
		if ms, err := value.ParseTime(s, nil); err == nil {
			again, err := value.ParseRFC3339(string(value.AppendTime(nil, ms)))
			require.NoError(t, err, s)
			require.Equal(t, ms, again)
		}
	})
}
