// Package body reads JSON from outside, strictly: what it accepts is exactly
// what was meant. Unknown fields, wrong types, double keys, NUL, lone
// surrogates, broken UTF-8, deep nesting and trailing data are errors that name
// the place. It knows nothing of HTTP and of what the data mean.
package body

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"tongban/schema/fail"
)

// MaxDepth is how deep arrays and objects may nest.
const MaxDepth = 32

// MaxValues is how many values a document may hold: each costs a hundred times
// the memory of the two bytes that it may be sent in.
const MaxValues = 300_000

const (
	maxNumber = 64
	maxKey    = 1024
)

type kind byte

const (
	null kind = iota
	boolean
	number
	text
	array
	object
)

func (k kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "array", "object"}[k]
}

// Node is one value of a parsed document.
type Node struct {
	kind kind
	raw  []byte   // the value as it was sent
	str  string   // text and number
	keys []string // object
	kids []Node   // array and object
}

type parser struct {
	in   []byte
	at   int
	n    int // values so far
	path []string
}

// Parse reads a whole document. Errors are fail.Malformed where it is no JSON,
// fail.Invalid where a value must not be.
func Parse(in []byte) (*Node, error) {
	p := &parser{in: in}
	p.space()
	n, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.at != len(p.in) {
		return nil, p.syntax()
	}
	return &n, nil
}

func (p *parser) syntax() error {
	return fail.New(fail.Malformed, "json.syntax").With("at", p.at).On(strings.Join(p.path, "."))
}

func (p *parser) refuse(code string) error {
	return fail.New(fail.Invalid, code).On(strings.Join(p.path, "."))
}

func (p *parser) space() {
	for p.at < len(p.in) {
		switch p.in[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) value(depth int) (Node, error) {
	if depth > MaxDepth {
		return Node{}, fail.New(fail.Malformed, "json.deep").With("max", MaxDepth).On(strings.Join(p.path[:2], "."))
	}
	if p.at >= len(p.in) {
		return Node{}, p.syntax()
	}
	if p.n++; p.n > MaxValues {
		return Node{}, fail.New(fail.TooLarge, "json.values").With("max", MaxValues).On(strings.Join(p.path[:min(2, len(p.path))], "."))
	}
	start := p.at
	var n Node
	var err error
	switch c := p.in[p.at]; {
	case c == '{':
		n, err = p.object(depth)
	case c == '[':
		n, err = p.array(depth)
	case c == '"':
		n.kind = text
		n.str, err = p.string()
	case c == '-' || (c >= '0' && c <= '9'):
		n, err = p.number()
	default:
		n, err = p.word()
	}
	n.raw = p.in[start:p.at]
	return n, err
}

func (p *parser) word() (Node, error) {
	for _, w := range []struct {
		lit  string
		kind kind
	}{{"true", boolean}, {"false", boolean}, {"null", null}} {
		if len(p.in)-p.at >= len(w.lit) && string(p.in[p.at:p.at+len(w.lit)]) == w.lit {
			p.at += len(w.lit)
			return Node{kind: w.kind, str: w.lit}, nil
		}
	}
	return Node{}, p.syntax()
}

func (p *parser) digits() bool {
	start := p.at
	for p.at < len(p.in) && p.in[p.at] >= '0' && p.in[p.at] <= '9' {
		p.at++
	}
	return p.at > start
}

func (p *parser) number() (Node, error) {
	start := p.at
	if p.in[p.at] == '-' {
		p.at++
	}
	zero := p.at < len(p.in) && p.in[p.at] == '0'
	first := p.at
	if !p.digits() || (zero && p.at-first > 1) {
		return Node{}, p.syntax()
	}
	if p.at < len(p.in) && p.in[p.at] == '.' {
		p.at++
		if !p.digits() {
			return Node{}, p.syntax()
		}
	}
	if p.at < len(p.in) && (p.in[p.at] == 'e' || p.in[p.at] == 'E') {
		p.at++
		if p.at < len(p.in) && (p.in[p.at] == '+' || p.in[p.at] == '-') {
			p.at++
		}
		if !p.digits() {
			return Node{}, p.syntax()
		}
	}
	if p.at-start > maxNumber {
		return Node{}, p.refuse("json.number")
	}
	return Node{kind: number, str: string(p.in[start:p.at])}, nil
}

func (p *parser) array(depth int) (Node, error) {
	n := Node{kind: array}
	p.at++
	p.space()
	if p.at < len(p.in) && p.in[p.at] == ']' {
		p.at++
		return n, nil
	}
	for i := 0; ; i++ {
		p.path = append(p.path, strconv.Itoa(i))
		p.space()
		kid, err := p.value(depth + 1)
		if err != nil {
			return n, err
		}
		p.path = p.path[:len(p.path)-1]
		n.kids = append(n.kids, kid)
		p.space()
		if p.at >= len(p.in) {
			return n, p.syntax()
		}
		p.at++
		switch p.in[p.at-1] {
		case ',':
		case ']':
			return n, nil
		default:
			p.at--
			return n, p.syntax()
		}
	}
}

func (p *parser) object(depth int) (Node, error) {
	n := Node{kind: object}
	p.at++
	p.space()
	if p.at < len(p.in) && p.in[p.at] == '}' {
		p.at++
		return n, nil
	}
	var seen map[string]bool
	for {
		key, kid, err := p.member(depth)
		if err != nil {
			return n, err
		}
		if seen, err = p.once(seen, n.keys, key); err != nil {
			return n, err
		}
		n.keys, n.kids = append(n.keys, key), append(n.kids, kid)
		p.space()
		if p.at >= len(p.in) {
			return n, p.syntax()
		}
		p.at++
		switch p.in[p.at-1] {
		case ',':
		case '}':
			return n, nil
		default:
			p.at--
			return n, p.syntax()
		}
	}
}

// once finds double keys: by looking through a short list, by a map for a long one.
func (p *parser) once(seen map[string]bool, keys []string, key string) (map[string]bool, error) {
	double := false
	if len(keys) < 16 {
		for _, k := range keys {
			double = double || k == key
		}
	} else {
		if seen == nil {
			seen = make(map[string]bool, 64)
			for _, k := range keys {
				seen[k] = true
			}
		}
		double = seen[key]
		seen[key] = true
	}
	if double {
		p.path = append(p.path, key)
		return seen, p.refuse("json.duplicate")
	}
	return seen, nil
}

func (p *parser) member(depth int) (string, Node, error) {
	p.space()
	if p.at >= len(p.in) || p.in[p.at] != '"' {
		return "", Node{}, p.syntax()
	}
	key, err := p.string()
	if err != nil {
		return "", Node{}, err
	}
	if len(key) > maxKey {
		return "", Node{}, p.refuse("json.key")
	}
	p.space()
	if p.at >= len(p.in) || p.in[p.at] != ':' {
		return "", Node{}, p.syntax()
	}
	p.at++
	p.space()
	p.path = append(p.path, key)
	kid, err := p.value(depth + 1)
	if err != nil {
		return "", Node{}, err
	}
	p.path = p.path[:len(p.path)-1]
	return key, kid, nil
}

// string reads a string; p.at stands on the opening quote.
func (p *parser) string() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.in) {
		switch c := p.in[p.at]; {
		case c == '"':
			s := p.in[start:p.at]
			p.at++
			if !utf8.Valid(s) {
				return "", p.refuse("text.utf8")
			}
			return string(s), nil
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			return "", p.control(c)
		}
		p.at++
	}
	return "", p.syntax()
}

