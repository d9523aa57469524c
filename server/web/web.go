// Package web serves the built pages from memory: hashed assets for ever, the
// index fresh each time and for every address that a page's router owns. It
// knows nothing of the API.
package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

type file struct {
	body, gzip, brotli []byte
	kind, etag         string
	forever            bool
	once               sync.Once // guards the making of gzip where the build made none
}

// zipped is the file compressed: by the build, or now, once; nil where that
// gains nothing.
func (f *file) zipped() []byte {
	f.once.Do(func() {
		const least = 1024
		text := strings.HasPrefix(f.kind, "text/") || strings.Contains(f.kind, "json") || strings.Contains(f.kind, "svg")
		if f.gzip != nil || !text || len(f.body) < least {
			return
		}
		f.gzip = fasthttp.AppendGzipBytesLevel(nil, f.body, fasthttp.CompressBestCompression)
	})
	return f.gzip
}

// Site is the pages.
type Site struct {
	files map[string]*file
	index *file
	csp   string
}

var inline = regexp.MustCompile(`(?s)<script(?:\s+type="[^"]*")?>(.*?)</script>`)

// New reads all files of dist. Files named x.gz and x.br are taken as x,
// compressed beforehand.
func New(dist fs.FS) (*Site, error) {
	s := &Site{files: map[string]*file{}}
	err := fs.WalkDir(dist, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(dist, p)
		if err != nil {
			return err
		}
		s.add(p, b)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for p, f := range s.files {
		if f.body == nil {
			delete(s.files, p)
		}
	}
	s.index = s.files["index.html"]
	if s.index == nil {
		s.index = &file{body: []byte("<!doctype html><title>Tongban</title><div id=\"root\"></div>"), kind: "text/html; charset=utf-8", etag: `"none"`}
	}
	s.csp = policy(s.index.body)
	return s, nil
}

func (s *Site) add(p string, b []byte) {
	name, ext := p, path.Ext(p)
	if ext == ".gz" || ext == ".br" {
		name = strings.TrimSuffix(p, ext)
	}
	f := s.files[name]
	if f == nil {
		f = &file{}
		s.files[name] = f
	}
	switch ext {
	case ".gz":
		f.gzip = b
		return
	case ".br":
		f.brotli = b
		return
	}
	sum := sha256.Sum256(b)
	f.body, f.etag = b, `"`+hex.EncodeToString(sum[:12])+`"`
	f.forever = strings.HasPrefix(name, "assets/")
	f.kind = kindOf(name)
}

func kindOf(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	case ".json", ".map":
		return "application/json"
	}
	if k := mime.TypeByExtension(path.Ext(name)); k != "" {
		return k
	}
	return "application/octet-stream"
}

// policy allows the program's own files and the scripts that stand in the
// index itself, by their hashes.
func policy(index []byte) string {
	var scripts strings.Builder
	scripts.WriteString("'self'")
	for _, m := range inline.FindAllSubmatch(index, -1) {
		sum := sha256.Sum256(m[1])
		scripts.WriteString(" 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'")
	}
	return "default-src 'self'; script-src " + scripts.String() + "; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
		"connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}

// Secure sets the headers that every answer of the program carries.
func Secure(c *fiber.Ctx, https bool) {
	h := &c.Response().Header
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if https {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// Serve answers GET and HEAD; others it passes on.
func (s *Site) Serve(c *fiber.Ctx) error {
	m := c.Method()
	if m != fiber.MethodGet && m != fiber.MethodHead {
		return c.Next()
	}
	name := strings.TrimPrefix(path.Clean(c.Path()), "/")
	f, ok := s.files[name]
	if !ok || name == "index.html" {
		if path.Ext(name) != "" && name != "index.html" {
			return c.Next()
		}
		return s.page(c)
	}
	cache := "no-cache"
	if f.forever {
		cache = "public, max-age=31536000, immutable"
	}
	return send(c, f, cache)
}

func (s *Site) page(c *fiber.Ctx) error {
	c.Set("Content-Security-Policy", s.csp)
	c.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=(self), payment=(), usb=()")
	return send(c, s.index, "no-cache")
}

func send(c *fiber.Ctx, f *file, cache string) error {
	c.Set(fiber.HeaderCacheControl, cache)
	c.Set(fiber.HeaderETag, f.etag)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderContentType, f.kind)
	if strings.Contains(c.Get(fiber.HeaderIfNoneMatch), f.etag) {
		c.Status(fiber.StatusNotModified)
		return nil
	}
	accept := c.Get(fiber.HeaderAcceptEncoding)
	body := f.body
	switch {
	case f.brotli != nil && strings.Contains(accept, "br"):
		c.Set(fiber.HeaderContentEncoding, "br")
		body = f.brotli
	case strings.Contains(accept, "gzip") && f.zipped() != nil:
		c.Set(fiber.HeaderContentEncoding, "gzip")
		body = f.zipped()
	}
	c.Response().SetBodyRaw(body)
	return nil
}
