package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"tongban/server/web"
)

func TestSite_Serve(t *testing.T) {
	site, err := web.New(fstest.MapFS{
		"index.html":           {Data: []byte(`<html><script>var a=1</script><script src="/assets/app-1.js"></script></html>`)},
		"assets/app-1.js":      {Data: []byte("plain")},
		"assets/app-1.js.gz":   {Data: []byte("zipped")},
		"assets/app-1.js.br":   {Data: []byte("brotli")},
		"manifest.webmanifest": {Data: []byte("{}")},
	})
	require.NoError(t, err)
	app := fiber.New()
	app.Use(site.Serve)

	get := func(path string, headers ...string) (int, string, map[string]string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		res, err := app.Test(r)
		require.NoError(t, err)
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		h := map[string]string{}
		for k := range res.Header {
			h[k] = res.Header.Get(k)
		}
		return res.StatusCode, string(b), h
	}

	t.Run("the index is fresh, and answers for the router's addresses", func(t *testing.T) {
		for _, p := range []string{"/", "/index.html", "/apps/app_1", "/invite/abc"} {
			status, body, h := get(p)
			require.Equal(t, 200, status, p)
			require.Contains(t, body, "<html>")
			require.Equal(t, "no-cache", h["Cache-Control"])
			require.Contains(t, h["Content-Security-Policy"], "'sha256-", "the inline script is allowed by its hash")
			require.NotContains(t, h["Content-Security-Policy"], "script-src 'self' 'unsafe-inline'")
			require.NotContains(t, h["Content-Security-Policy"], "unsafe-eval")
			require.Equal(t, "camera=(self), microphone=(), geolocation=(self), payment=(), usb=()", h["Permissions-Policy"], "codes are scanned by the program's own pages alone")
		}
	})
	t.Run("hashed assets are kept for ever and come compressed", func(t *testing.T) {
		_, body, h := get("/assets/app-1.js", "Accept-Encoding", "gzip, br")
		require.Equal(t, "brotli", body)
		require.Contains(t, h["Cache-Control"], "immutable")
		_, body, _ = get("/assets/app-1.js", "Accept-Encoding", "gzip")
		require.Equal(t, "zipped", body)
		_, body, h = get("/assets/app-1.js")
		require.Equal(t, "plain", body)
		status, _, _ := get("/assets/app-1.js", "If-None-Match", h["Etag"])
		require.Equal(t, 304, status)
	})
	t.Run("an unknown file is not found and tricks lead nowhere", func(t *testing.T) {
		for _, p := range []string{"/assets/app-2.js", "/../../etc/passwd.txt", "/assets/..%2f..%2fsecret.txt"} {
			status, _, _ := get(p)
			require.Equal(t, 404, status, p)
		}
	})
}
