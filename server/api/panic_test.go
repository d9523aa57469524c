package api

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"tongban/server/ops"
	"tongban/server/text"
)

func TestAPanicEndsItsRequestAndNothingElse(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	var log bytes.Buffer
	metrics := ops.NewMetrics()
	s := New(Options{
		Life: t.Context(), Texts: texts, Metrics: metrics, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Now: func() time.Time { return time.Unix(0, 0) },
	})
	s.router = newRouter([]Route{
		{Method: http.MethodGet, Path: "/bad", Need: Public, Handle: get(func(*call) (any, error) { panic("secret reason") })},
		{Method: http.MethodGet, Path: "/good", Need: Public, Handle: get(func(*call) (any, error) { return noContent{}, nil })},
	}, metrics)
	app := App()
	app.Use(s.Guard)
	app.Get("/api/v1/door", func(*fiber.Ctx) error { panic("secret reason") })
	s.Mount(app)

	for _, path := range []string{"/api/v1/bad", "/api/v1/door"} {
		res, err := app.Test(httptest.NewRequest(http.MethodGet, path, nil))
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, 500, res.StatusCode)
		require.Contains(t, string(body), res.Header.Get("X-Request-Id"))
		require.NotContains(t, string(body), "secret reason")
		require.Contains(t, log.String(), res.Header.Get("X-Request-Id"))
		require.Contains(t, log.String(), "secret reason")
	}

	res, err := app.Test(httptest.NewRequest(http.MethodGet, "/api/v1/good", nil))
	require.NoError(t, err)
	require.Equal(t, 204, res.StatusCode)
	var told bytes.Buffer
	require.NoError(t, metrics.Write(&told))
	var lines []string
	for line := range strings.Lines(told.String()) {
		if strings.HasPrefix(line, "tongban_panics_total ") || strings.HasPrefix(line, "tongban_http_requests_total") && strings.Contains(line, "/bad") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	require.Subset(t, lines, []string{`tongban_http_requests_total{route="GET /api/v1/bad",status="500"} 1`, "tongban_panics_total 2"})
}
