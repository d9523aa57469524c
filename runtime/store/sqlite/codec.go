package sqlite

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	zs "zombiezen.com/go/sqlite"

	"tongban/schema"
)

// The values of a change are kept as one blob: a format byte, then for each
// field its id, a tag and the value.
const valuesFormat = 1

const (
	tagNil byte = iota
	tagText
	tagInt
	tagFloat
	tagFalse
	tagTrue
	tagSet
	tagJSON
)

var errBlob = errors.New("sqlite: a change's values cannot be read")

func appendValues(dst []byte, vals schema.Values) []byte {
	dst = append(dst, valuesFormat)
	for f, v := range vals {
		dst = appendValue(dst, f, v)
	}
	return dst
}

func appendValue(dst []byte, f schema.FieldID, v schema.Value) []byte {
	dst = binary.AppendVarint(dst, int64(f))
	switch v := v.(type) {
	case string:
		dst = binary.AppendUvarint(append(dst, tagText), uint64(len(v)))
		return append(dst, v...)
	case int64:
		return binary.AppendVarint(append(dst, tagInt), v)
	case float64:
		return binary.BigEndian.AppendUint64(append(dst, tagFloat), math.Float64bits(v))
	case bool:
		if v {
			return append(dst, tagTrue)
		}
		return append(dst, tagFalse)
	case []int64:
		dst = binary.AppendUvarint(append(dst, tagSet), uint64(len(v)))
		for _, n := range v {
			dst = binary.AppendVarint(dst, n)
		}
		return dst
	case json.RawMessage:
		dst = binary.AppendUvarint(append(dst, tagJSON), uint64(len(v)))
		return append(dst, v...)
	}
	return append(dst, tagNil)
}

func parseValues(b []byte) (schema.Values, error) {
	if len(b) == 0 {
		return nil, nil //nolint:nilnil // no values are a fair answer
	}
	if b[0] != valuesFormat {
		return nil, fmt.Errorf("%w: format %d", errBlob, b[0])
	}
	d := blob{b: b[1:]}
	vals := schema.Values{}
	for len(d.b) > 0 && !d.bad {
		f := schema.FieldID(d.varint())
		vals[f] = d.value()
	}
	if d.bad {
		return nil, errBlob
	}
	return vals, nil
}

type blob struct {
	b   []byte
	bad bool
}

func (d *blob) varint() int64 {
	n, size := binary.Varint(d.b)
	return n * int64(d.skip(size))
}

func (d *blob) uvarint() uint64 {
	n, size := binary.Uvarint(d.b)
	return n * uint64(d.skip(size))
}

// skip moves on; it returns 1, or 0 where the blob is too short.
func (d *blob) skip(n int) int {
	if n <= 0 || n > len(d.b) {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return 1
}

func (d *blob) bytes(n uint64) []byte {
	if n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return nil
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *blob) value() schema.Value {
	tag := d.bytes(1)
	if len(tag) == 0 {
		return nil
	}
	switch tag[0] {
	case tagText:
		return string(d.bytes(d.uvarint()))
	case tagInt:
		return d.varint()
	case tagFloat:
		if b := d.bytes(8); len(b) == 8 {
			return math.Float64frombits(binary.BigEndian.Uint64(b))
		}
	case tagFalse:
		return false
	case tagTrue:
		return true
	case tagSet:
		n := d.uvarint()
		if n > uint64(len(d.b)) {
			d.bad = true
			return nil
		}
		set := make([]int64, n)
		for i := range set {
			set[i] = d.varint()
		}
		return set
	case tagJSON:
		return json.RawMessage(append([]byte(nil), d.bytes(d.uvarint())...))
	}
	return nil
}

// appendInts writes a JSON array.
func appendInts(dst []byte, set []int64) []byte {
	dst = append(dst, '[')
	for i, n := range set {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, n, 10)
	}
	return append(dst, ']')
}

// parseInts reads what appendInts wrote.
func parseInts(s string) []int64 {
	if len(s) < 2 {
		return nil
	}
	n := 1
	for i := range len(s) {
		if s[i] == ',' {
			n++
		}
	}
	return appendParsed(make([]int64, 0, n), s)
}

func appendParsed(set []int64, s string) []int64 {
	cur, neg := int64(0), false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; c {
		case '-':
			neg = true
		case ',', ']':
			if neg {
				cur = -cur
			}
			set = append(set, cur)
			cur, neg = 0, false
		default:
			cur = cur*10 + int64(c-'0')
		}
	}
	return set
}

// column reads a column that holds values of a kind.
func column(s *zs.Stmt, i int, k schema.Kind) schema.Value {
	if s.ColumnType(i) == zs.TypeNull {
		return nil
	}
	switch k {
	case schema.KindText:
		return s.ColumnText(i)
	case schema.KindFloat:
		return s.ColumnFloat(i)
	case schema.KindBool:
		return s.ColumnInt64(i) != 0
	case schema.KindSet:
		return parseInts(s.ColumnText(i))
	case schema.KindJSON:
		return json.RawMessage(s.ColumnText(i))
	default:
		return s.ColumnInt64(i)
	}
}

// columnBytes returns a copy of a blob.
func columnBytes(s *zs.Stmt, i int) []byte {
	b := make([]byte, s.ColumnLen(i))
	s.ColumnBytes(i, b)
	return b
}

// fits reports whether a field of a kind may hold v.
func fits(k schema.Kind, v schema.Value) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return k == schema.KindText
	case int64:
		return k == schema.KindInt || k == schema.KindTime || k == schema.KindOption
	case float64:
		return k == schema.KindFloat && !math.IsNaN(v) && !math.IsInf(v, 0)
	case bool:
		return k == schema.KindBool
	case []int64:
		return k == schema.KindSet
	case json.RawMessage:
		return k == schema.KindJSON
	}
	return false
}

// stored brings a value into the one form in which it is kept: "", an empty
// set and empty JSON are empty.
func stored(v schema.Value) schema.Value {
	switch x := v.(type) {
	case string:
		if x == "" {
			return nil
		}
	case []int64:
		if len(x) == 0 {
			return nil
		}
	case json.RawMessage:
		if len(x) == 0 {
			return nil
		}
	}
	return v
}
