package api

import (
	"reflect"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongban/server/ops"
)

// Need is who may call a route. What may be done with which data is judged
// again, and finally, in the runtime.
type Need uint8

// The needs. The zero value is none of them: a test sees to it that every
// route declares one.
const (
	Public   Need = iota + 1 // anybody
	Signed                   // a member, by session or API token
	Person                   // a member by session: an API token will not do
	Designer                 // who may change apps and entities
	Admin                    // who manages members and roles
	Records                  // a member; the rights on the entity decide
)

// Idem is how an Idempotency-Key is honoured.
type Idem uint8

// The ways.
const (
	Stored Idem = iota // the answer is stored
	Native             // the record service commits the key with the change
	Never              // reads, and routes without a caller
)

// Route is one line of the table.
type Route struct {
	Method, Path string // below Base; parameters in braces
	Need         Need
	Query        []string // the query parameters that there are
	Body         int64    // limit in bytes; 0: no body
	Multipart    bool     // the body is multipart/form-data, which the handler streams
	Reads        bool     // changes nothing although it is a POST
	Strict       bool     // counts as an attempt to prove who one is
	Idem         Idem
	Status       int // of success, for the documents; 0: 200
	Summary      string
	Handle       handler
	Out          any // an example of the answer's type
}

// handler is what a route does; in is the type of its body, nil for none.
type handler struct {
	run func(*call) (any, error)
	in  reflect.Type
}

func get(f func(*call) (any, error)) handler { return handler{run: f} }

// with makes a handler of a function that takes a JSON body.
func with[T any](f func(*call, *T) (any, error)) handler {
	return handler{in: reflect.TypeFor[T](), run: func(c *call) (any, error) {
		in := new(T)
		if err := c.bind(in); err != nil {
			return nil, err
		}
		return f(c, in)
	}}
}

const (
	kB       = 1 << 10
	mB       = 1 << 20
	smallest = 64 * kB // bodies of ordinary routes
)

// Changes tells whether the route changes something.
func (r *Route) Changes() bool { return r.Method != fiber.MethodGet && !r.Reads }

// Input is the type of the route's JSON body; nil for none.
func (r *Route) Input() reflect.Type { return r.Handle.in }

// node is one segment of the paths. Static segments win over parameters.
type node struct {
	static  map[string]*node
	param   *node
	methods map[string]*target
}

type target struct {
	route   *Route
	names   []string // of the parameters, in order
	metrics *ops.Route
}

func newRouter(all []Route, m *ops.Metrics) *node {
	root := &node{}
	for i := range all {
		r := &all[i]
		n := root
		var names []string
		for seg := range strings.SplitSeq(strings.Trim(r.Path, "/"), "/") {
			if strings.HasPrefix(seg, "{") {
				names = append(names, strings.Trim(seg, "{}"))
				if n.param == nil {
					n.param = &node{}
				}
				n = n.param
				continue
			}
			if n.static == nil {
				n.static = map[string]*node{}
			}
			if n.static[seg] == nil {
				n.static[seg] = &node{}
			}
			n = n.static[seg]
		}
		if n.methods == nil {
			n.methods = map[string]*target{}
		}
		n.methods[r.Method] = &target{route: r, names: names, metrics: m.Route(r.Method + " " + Base + r.Path)}
	}
	return root
}

// find walks a path such as "apps/app_1"; params receives the parameters' values.
func (n *node) find(path string, params []string) (*node, []string) {
	for more := true; more; {
		var seg, rest string
		seg, rest, more = strings.Cut(path, "/")
		next := n.static[seg]
		if next == nil {
			if n.param == nil || seg == "" {
				return nil, params
			}
			next = n.param
			params = append(params, seg)
		}
		n, path = next, rest
	}
	if n.methods == nil {
		return nil, params
	}
	return n, params
}

func (n *node) allow() string {
	var out []string
	for m := range n.methods {
		out = append(out, m)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
