package account

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestGuard(t *testing.T) {
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	fresh := func() *guard { return newGuard(func() time.Time { return at }) }
	pass := func(d time.Duration) { at = at.Add(d) }

	t.Run("one address may try an account five times, then waits longer and longer", func(t *testing.T) {
		g := fresh()
		for range freePerPair {
			require.NoError(t, g.begin("a", "1.1.1.1"))
		}
		require.Error(t, g.begin("a", "1.1.1.1"))
		require.NoError(t, g.begin("b", "1.1.1.1"), "another account")
		require.NoError(t, g.begin("a", "2.2.2.2"), "another address")
		tries := 0
		for range 24 * 60 { // a day of trying each minute
			pass(time.Minute)
			if g.begin("a", "1.1.1.1") == nil {
				tries++
			}
		}
		require.LessOrEqual(t, tries, 24*4+10, "four an hour, after the first few")
	})
	t.Run("many addresses together may not guess an account faster than one a minute", func(t *testing.T) {
		g := fresh()
		tries := 0
		for i := range 3600 {
			pass(time.Second)
			if g.begin("a", fmt.Sprint("10.0.", i/250, ".", i%250)) == nil {
				tries++
			}
		}
		require.LessOrEqual(t, tries, freePerAccount+60+10)
	})
	t.Run("one address may not try many accounts", func(t *testing.T) {
		g := fresh()
		tries := 0
		for i := range 3600 {
			pass(time.Second)
			if g.begin(fmt.Sprint("account ", i), "1.1.1.1") == nil {
				tries++
			}
		}
		require.LessOrEqual(t, tries, freePerAddress+30)
	})
	t.Run("strangers who go on guessing do not keep the owner out of where they are known", func(t *testing.T) {
		g := fresh()
		require.NoError(t, g.begin("a", "home"))
		g.good("a", "home")
		for i := range 600 { // each free place is taken at once
			pass(time.Second)
			_ = g.begin("a", fmt.Sprint("10.0.", i/250, ".", i%250))
		}
		require.Error(t, g.begin("a", "new place"))
		require.NoError(t, g.begin("a", "home"))
		g.good("a", "home")
		require.NoError(t, g.begin("b", "home"))
		for range freePerPair {
			require.NoError(t, g.begin("a", "home"))
		}
		require.Error(t, g.begin("a", "home"), "a known address is held to the limit of its own")
		pass(knownFor + time.Hour)
		for i := range freePerAccount + 5 {
			_ = g.begin("a", fmt.Sprint("10.1.0.", i))
		}
		require.Error(t, g.begin("a", "home"), "it is forgotten in the end")
	})
	t.Run("a flood of names is forgotten, not kept", func(t *testing.T) {
		g := fresh()
		for i := range 2 * mostTracked {
			_ = g.begin(strconv.Itoa(i), strconv.Itoa(i))
			g.good(strconv.Itoa(i), strconv.Itoa(i))
		}
		require.LessOrEqual(t, len(g.of), mostTracked+3)
		require.LessOrEqual(t, len(g.known), mostTracked)
	})
}
