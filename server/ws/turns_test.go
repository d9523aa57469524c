package ws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/schema/fail"
)

func TestTurns(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	turns := newTurns(func() time.Time { return now }, 100)
	count := func() (atOnce, later int) {
		for {
			wait, ok := turns.take()
			if !ok {
				return atOnce, later
			}
			if wait == 0 {
				atOnce++
			} else {
				later++
			}
		}
	}
	atOnce, later := count()
	require.InDelta(t, 13, atOnce, 1, "an eighth of a second's")
	require.InDelta(t, 400, later, 1, "who would wait for more than 4 s is refused")
	err := turns.wait(t.Context())
	require.Equal(t, fail.Busy, fail.KindOf(err))
	require.Positive(t, fail.Of(err).RetryAfter)

	now = now.Add(time.Second)
	atOnce, later = count()
	require.Zero(t, atOnce)
	require.InDelta(t, 100, later, 1)

	now = now.Add(-time.Hour)
	atOnce, _ = count()
	require.Positive(t, atOnce, "a clock that is set back keeps nobody out")
	now = now.Add(2 * time.Hour)
	atOnce, _ = count()
	require.InDelta(t, 13, atOnce, 1, "what nobody used is not saved up")
}
