package formula

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokNumber
	tokText
	tokName  // a bare word: function, true, false, field
	tokField // {…}
	tokOp    // an operator or punctuation, in its ASCII form
)

// token is one word of a formula; pos and end are byte offsets.
type token struct {
	kind     tokenKind
	text     string // decoded
	pos, end int
}

// narrowed gives the ASCII form of punctuation that input methods produce.
var narrowed = map[rune]string{
	'\uff08': "(", '\uff09': ")", '\uff0c': ",", '\uff0b': "+", '\uff0d': "-", '\uff0a': "*", '\uff0f': "/",
	'\uff06': "&", '\uff1d': "=", '\uff1c': "<", '\uff1e': ">", '\u2260': "!=", '\u2264': "<=", '\u2265': ">=",
	'\u00d7': "*", '\u00f7': "/", '\u2212': "-", '\uff01': "!", '\u3001': ",",
}

// quotes gives what ends a text or a field reference that starts so.
var quotes = map[rune]rune{
	'"': '"', '\'': '\'', '\u201c': '\u201d', '\u2018': '\u2019', '\uff02': '\uff02', '{': '}', '\uff5b': '\uff5d',
}

type lexer struct {
	src string
	at  int
}

// lex cuts a formula into tokens; the last is tokEnd.
func lex(src string) ([]token, *Error) {
	l := &lexer{src: src}
	var out []token
	for {
		l.space()
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		if t.kind == tokEnd {
			return out, nil
		}
	}
}

func (l *lexer) peek() (rune, int) { return utf8.DecodeRuneInString(l.src[l.at:]) }

func (l *lexer) space() {
	for l.at < len(l.src) {
		r, n := l.peek()
		if !unicode.IsSpace(r) && r != '\u200b' && r != '\ufeff' {
			return
		}
		l.at += n
	}
}

func (l *lexer) next() (token, *Error) {
	start := l.at
	if l.at >= len(l.src) {
		return token{kind: tokEnd, pos: start, end: start}, nil
	}
	r, n := l.peek()
	switch {
	case isDigit(r), r == '.':
		return l.number()
	case isNameStart(r):
		for l.at < len(l.src) {
			if r, n = l.peek(); !isNamePart(r) {
				break
			}
			l.at += n
		}
		return token{tokName, l.src[start:l.at], start, l.at}, nil
	}
	if end, ok := quotes[r]; ok {
		return l.quoted(end, n)
	}
	op := string(r)
	if ascii, ok := narrowed[r]; ok {
		op = ascii
	}
	l.at += n
	if op == "!" || op == "<" || op == ">" {
		op = l.second(op)
	}
	if !strings.Contains("( ) , + - * / & = != < > <= >=", op) {
		return token{}, l.fail("formula.badCharacter", start, l.at).with("token", l.src[start:l.at])
	}
	return token{tokOp, op, start, l.at}, nil
}

// second completes an operator that may have two characters.
func (l *lexer) second(op string) string {
	r, n := l.peek()
	next := string(r)
	if ascii, ok := narrowed[r]; ok {
		next = ascii
	}
	switch op + next {
	case "!=", "<=", ">=":
		l.at += n
		return op + next
	case "<>":
		l.at += n
		return "!="
	}
	return op
}

func (l *lexer) digits() int {
	from := l.at
	for l.at < len(l.src) && isDigit(rune(l.src[l.at])) {
		l.at++
	}
	return l.at - from
}

func (l *lexer) number() (token, *Error) {
	start := l.at
	n := l.digits()
	if l.at < len(l.src) && l.src[l.at] == '.' {
		l.at++
		n += l.digits()
	}
	if mark := l.at; n > 0 && mark < len(l.src) && (l.src[mark] == 'e' || l.src[mark] == 'E') {
		l.at++
		if l.at < len(l.src) && (l.src[l.at] == '+' || l.src[l.at] == '-') {
			l.at++
		}
		if l.digits() == 0 {
			l.at = mark
		}
	}
	if r, size := l.peek(); n == 0 || l.at < len(l.src) && (isNamePart(r) || r == '.') {
		return token{}, l.fail("formula.badNumber", start, max(l.at+size, start+1)).with("token", l.src[start:min(len(l.src), l.at+size)])
	}
	return token{tokNumber, l.src[start:l.at], start, l.at}, nil
}

// quoted reads a text or a field reference. A backslash makes the next quote,
// brace or backslash plain; \n and \t are line feed and tab; before anything
// else a backslash stands for itself, as patterns want it.
func (l *lexer) quoted(end rune, n int) (token, *Error) {
	start := l.at
	open := l.src[start : start+n]
	l.at += n
	var b strings.Builder
	for l.at < len(l.src) {
		r, size := l.peek()
		from := l.at
		l.at += size
		switch {
		case r == end:
			kind := tokText
			if end == '}' || end == '\uff5d' {
				kind = tokField
			}
			return token{kind, b.String(), start, l.at}, nil
		case r == '\\' && l.at < len(l.src):
			l.escape(&b, end == '}' || end == '\uff5d')
		default:
			b.WriteString(l.src[from:l.at])
		}
	}
	return token{}, l.fail("formula.unclosed", start, len(l.src)).with("token", open)
}

func (l *lexer) escape(b *strings.Builder, field bool) {
	r, n := l.peek()
	s := l.src[l.at : l.at+n]
	l.at += n
	_, quote := quotes[r]
	switch {
	case quote, r == '\\', r == '}', r == '\u201d', r == '\u2019':
		b.WriteString(s)
	case r == 'n' && !field:
		b.WriteByte('\n')
	case r == 't' && !field:
		b.WriteByte('\t')
	default:
		b.WriteString("\\" + s)
	}
}

func (l *lexer) fail(code string, pos, end int) *Error {
	return errorAt(l.src, code, pos, min(end, len(l.src)))
}

func isDigit(r rune) bool     { return r >= '0' && r <= '9' }
func isNameStart(r rune) bool { return r == '_' || unicode.IsLetter(r) }
func isNamePart(r rune) bool  { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }
