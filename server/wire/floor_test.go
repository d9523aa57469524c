package wire_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/server/config"
	"tongban/server/wire"
)

func TestIDsRiseAcrossARestart(t *testing.T) {
	cases := []struct {
		name string
		back time.Duration
	}{
		{"although the clock was set back three days", 72 * time.Hour},
		{"although the clock was set back a second", time.Second},
		{"while the clock goes on", -time.Second},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			settings := map[string]string{"TONGBAN_DATA": t.TempDir()}
			conf, err := config.Load(func(k string) (string, bool) { v, ok := settings[k]; return v, ok })
			require.NoError(t, err)
			at := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
			last := int64(0)
			for range 2 {
				b, err := wire.Open(t.Context(), conf, slog.New(slog.DiscardHandler), func() time.Time { return at })
				require.NoError(t, err)
				for range 1000 {
					id := b.IDs.Next()
					require.Greater(t, id, last)
					last = id
				}
				require.NoError(t, b.Close(t.Context()))
				at = at.Add(-c.back)
			}
		})
	}
}