func (p *parser) control(c byte) error {
	if c == 0 {
		return p.refuse("text.nul")
	}
	return p.syntax()
}

func (p *parser) escaped(start int) (string, error) {
	b := append(make([]byte, 0, 2*(p.at-start)+16), p.in[start:p.at]...)
	for p.at < len(p.in) {
		c := p.in[p.at]
		switch {
		case c == '"':
			p.at++
			if !utf8.Valid(b) {
				return "", p.refuse("text.utf8")
			}
			return string(b), nil
		case c < 0x20:
			return "", p.control(c)
		case c != '\\':
			b = append(b, c)
			p.at++
		default:
			var err error
			if b, err = p.escape(b); err != nil {
				return "", err
			}
		}
	}
	return "", p.syntax()
}

func (p *parser) escape(b []byte) ([]byte, error) {
	if p.at+1 >= len(p.in) {
		return b, p.syntax()
	}
	c := p.in[p.at+1]
	if c == 'u' {
		return p.unicode(b)
	}
	i := strings.IndexByte(`"\/bfnrt`, c)
	if i < 0 {
		return b, p.syntax()
	}
	p.at += 2
	return append(b, "\"\\/\b\f\n\r\t"[i]), nil
}

func (p *parser) hex() (rune, bool) {
	if p.at+6 > len(p.in) || p.in[p.at] != '\\' || p.in[p.at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.in[p.at+2:p.at+6]), 16, 16)
	return rune(n), err == nil
}

func (p *parser) unicode(b []byte) ([]byte, error) {
	r, ok := p.hex()
	if !ok {
		return b, p.syntax()
	}
	p.at += 6
	if r == 0 {
		return b, p.refuse("text.nul")
	}
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(b, r), nil
	}
	low, ok := p.hex()
	pair := utf16.DecodeRune(r, low)
	if !ok || pair == utf8.RuneError {
		return b, p.refuse("text.surrogate")
	}
	p.at += 6
	return utf8.AppendRune(b, pair), nil
}

// Any returns the value as encoding/json would with UseNumber.
func (n *Node) Any() any {
	switch n.kind {
	case null:
		return nil
	case boolean:
		return n.str == "true"
	case number:
		return json.Number(n.str)
	case text:
		return n.str
	case array:
		out := make([]any, len(n.kids))
		for i := range n.kids {
			out[i] = n.kids[i].Any()
		}
		return out
	}
	out := make(map[string]any, len(n.kids))
	for i := range n.kids {
		out[n.keys[i]] = n.kids[i].Any()
	}
	return out
}
