package ids_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/ids"
)

func TestSource_Next(t *testing.T) {
	at := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)

	t.Run("ids rise even while the clock is set back", func(t *testing.T) {
		now := at
		s := ids.New(func() time.Time { return now }, 3)
		last := int64(0)
		for i := range 2000 {
			if i == 1000 {
				now = now.Add(-time.Hour)
			}
			id := s.Next()
			require.Greater(t, id, last)
			last = id
		}
	})

	t.Run("an id stays below 2^53 until 2095 and tells its time", func(t *testing.T) {
		late := time.Date(2095, 1, 1, 0, 0, 0, 0, time.UTC)
		s := ids.New(func() time.Time { return late }, 15)
		id := s.Next()
		require.Less(t, id, int64(1)<<53)
		require.Equal(t, late, ids.Time(id))
	})

	t.Run("many goroutines and two nodes never make the same id", func(t *testing.T) {
		a, b := ids.New(func() time.Time { return at }, 0), ids.New(func() time.Time { return at }, 1)
		var mu sync.Mutex
		seen := map[int64]bool{}
		var wg sync.WaitGroup
		for _, s := range []*ids.Source{a, b, a, b} {
			wg.Go(func() {
				for range 500 {
					id := s.Next()
					mu.Lock()
					seen[id] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		require.Len(t, seen, 2000)
	})
}
