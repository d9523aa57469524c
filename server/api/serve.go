package api

import (
	"bytes"
	"fmt"
	"net/netip"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongban/runtime/access"
	"tongban/runtime/account"
	"tongban/schema"
	"tongban/schema/fail"
)

const (
	cookieName   = "tongban_session"
	headerTenant = "X-Tongban-Tenant"
	headerCSRF   = "X-Tongban-Csrf"
	headerID     = "X-Request-Id"
	headerIdem   = "Idempotency-Key"
	localRoute   = "route"
)

// serve answers every request below Base.
func (s *Server) serve(f *fiber.Ctx) (err error) {
	start := s.Now()
	c := &call{s: s, f: f}
	id := s.requestID(f)
	var t *target
	defer func() {
		if v := recover(); v != nil { // here, not in Guard: its route counts it, and the answer is in the caller's language
			s.Metrics.Panicked()
			err = s.write(f, fmt.Errorf("panic: %v\n%s", v, debug.Stack()), c.language(), id)
		}
		if t != nil {
			t.metrics.Served(f.Response().StatusCode(), s.Now().Sub(start))
		}
	}()
	f.Response().Header.Set(fiber.HeaderCacheControl, "no-store")
	t, err = s.target(c)
	if err == nil {
		err = s.run(c)
	}
	if err != nil {
		return s.write(f, err, c.language(), id)
	}
	return nil
}

// target finds the route and fills c with it.
func (s *Server) target(c *call) (*target, error) {
	// The path as it was sent: ids need no escapes, and what is spelled in
	// another way is another address. A copy, since handlers may keep parts of it.
	path, below := strings.CutPrefix(strings.Clone(c.f.Path()), Base+"/")
	if !below {
		return nil, fail.New(fail.NotFound, "route.unknown")
	}
	method := c.f.Method()
	if method == fiber.MethodHead {
		method = fiber.MethodGet
	}
	n, params := s.router.find(path, make([]string, 0, 3))
	if n == nil {
		return nil, fail.New(fail.NotFound, "route.unknown")
	}
	t := n.methods[method]
	if t == nil {
		c.f.Set(fiber.HeaderAllow, n.allow())
		return nil, fail.New(fail.NotFound, "route.method").With("method", short(method))
	}
	c.route, c.names, c.params = t.route, t.names, params
	c.f.Locals(localRoute, t.route.Method+" "+t.route.Path)
	return t, nil
}

// run passes the gates in their order and then calls the handler.
func (s *Server) run(c *call) error {
	if err := s.limit(c); err != nil {
		return err
	}
	if err := s.identify(c); err != nil {
		return err
	}
	if err := s.permit(c); err != nil {
		return err
	}
	if err := c.checkQuery(); err != nil {
		return err
	}
	if c.route.Body == 0 && c.f.Context().Request.Header.ContentLength() > 0 {
		if err := c.noBody(); err != nil {
			return err
		}
	}
	if key := c.f.Get(headerIdem); key != "" && c.route.Changes() && c.route.Idem == Stored && c.caller != nil {
		return s.once(c, key)
	}
	v, err := c.route.Handle.run(c)
	if err != nil {
		return err
	}
	return c.answer(v)
}

// noBody takes the empty object for no body.
func (c *call) noBody() error {
	const most = 1024
	r := *c.route
	r.Body = most
	c.route = &r
	return c.bind(&struct{}{})
}

func (s *Server) limit(c *call) error {
	if !s.Limited {
		return nil
	}
	from := s.address(c.f)
	if err := s.limiter.take(perAddress, from); err != nil {
		return err
	}
	if c.route.Strict {
		return s.limiter.take(perProof, from)
	}
	return nil
}

// identify finds the caller. A public route needs none.
func (s *Server) identify(c *call) error {
	token, cookie := s.token(c.f)
	if token == "" {
		if c.route.Need == Public {
			return nil
		}
		return fail.New(fail.Unauthorized, "auth.required")
	}
	if c.route.Need == Public {
		return nil
	}
	caller, err := s.Authenticate(c.f)
	if err != nil {
		return err
	}
	c.caller, c.cookie, c.token = caller, cookie, token
	if s.Limited {
		return s.limiter.take(perCaller, callerKey(caller))
	}
	return nil
}

func (s *Server) token(f *fiber.Ctx) (token string, cookie bool) {
	if v, ok := strings.CutPrefix(f.Get(fiber.HeaderAuthorization), "Bearer "); ok {
		return strings.TrimSpace(v), false
	}
	if f.Get(fiber.HeaderAuthorization) != "" {
		return "?", false
	}
	v := f.Cookies(cookieName)
	return v, v != ""
}

