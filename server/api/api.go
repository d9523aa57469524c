// Package api is the HTTP door: it decodes a request, makes one call of the
// runtime and encodes the answer. Rules live in the runtime; this package must
// not import runtime/store. It is the only owner of the mapping from kinds of
// errors to HTTP statuses.
package api

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongban/runtime/access"
	"tongban/runtime/account"
	"tongban/runtime/catalog"
	"tongban/runtime/comment"
	"tongban/runtime/file"
	"tongban/runtime/idem"
	"tongban/runtime/ingest"
	"tongban/runtime/install"
	"tongban/runtime/record"
	"tongban/runtime/seal"
	"tongban/server/ops"
	"tongban/server/text"
)

// Base is the path under which all routes stand.
const Base = "/api/v1"

// Options are what a Server needs. All are required but BaseURL.
type Options struct {
	Life      context.Context //nolint:containedctx // the life of the program: what requests run under
	Accounts  *account.Service
	Catalog   *catalog.Catalog
	Policy    *access.Policy
	Records   *record.Service
	Comments  *comment.Service
	Files     *file.Service
	Ingest    *ingest.Service
	Templates *install.Service
	Idem      *idem.Store
	Seal      *seal.Keeper // of what is kept of requests; nil: plain hashes
	Texts     *text.Catalogue
	Metrics   *ops.Metrics
	Log       *slog.Logger
	Now       func() time.Time
	Limited   bool           // rate limits are on
	Proxies   []netip.Prefix // whose X-Forwarded-… headers are believed
	BaseURL   string         // for links; "" gives paths alone
	Version   string
}

// Server answers requests.
type Server struct {
	Options
	routes  []Route
	router  *node
	limiter *limiter
	ids     atomic.Uint64
	idStart string
}

// New returns a server of all routes.
func New(o Options) *Server {
	s := &Server{Options: o, routes: routes(), limiter: newLimiter(o.Now), idStart: "req_" + strings.ToLower(timeID(o.Now()))}
	s.router = newRouter(s.routes, o.Metrics)
	return s
}

// Routes lists the table of routes, for tests and documents.
func (s *Server) Routes() []Route { return s.routes }

// App returns a fiber app that is set up for these routes: strict about
// requests, streaming bodies, silent.
func App() *fiber.App {
	return fiber.New(fiber.Config{
		AppName:                      "Tongban",
		DisableStartupMessage:        true,
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		BodyLimit:                    256 << 20,
		ReadBufferSize:               16 << 10,
		ReadTimeout:                  5 * time.Minute, // a large file over a slow line
		WriteTimeout:                 5 * time.Minute,
		IdleTimeout:                  2 * time.Minute,
		CaseSensitive:                true,
		StrictRouting:                true,
		ErrorHandler: func(c *fiber.Ctx, err error) error {
			code := fiber.StatusInternalServerError
			if e, ok := err.(*fiber.Error); ok { //nolint:errorlint // fiber hands over its own
				code = e.Code
			}
			return c.SendStatus(code)
		},
	})
}

// Guard is the first handler of the app: for every request, whatever answers
// it. A panic of what stands beside the table of routes ends here.
func (s *Server) Guard(c *fiber.Ctx) (err error) {
	defer func() {
		if v := recover(); v != nil {
			s.Metrics.Panicked()
			err = s.refuse(c, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
		}
	}()
	if smuggled(c) {
		c.Context().SetConnectionClose()
		return s.refuse(c, failSmuggled())
	}
	err = c.Next()
	drop(c)
	return err
}

// dropped is the size of bodies that are read though nobody wants them, so that
// the sender hears the answer: a connection that ends before its bytes is reset.
const dropped = 1 << 20

// drop sees to it that the rest of an unread body is not taken for a request:
// a short one is read, one that is long or of unknown length ends the connection.
func drop(c *fiber.Ctx) {
	req := &c.Context().Request
	size := req.Header.ContentLength()
	if !req.IsBodyStream() || size == 0 {
		return
	}
	if size < 0 || size > dropped {
		c.Context().SetConnectionClose()
		return
	}
	if _, err := io.Copy(io.Discard, req.BodyStream()); err != nil {
		c.Context().SetConnectionClose()
	}
}

// Mount adds the routes to an app.
func (s *Server) Mount(app *fiber.App) {
	app.Use(Base, s.serve)
}
