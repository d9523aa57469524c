package api

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"tongban/runtime/access"
	"tongban/runtime/account"
	"tongban/runtime/catalog"
	"tongban/runtime/idem"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/server/body"
	"tongban/server/text"
)

// call is one request on its way through a route.
type call struct {
	s      *Server
	f      *fiber.Ctx
	route  *Route
	names  []string
	params []string
	caller *account.Caller // nil on public routes without a session
	cookie bool            // the session came by cookie
	token  string
	raw    []byte      // the body, read once
	claim  *idem.Claim // of a request with a key that is no change of records; else nil
	// version of an If-Match header; 0: none.
	ifMatch schema.Version
}

func (c *call) ctx() context.Context {
	if c.claim != nil {
		return c.claim.Within(c.s.Life)
	}
	return c.s.Life
}

func (c *call) actor() access.Actor { return c.caller.Actor }

func (c *call) snapshot() (*catalog.Snapshot, error) {
	return c.s.Catalog.Tenant(c.ctx(), c.actor().Tenant)
}

func (c *call) param(name string) string {
	for i, n := range c.names {
		if n == name && i < len(c.params) {
			return c.params[i]
		}
	}
	return ""
}

// idOf reads an id from the path. What is no id is not there.
func idOf[T ~int64 | ~int32](c *call, name, prefix string) (T, error) {
	id, ok := schema.ParseID[T](prefix, c.param(name))
	if !ok {
		return 0, fail.New(fail.NotFound, "id.invalid").On(name)
	}
	return id, nil
}

// refID reads an id from the body; "" gives 0.
func refID[T ~int64 | ~int32](v, prefix, field string) (T, error) {
	if v == "" {
		return 0, nil
	}
	id, ok := schema.ParseID[T](prefix, v)
	if !ok {
		return 0, fail.New(fail.Invalid, "id.invalid").On(field)
	}
	return id, nil
}

func (c *call) entity() (schema.EntityID, error) {
	return idOf[schema.EntityID](c, "ent", schema.PrefixEntity)
}

func (c *call) query(name string) string { return string(c.f.Context().QueryArgs().Peek(name)) }

