package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// xmlScanner reads the XML of a workbook's parts: fast, in UTF-8, without
// namespaces and with a bound on everything. A document type is refused.
type xmlScanner struct {
	in   *bufio.Reader
	raw  []byte
	text []byte // of the last text token
	name string // of the last start or end, without prefix
	attr []byte // unparsed attributes of the last start
	self bool   // the last start was an empty element: an end follows
}

type xmlToken uint8

const (
	xmlText xmlToken = iota
	xmlStart
	xmlEnd
)

// maxXMLToken bounds one tag or one run of text.
const maxXMLToken = 1 << 20

var errXML = errors.New("ingest: XML that no workbook has")

func newXML(r io.Reader) *xmlScanner { return &xmlScanner{in: bufio.NewReaderSize(r, sampleSize)} }

// next returns the next token, io.EOF at the end.
func (x *xmlScanner) next() (xmlToken, error) {
	if x.self {
		x.self = false
		return xmlEnd, nil
	}
	for {
		b, err := x.in.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != '<' {
			if err := x.in.UnreadByte(); err != nil {
				return 0, err
			}
			return xmlText, x.readText()
		}
		if err := x.until('>'); err != nil {
			return 0, err
		}
		switch {
		case bytes.HasPrefix(x.raw, []byte("?")):
		case bytes.HasPrefix(x.raw, []byte("!--")):
			if err := x.more("--"); err != nil {
				return 0, err
			}
		case bytes.HasPrefix(x.raw, []byte("![CDATA[")):
			if err := x.more("]]"); err != nil {
				return 0, err
			}
			x.text = append(x.text[:0], x.raw[8:len(x.raw)-2]...)
			return xmlText, nil
		case bytes.HasPrefix(x.raw, []byte("!")):
			return 0, errXML
		default:
			return x.tag()
		}
	}
}

// until reads to a byte, which is dropped. A > inside an attribute's quotes is
// part of the tag.
func (x *xmlScanner) until(end byte) error {
	x.raw = x.raw[:0]
	for {
		part, err := x.in.ReadSlice(end)
		x.raw = append(x.raw, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		case x.raw[0] == '!' || bytes.Count(x.raw, []byte{'"'})%2 == 0:
			x.raw = x.raw[:len(x.raw)-1]
			return nil
		}
		if len(x.raw) > maxXMLToken {
			return errXML
		}
	}
}

// more reads on until what was read ends with mark.
func (x *xmlScanner) more(mark string) error {
	for !bytes.HasSuffix(x.raw, []byte(mark)) {
		whole := append(bytes.Clone(x.raw), '>')
		if err := x.until('>'); err != nil {
			return err
		}
		if x.raw = append(whole, x.raw...); len(x.raw) > maxXMLToken {
			return errXML
		}
	}
	return nil
}

func (x *xmlScanner) tag() (xmlToken, error) {
	raw := x.raw
	if len(raw) == 0 {
		return 0, errXML
	}
	if raw[0] == '/' {
		x.name = localName(bytes.TrimSpace(raw[1:]))
		return xmlEnd, nil
	}
	if raw[len(raw)-1] == '/' {
		x.self = true
		raw = raw[:len(raw)-1]
	}
	end := bytes.IndexAny(raw, " \t\r\n")
	if end < 0 {
		end = len(raw)
	}
	x.name, x.attr = localName(raw[:end]), raw[end:]
	return xmlStart, nil
}

func localName(name []byte) string {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	switch string(name) { // no allocation for what every cell has
	case "c":
		return "c"
	case "v":
		return "v"
	case "row":
		return "row"
	case "t":
		return "t"
	case "si":
		return "si"
	case "is":
		return "is"
	}
	return string(name)
}

// get returns an attribute of the last start by its local name.
func (x *xmlScanner) get(name string) string {
	rest := x.attr
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return ""
		}
		key := bytes.TrimSpace(rest[:eq])
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return ""
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return ""
		}
		val := rest[1 : end+1]
		rest = rest[end+2:]
		if i := bytes.IndexByte(key, ':'); i >= 0 {
			key = key[i+1:]
		}
		if string(key) == name {
			out, err := appendUnescaped(nil, val)
			if err != nil {
				return ""
			}
			return string(out)
		}
	}
}

// readText reads to the next tag.
func (x *xmlScanner) readText() error {
	x.raw = x.raw[:0]
	for {
		part, err := x.in.ReadSlice('<')
		x.raw = append(x.raw, part...)
		if len(x.raw) > maxXMLToken {
			return errXML
		}
		switch {
		case err == nil:
			x.raw = x.raw[:len(x.raw)-1]
			if err := x.in.UnreadByte(); err != nil {
				return err
			}
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case !errors.Is(err, io.EOF):
			return err
		}
		x.text, err = appendUnescaped(x.text[:0], x.raw)
		return err
	}
}

var entities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}

// appendUnescaped appends text with its entities resolved and its line ends as
// XML wants them.
func appendUnescaped(dst, s []byte) ([]byte, error) {
	for i := 0; i < len(s); {
		switch s[i] {
		case '&':
			end := bytes.IndexByte(s[i:], ';')
			if end < 0 || end > 12 {
				return dst, errXML
			}
			var err error
			if dst, err = appendEntity(dst, string(s[i+1:i+end])); err != nil {
				return dst, err
			}
			i += end + 1
		case '\r':
			dst = append(dst, '\n')
			i++
			if i < len(s) && s[i] == '\n' {
				i++
			}
		default:
			dst = append(dst, s[i])
			i++
		}
	}
	return dst, nil
}

func appendEntity(dst []byte, name string) ([]byte, error) {
	if text, ok := entities[name]; ok {
		return append(dst, text...), nil
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return dst, errXML
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return dst, errXML
	}
	return utf8.AppendRune(dst, rune(n)), nil
}
