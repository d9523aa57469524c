package formula

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
)

// maxPattern bounds a pattern: in bytes, and in the size of its program.
const (
	maxPattern = 1000
	maxProgram = 5000
)

// patterns keeps compiled patterns; a full cache begins anew.
var patterns struct {
	sync.Mutex
	of map[string]*regexp.Regexp
}

// pattern compiles a pattern, or nil.
func pattern(s string) *regexp.Regexp {
	patterns.Lock()
	defer patterns.Unlock()
	if re, ok := patterns.of[s]; ok {
		return re
	}
	re := compilePattern(s)
	if len(patterns.of) >= 200 || patterns.of == nil {
		patterns.of = map[string]*regexp.Regexp{}
	}
	patterns.of[s] = re
	return re
}

func compilePattern(s string) *regexp.Regexp {
	if len(s) > maxPattern {
		return nil
	}
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil || len(prog.Inst) > maxProgram {
		return nil
	}
	re, err := regexp.Compile(s)
	if err != nil {
		return nil
	}
	return re
}

func regexMatch(c *ctx, a []Value) Value {
	re := pattern(a[1].s)
	if re == nil {
		return Failed(ErrValue)
	}
	if !c.spend(len(a[0].s) + 100) {
		return Failed(ErrLimit)
	}
	return Bool(re.MatchString(a[0].s))
}

// regexExtract gives the first group that took part, else the whole match.
func regexExtract(c *ctx, a []Value) Value {
	re := pattern(a[1].s)
	if re == nil {
		return Failed(ErrValue)
	}
	if !c.spend(len(a[0].s) + 100) {
		return Failed(ErrLimit)
	}
	m := re.FindStringSubmatchIndex(a[0].s)
	if m == nil {
		return Blank()
	}
	for i := 2; i+1 < len(m); i += 2 {
		if m[i] >= 0 {
			return Text(a[0].s[m[i]:m[i+1]])
		}
	}
	return Text(a[0].s[m[0]:m[1]])
}

// regexReplace replaces all matches; $1 … $9 are groups, $$ a dollar sign.
func regexReplace(c *ctx, a []Value) Value {
	re := pattern(a[1].s)
	if re == nil {
		return Failed(ErrValue)
	}
	s, with := a[0].s, a[2].s
	if !c.spend(len(s) + 100) {
		return Failed(ErrLimit)
	}
	var b strings.Builder
	at := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		b.WriteString(s[at:m[0]])
		expand(&b, s, with, m)
		if at = m[1]; b.Len() > MaxText {
			return Failed(ErrLimit)
		}
	}
	b.WriteString(s[at:])
	return Text(b.String())
}

func expand(b *strings.Builder, s, with string, m []int) {
	for i := 0; i < len(with); i++ {
		if with[i] == '$' && i+1 < len(with) {
			next := with[i+1]
			group := int(next - '0')
			switch {
			case next == '$':
				b.WriteByte('$')
				i++
				continue
			case next >= '1' && next <= '9' && 2*group+1 < len(m):
				if m[2*group] >= 0 {
					b.WriteString(s[m[2*group]:m[2*group+1]])
				}
				i++
				continue
			}
		}
		b.WriteByte(with[i])
	}
}