func (c *call) checkQuery() error {
	var err error
	for k, v := range c.f.Context().QueryArgs().All() {
		key := string(k)
		switch {
		case !known(c.route.Query, key):
			err = fail.New(fail.Invalid, "param.unknown").On(short(key))
		case !utf8.Valid(v):
			err = fail.New(fail.Invalid, "text.utf8").On(key)
		case strings.IndexByte(string(v), 0) >= 0:
			err = fail.New(fail.Invalid, "text.nul").On(key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func known(all []string, key string) bool {
	return slices.Contains(all, key)
}

func short(s string) string {
	const most = 64
	if len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "")
}

const (
	defaultLimit = 50
	mostLimit    = 1000
)

// intQuery reads a whole number within bounds.
func (c *call) intQuery(name string, def, low, high int64) (int64, error) {
	v := c.query(name)
	if v == "" {
		return def, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < low || n > high {
		return 0, fail.New(fail.Invalid, "param.invalid").On(name)
	}
	return n, nil
}

func (c *call) limit() (int, error) {
	n, err := c.intQuery("limit", defaultLimit, 1, mostLimit)
	return int(n), err
}

func (c *call) after(name string) (int64, error) { return c.intQuery(name, 0, 0, math.MaxInt64) }

// read reads the whole body, once, up to the route's limit.
func (c *call) read() ([]byte, error) {
	if c.raw != nil {
		return c.raw, nil
	}
	req := &c.f.Context().Request
	size, limit := int64(req.Header.ContentLength()), c.route.Body
	if size > limit {
		return nil, tooLarge(limit)
	}
	c.raw = []byte{}
	stream := req.BodyStream()
	if stream == nil {
		c.raw = req.Body()
	} else {
		buf := make([]byte, 0, max(size, 512))
		var err error
		for err == nil {
			if len(buf) == cap(buf) {
				buf = append(buf, 0)[:len(buf)]
			}
			var n int
			n, err = stream.Read(buf[len(buf):cap(buf)])
			buf = buf[:len(buf)+n]
			if int64(len(buf)) > limit {
				return nil, tooLarge(limit)
			}
		}
		if err != io.EOF {
			return nil, fail.New(fail.Malformed, "request.cut").Because(err)
		}
		c.raw = buf
		if err := req.CloseBodyStream(); err != nil {
			return nil, fail.New(fail.Malformed, "request.cut").Because(err)
		}
	}
	if int64(len(c.raw)) > limit {
		return nil, tooLarge(limit)
	}
	return c.raw, nil
}

func tooLarge(limit int64) error {
	return fail.New(fail.TooLarge, "request.tooLarge").With("max", limit)
}

func (c *call) bind(into any) error {
	b, err := c.read()
	if err != nil {
		return err
	}
	if kind, _, _ := strings.Cut(c.f.Get(fiber.HeaderContentType), ";"); kind != "" && strings.TrimSpace(kind) != "application/json" {
		return fail.New(fail.Malformed, "request.contentType").With("want", "application/json")
	}
	if len(b) == 0 {
		b = []byte("{}")
	}
	return body.Bind(b, into)
}

// checkedJSON reads JSON that stands in a query parameter.
func checkedJSON(v, name string) (json.RawMessage, error) {
	if _, err := body.Parse([]byte(v)); err != nil {
		if e := fail.Of(err); e != nil {
			return nil, fail.New(fail.Invalid, e.Code).With("at", e.Params["at"]).With("max", e.Params["max"]).On(name)
		}
		return nil, err
	}
	return json.RawMessage(v), nil
}

// What a handler may return beside a value that is encoded as JSON.
type (
	rawJSON   []byte          // is sent as it is
	created   struct{ v any } // 201
	accepted  struct{ v any } // 202
	noContent struct{}        // 204
	sent      struct{}        // the handler has answered by itself
)

func (c *call) answer(v any) error {
	status := fiber.StatusOK
	switch w := v.(type) {
	case created:
		status, v = fiber.StatusCreated, w.v
	case accepted:
		status, v = fiber.StatusAccepted, w.v
	case noContent:
		c.f.Status(fiber.StatusNoContent)
		return nil
	case sent:
		return nil
	}
	c.f.Status(status)
	c.f.Response().Header.SetContentType("application/json")
	b, ok := v.(rawJSON)
	if !ok {
		var err error
		if b, err = json.Marshal(v); err != nil {
			return err
		}
	}
	c.send(b)
	return nil
}

// large is the size from which an answer is worth compressing.
const large = 16 << 10

func (c *call) send(b []byte) {
	res := c.f.Response()
	if len(b) >= large && c.f.Context().Request.Header.HasAcceptEncoding("gzip") {
		b = fasthttp.AppendGzipBytesLevel(make([]byte, 0, len(b)/4), b, fasthttp.CompressBestSpeed)
		res.Header.Set(fiber.HeaderContentEncoding, "gzip")
		res.Header.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	}
	res.SetBodyRaw(b)
}

func (c *call) say(code string) string { return c.s.Texts.Say(c.language(), code, nil) }

func (c *call) language() string {
	locale := ""
	if c.caller != nil {
		locale = c.caller.User.Locale
	}
	return text.Pick(locale, c.f.Get(fiber.HeaderAcceptLanguage))
}

// stamp writes a time as the API shows it.
func stamp(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// stampOr is stamp, null for no time.
func stampOr(ms int64) *string {
	if ms == 0 {
		return nil
	}
	s := stamp(ms)
	return &s
}

func timeID(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 36) }

// items is the answer of list routes.
type items[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"nextCursor,omitempty"`
}

func list[T any](all []T) items[T] {
	if all == nil {
		all = []T{}
	}
	return items[T]{Items: all}
}
