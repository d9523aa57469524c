package record

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/query"
)

// The tags of values in a cursor.
const (
	tagNil byte = iota
	tagText
	tagInt
	tagFloat
	tagFalse
	tagTrue
)

// bindingOf is a number that differs between requests whose orders or
// conditions differ: a cursor fits only the request that it came from.
func bindingOf(parts ...string) uint64 {
	var b []byte
	for _, p := range parts {
		b = append(binary.AppendUvarint(b, uint64(len(p))), p...)
	}
	sum := sha256.Sum256(b)
	return binary.LittleEndian.Uint64(sum[:])
}

func encodeCursor(binding uint64, c *query.Cursor) string {
	b := binary.LittleEndian.AppendUint64(nil, binding)
	b = binary.AppendVarint(b, int64(c.ID))
	for _, v := range c.Vals {
		switch v := v.(type) {
		case string:
			b = append(binary.AppendUvarint(append(b, tagText), uint64(len(v))), v...)
		case int64:
			b = binary.AppendVarint(append(b, tagInt), v)
		case float64:
			b = binary.LittleEndian.AppendUint64(append(b, tagFloat), math.Float64bits(v))
		case bool:
			if v {
				b = append(b, tagTrue)
			} else {
				b = append(b, tagFalse)
			}
		default:
			b = append(b, tagNil)
		}
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// decodeCursor reads a cursor of a request with n sort keys.
func decodeCursor(s string, binding uint64, n int) (*query.Cursor, error) {
	bad := fail.New(fail.Invalid, "cursor.invalid").On("cursor")
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < 9 || binary.LittleEndian.Uint64(b) != binding {
		return nil, bad
	}
	b = b[8:]
	id, used := binary.Varint(b)
	if used <= 0 {
		return nil, bad
	}
	b = b[used:]
	c := &query.Cursor{ID: schema.RecordID(id)}
	for len(b) > 0 {
		v, rest, ok := cursorValue(b)
		if !ok {
			return nil, bad
		}
		c.Vals, b = append(c.Vals, v), rest
	}
	if len(c.Vals) != n {
		return nil, bad
	}
	return c, nil
}

func cursorValue(b []byte) (v schema.Value, rest []byte, ok bool) {
	tag, b := b[0], b[1:]
	switch tag {
	case tagNil:
		return nil, b, true
	case tagFalse, tagTrue:
		return tag == tagTrue, b, true
	case tagInt:
		n, used := binary.Varint(b)
		if used <= 0 {
			return nil, nil, false
		}
		return n, b[used:], true
	case tagFloat:
		if len(b) < 8 {
			return nil, nil, false
		}
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), b[8:], true
	case tagText:
		n, used := binary.Uvarint(b)
		if used <= 0 || n > uint64(len(b)-used) {
			return nil, nil, false
		}
		return string(b[used : used+int(n)]), b[used+int(n):], true
	}
	return nil, nil, false
}
