package ops_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/server/ops"
)

func TestMetrics(t *testing.T) {
	m := ops.NewMetrics()
	r := m.Route("GET /x")
	r.Served(200, time.Millisecond)
	r.Served(404, time.Millisecond)
	m.Panicked()
	var b bytes.Buffer
	require.NoError(t, m.Write(&b))
	for _, line := range []string{`tongban_http_requests_total{route="GET /x",status="200"} 1`, `tongban_http_requests_total{route="GET /x",status="404"} 1`, "tongban_panics_total 1", `tongban_http_request_seconds_count{route="GET /x"} 2`} {
		require.Contains(t, b.String(), line)
	}
}

func TestRun(t *testing.T) {
	good := ops.Check{Name: "a", Run: func(context.Context) (string, error) { return "fine", nil }}
	bad := ops.Check{Name: "b", Run: func(context.Context) (string, error) { return "", errors.New("password=hunter2") }}
	require.True(t, ops.Run(t.Context(), []ops.Check{good}).Ready)
	s := ops.Run(t.Context(), []ops.Check{good, bad})
	require.False(t, s.Ready)
	require.Equal(t, map[string]string{"a": "fine", "b": "failed"}, s.Checks, "what went wrong is for the log, not for everybody")
}

func TestLogger(t *testing.T) {
	var b bytes.Buffer
	ops.Logger(&b, "warn").InfoContext(t.Context(), "quiet")
	require.Empty(t, b.String())
	ops.Logger(&b, "info").InfoContext(t.Context(), "loud", "tenant", 1)
	require.Contains(t, b.String(), `"msg":"loud","tenant":1`)
}
