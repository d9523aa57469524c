package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHealthcheck(t *testing.T) {
	w := newWorld(t)
	addr, stop := w.serve(t)
	asker := newWorld(t)
	asker.settings["TONGBAN_ADDR"] = addr
	require.Equal(t, done, asker.run(t.Context(), "", "healthcheck"), asker.err.String())
	require.Contains(t, asker.out.String(), `"ready":true`)
	require.Equal(t, done, asker.run(t.Context(), "", "healthcheck", "--live"), asker.err.String())
	require.Equal(t, done, stop())

	t.Run("a server that is gone is a failure", func(t *testing.T) {
		require.Equal(t, failed, asker.run(t.Context(), "", "healthcheck"))
	})
}

func TestReachable(t *testing.T) {
	for in, want := range map[string]string{
		":8080": "127.0.0.1:8080", "0.0.0.0:8080": "127.0.0.1:8080", "[::]:8080": "[::1]:8080", "10.1.2.3:80": "10.1.2.3:80",
	} {
		got, err := reachable(in)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}
