package field

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"tongban/schema"
)

const maxMatch = 500

// patterns keeps compiled expressions; a full one starts afresh.
type patterns struct {
	mu  sync.RWMutex // guards all
	all map[string]*regexp.Regexp
}

const maxPatterns = 1000

var matchers = &patterns{all: map[string]*regexp.Regexp{}}

// whole compiles an expression that must match a text from its start to its end.
func (p *patterns) whole(source string) (*regexp.Regexp, error) {
	p.mu.RLock()
	re := p.all[source]
	p.mu.RUnlock()
	if re != nil {
		return re, nil
	}
	re, err := regexp.Compile(`^(?s:` + source + `)$`)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.all) >= maxPatterns {
		p.all = map[string]*regexp.Regexp{}
	}
	p.all[source] = re
	return re, nil
}

// checkPlain checks the settings that all text types have.
func checkPlain(f *schema.Field, most int) error {
	o := &f.Options
	if o.MaxLength != nil && (*o.MaxLength < 1 || *o.MaxLength > most) {
		return bad(f, "badMaxLength").With("max", most)
	}
	if o.Match != "" {
		if len(o.Match) > maxMatch || strings.Contains(o.Match, "\x00") {
			return bad(f, "badMatch")
		}
		if _, err := regexp.Compile(o.Match); err != nil {
			return bad(f, "badMatch").Because(err)
		}
		if _, err := matchers.whole(o.Match); err != nil {
			return bad(f, "badMatch").Because(err)
		}
	}
	for _, m := range o.Message {
		if err := checkText(f, m, maxMatch); err != nil {
			return err
		}
	}
	return nil
}

// matches checks a text against a field's own limits. The parameter "messages"
// of the error holds what the field's builder wants to be said, by language.
func matches(f *schema.Field, s string) error {
	o := &f.Options
	if o.MaxLength != nil && len(s) > *o.MaxLength && utf8.RuneCountInString(s) > *o.MaxLength {
		return bad(f, "tooLong").With("max", *o.MaxLength)
	}
	if o.Match == "" {
		return nil
	}
	re, err := matchers.whole(o.Match)
	if err != nil || re.MatchString(s) {
		return nil //nolint:nilerr // Check refuses such an expression
	}
	e := bad(f, "noMatch")
	if len(o.Message) > 0 {
		e = e.With("messages", o.Message)
	}
	return e
}
