package api

import (
	"encoding/json"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongban/runtime/record"
	"tongban/schema/fail"
	"tongban/server/text"
)

// statuses is the one table from kinds of errors to HTTP.
var statuses = map[fail.Kind]int{
	fail.Internal:     fiber.StatusInternalServerError,
	fail.Malformed:    fiber.StatusBadRequest,
	fail.Invalid:      fiber.StatusUnprocessableEntity,
	fail.Unauthorized: fiber.StatusUnauthorized,
	fail.Forbidden:    fiber.StatusForbidden,
	fail.NotFound:     fiber.StatusNotFound,
	fail.Conflict:     fiber.StatusConflict,
	fail.Precondition: fiber.StatusPreconditionFailed,
	fail.TooLarge:     fiber.StatusRequestEntityTooLarge,
	fail.TooMany:      fiber.StatusTooManyRequests,
	fail.Busy:         fiber.StatusServiceUnavailable,
	fail.Full:         fiber.StatusInsufficientStorage,
}

// problem is an error as RFC 9457 has it.
type problem struct {
	Type      string          `json:"type"`
	Title     string          `json:"title"`
	Status    int             `json:"status"`
	Code      string          `json:"code"`
	Detail    string          `json:"detail"`
	Field     string          `json:"field,omitempty"`
	Index     *int            `json:"index,omitempty"` // in a batch
	Pos       *int            `json:"pos,omitempty"`   // of a formula: where, in code points
	End       *int            `json:"end,omitempty"`
	Errors    []problemError  `json:"errors,omitempty"`
	Current   json.RawMessage `json:"current,omitempty"`
	RequestID string          `json:"requestId"`
}

type problemError struct {
	Field  string `json:"field,omitempty"`
	Index  *int   `json:"index,omitempty"`
	Pos    *int   `json:"pos,omitempty"`
	End    *int   `json:"end,omitempty"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// routeName is the matched route, never the address itself: that may hold secrets.
func routeName(c *fiber.Ctx) string {
	if r, ok := c.Locals(localRoute).(string); ok {
		return r
	}
	return c.Method()
}

// indexOf says which change of a batch an error is about.
func indexOf(e *fail.Error) *int { return number(e, "index") }

func number(e *fail.Error, param string) *int {
	if i, ok := e.Params[param].(int); ok {
		return &i
	}
	return nil
}

func failSmuggled() error { return fail.New(fail.Malformed, "request.smuggled") }

func (s *Server) refuse(c *fiber.Ctx, err error) error {
	return s.write(c, err, text.Pick("", c.Get(fiber.HeaderAcceptLanguage)), s.requestID(c))
}

func (s *Server) write(c *fiber.Ctx, err error, lang, id string) error {
	e := fail.Of(err)
	if e == nil || e.Kind == fail.Internal {
		s.Log.ErrorContext(s.Life, "request failed", "request", id, "route", routeName(c), "err", err.Error())
		e = fail.New(fail.Internal, "internal").With("requestId", id)
	}
	if e.Err != nil && (e.Kind == fail.Full || e.Kind == fail.Busy) {
		s.Log.WarnContext(s.Life, "request refused", "request", id, "route", routeName(c), "code", e.Code, "err", e.Err.Error())
	}
	p := problem{
		Type: "about:blank", Title: s.Texts.Say(lang, "kind."+string(e.Kind), nil), Status: statuses[e.Kind],
		Code: e.Code, Detail: s.Texts.Say(lang, e.Code, e.Params), Field: e.Field, Index: indexOf(e), RequestID: id,
		Pos: number(e, "pos"), End: number(e, "end"),
	}
	for _, m := range e.Many {
		p.Errors = append(p.Errors, problemError{
			Field: m.Field, Index: indexOf(m), Pos: number(m, "pos"), End: number(m, "end"),
			Code: m.Code, Detail: s.Texts.Say(lang, m.Code, m.Params),
		})
	}
	if cur, ok := e.Current.(*record.Row); ok {
		by := map[string]record.KeyMode{"id": record.ByID, "name": record.ByName}[c.Query("fieldKeys")]
		p.Current = cur.AppendJSON(nil, by)
	}
	if e.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(e.RetryAfter))
	}
	if e.Kind == fail.Unauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="Tongban"`)
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	c.Status(p.Status)
	c.Response().Header.SetContentType("application/problem+json")
	c.Set("Content-Language", lang)
	c.Response().SetBodyRaw(b)
	return nil
}