// Authenticate finds who sends a request, by header or cookie. Errors are of
// kind Unauthorized and Forbidden. The doors beside the table of routes use it.
func (s *Server) Authenticate(f *fiber.Ctx) (*account.Caller, error) {
	token, cookie := s.token(f)
	if token == "" {
		return nil, fail.New(fail.Unauthorized, "auth.required")
	}
	var tenant schema.TenantID
	if v := f.Get(headerTenant); v != "" {
		id, ok := schema.ParseID[schema.TenantID](schema.PrefixTenant, v)
		if !ok {
			return nil, fail.New(fail.Forbidden, "auth.tenant")
		}
		tenant = id
	}
	if m := f.Method(); cookie && m != fiber.MethodGet && m != fiber.MethodHead && f.Get(headerCSRF) != "1" {
		return nil, fail.New(fail.Forbidden, "request.csrf")
	}
	return s.Accounts.Authenticate(s.Life, token, tenant)
}

// Admit is Authenticate within the rate limits, for the doors beside the table
// of routes.
func (s *Server) Admit(f *fiber.Ctx) (*account.Caller, error) {
	if s.Limited {
		if err := s.limiter.take(perAddress, s.address(f)); err != nil {
			return nil, err
		}
	}
	c, err := s.Authenticate(f)
	if err == nil && s.Limited {
		err = s.limiter.take(perCaller, callerKey(c))
	}
	return c, err
}

// Take counts a message of an open line against the limit of its session or token.
func (s *Server) Take(ref string) error {
	if !s.Limited {
		return nil
	}
	return s.limiter.take(perCaller, ref)
}

func callerKey(c *account.Caller) string { return c.Session + strconv.FormatInt(c.Token, 36) }

// Problem answers with an error, for the doors beside the table of routes.
func (s *Server) Problem(f *fiber.Ctx, err error) error { return s.refuse(f, err) }

func (s *Server) permit(c *call) error {
	if c.route.Need == Public {
		return nil
	}
	a := c.caller.Actor
	if c.route.Changes() && a.ReadOnly {
		return fail.New(fail.Forbidden, "auth.readOnlyToken")
	}
	switch c.route.Need {
	case Person:
		if c.caller.Session == "" {
			return fail.New(fail.Forbidden, "auth.sessionOnly")
		}
	case Designer:
		return access.Designer(a)
	case Admin:
		if c.route.Method == fiber.MethodGet && a.IsAdmin() {
			return nil
		}
		return access.Admin(a)
	case Public, Signed, Records:
	}
	return nil
}

// requestID returns the id of a request, made on first use.
func (s *Server) requestID(f *fiber.Ctx) string {
	if v := f.Response().Header.Peek(headerID); len(v) > 0 {
		return string(v)
	}
	id := s.idStart + strconv.FormatUint(s.ids.Add(1), 36)
	f.Set(headerID, id)
	return id
}

// address is where a request comes from; proxies are believed only if trusted.
func (s *Server) address(f *fiber.Ctx) string {
	ip, ok := netip.AddrFromSlice(f.Context().RemoteIP())
	if !ok {
		return "?"
	}
	ip = ip.Unmap()
	if !s.trusted(ip) {
		return network(ip)
	}
	hops := strings.Split(f.Get(fiber.HeaderXForwardedFor), ",")
	for _, h := range slices.Backward(hops) {
		hop, err := netip.ParseAddr(strings.TrimSpace(h))
		if err != nil {
			break
		}
		ip = hop.Unmap()
		if !s.trusted(ip) {
			break
		}
	}
	return network(ip)
}

// network is the address as limits count it: a household has a /64 of IPv6.
func network(ip netip.Addr) string {
	const home = 64
	if ip.Is6() {
		if p, err := ip.WithZone("").Prefix(home); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

func (s *Server) trusted(ip netip.Addr) bool {
	for _, p := range s.Proxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// HTTPS tells whether the browser speaks TLS with us or a trusted proxy of ours.
func (s *Server) HTTPS(f *fiber.Ctx) bool {
	if f.Context().IsTLS() || strings.HasPrefix(s.BaseURL, "https://") {
		return true
	}
	ip, ok := netip.AddrFromSlice(f.Context().RemoteIP())
	return ok && s.trusted(ip.Unmap()) && f.Get(fiber.HeaderXForwardedProto) == "https"
}

// smuggled finds requests whose length is given in two ways.
func smuggled(f *fiber.Ctx) bool {
	h := &f.Context().Request.Header
	if h.ContentLength() != -1 {
		return false
	}
	return bytes.Contains(bytes.ToLower(h.RawHeaders()), []byte("content-length:"))
}
