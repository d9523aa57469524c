package field

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"tongban/schema"
	"tongban/schema/formula"
	"tongban/schema/value"
)

// FormulaType is what a field's values are for formulas.
func FormulaType(f *schema.Field) formula.Type {
	s, ok := shapeOf(f)
	if !ok {
		return formula.Type{}
	}
	t := plainType(s.t, s.f)
	t.List = t.List || s.list != single
	return t
}

func plainType(t Type, f *schema.Field) formula.Type {
	switch t.Name() {
	case "number", "percent", "rating", "progress", "duration", "year", "integer":
		return formula.Type{Kind: formula.KindNumber}
	case "decimal", "currency":
		return formula.Type{Kind: formula.KindDecimal, Scale: scaleOf(f)}
	case "checkbox":
		return formula.Type{Kind: formula.KindBool}
	case "date":
		return formula.Type{Kind: formula.KindDate}
	case "dateTime":
		return formula.Type{Kind: formula.KindDateTime}
	case "attachment", "file", "image", "signature":
		return formula.Type{Kind: formula.KindText, List: true}
	}
	return formula.Type{Kind: formula.KindText, List: t.Traits(f).Kind == schema.KindSet}
}

// ToFormula turns a stored value into what formulas reckon with. n names users,
// records and files; without it they have no names.
func ToFormula(f *schema.Field, v schema.Value, n Names) formula.Value {
	if v == nil {
		return formula.Blank()
	}
	s, ok := shapeOf(f)
	if !ok {
		return formula.Failed(formula.ErrRef)
	}
	if s.list == single {
		return plainValue(s.t, s.f, v, n)
	}
	var list []formula.Value
	for _, one := range s.parts(v) {
		list = append(list, plainValue(s.t, s.f, one, n))
	}
	return formula.List(list...)
}

func plainValue(t Type, f *schema.Field, v schema.Value, n Names) formula.Value {
	switch x := v.(type) {
	case float64:
		return formula.Number(x)
	case bool:
		return formula.Bool(x)
	case int64:
		return intValue(t, f, x, n)
	case string:
		if IsMoney(f) {
			return moneyValue(f, x, n)
		}
		return formula.Text(x)
	case []int64:
		return setValue(t, f, x, n)
	case json.RawMessage:
		if files := Files(x); files != nil && plainType(t, f).List {
			return fileNames(files, n)
		}
		return formula.Text(t.Text(f, v, n))
	}
	return formula.Blank()
}

func intValue(t Type, f *schema.Field, x int64, n Names) formula.Value {
	switch plainType(t, f).Kind {
	case formula.KindDecimal:
		return formula.Decimal(x, scaleOf(f))
	case formula.KindDate:
		return formula.Date(x)
	case formula.KindDateTime:
		return formula.DateTime(x)
	case formula.KindNumber:
		return formula.Number(float64(x))
	case formula.KindText:
		if t.Traits(f).Kind == schema.KindSet { // createdBy keeps one id
			return setValue(t, f, []int64{x}, n)
		}
		return formula.Text(t.Text(f, x, n))
	}
	return formula.Blank()
}

// setValue lists the names of a set, one by one.
func setValue(t Type, f *schema.Field, ids []int64, n Names) formula.Value {
	list := make([]formula.Value, 0, len(ids))
	for _, id := range ids {
		if s := memberName(t, f, id, n); s != "" {
			list = append(list, formula.Text(s))
		}
	}
	return formula.List(list...)
}

// memberName is what one id of a set is called.
func memberName(t Type, f *schema.Field, id int64, n Names) string {
	if m, ok := t.(interface {
		member(f *schema.Field, id int64, n Names) string
	}); ok {
		return m.member(f, id, n)
	}
	return ""
}

func fileNames(files []schema.FileID, n Names) formula.Value {
	list := make([]formula.Value, 0, len(files))
	for _, id := range files {
		if n == nil {
			break
		}
		if info, ok := n.File(id); ok {
			list = append(list, formula.Text(info.Name))
		}
	}
	return formula.List(list...)
}

// FromFormula turns a formula's result into what the field stores. A value
// that the field cannot keep is an error code. Texts hold moments in zone.
func FromFormula(f *schema.Field, v formula.Value, zone *time.Location) (schema.Value, formula.ErrCode) {
	if v.IsError() {
		return nil, v.Err()
	}
	if v.IsBlank() {
		return nil, ""
	}
	s, ok := shapeOf(f)
	if !ok {
		return nil, formula.ErrRef
	}
	if s.list == joined {
		return joinFormula(v, zone)
	}
	if v.IsList() {
		if s.t.Traits(s.f).Kind != schema.KindText {
			if list := v.Elements(); len(list) == 1 {
				return FromFormula(f, list[0], zone)
			}
			return nil, formula.ErrValue
		}
		return storedText(v.In(zone))
	}
	return fromScalar(&s, v, zone)
}

func fromScalar(s *shape, v formula.Value, zone *time.Location) (schema.Value, formula.ErrCode) {
	switch s.t.Traits(s.f).Kind {
	case schema.KindText:
		return storedText(v.In(zone))
	case schema.KindFloat:
		return fromNumber(v)
	case schema.KindBool:
		if v.Kind() == formula.KindBool {
			return v.IsTrue(), ""
		}
	case schema.KindTime:
		return fromTime(s.t, v, zone)
	case schema.KindInt:
		if isDecimal(s.t) {
			return toScale(v, scaleOf(s.f))
		}
		if v.Kind() == formula.KindNumber || v.Kind() == formula.KindDecimal {
			if x := math.Round(v.Float()); math.Abs(x) < 1<<53 {
				return int64(x), ""
			}
			return nil, formula.ErrNum
		}
	}
	return nil, formula.ErrValue
}

func fromNumber(v formula.Value) (schema.Value, formula.ErrCode) {
	switch v.Kind() {
	case formula.KindNumber, formula.KindDecimal:
		return v.Float(), ""
	case formula.KindBool:
		if v.IsTrue() {
			return 1.0, ""
		}
		return 0.0, ""
	}
	return nil, formula.ErrValue
}

func fromTime(t Type, v formula.Value, zone *time.Location) (schema.Value, formula.ErrCode) {
	switch {
	case v.Kind() == formula.KindDate:
		return v.Ms(), ""
	case v.Kind() == formula.KindDateTime && t.Name() == "date":
		return value.Day(v.Ms(), zone), ""
	case v.Kind() == formula.KindDateTime:
		return v.Ms(), ""
	}
	return nil, formula.ErrValue
}

// toScale rounds half away from zero.
func toScale(v formula.Value, scale int) (schema.Value, formula.ErrCode) {
	switch v.Kind() {
	case formula.KindDecimal:
		n, from := v.Scaled()
		for ; from > scale; from-- {
			rest := n % 10
			n /= 10
			if from == scale+1 && (rest >= 5 || rest <= -5) {
				n += sign(rest)
			}
		}
		for ; from < scale; from++ {
			if n > math.MaxInt64/10 || n < math.MinInt64/10 {
				return nil, formula.ErrNum
			}
			n *= 10
		}
		return n, ""
	case formula.KindNumber:
		n, err := value.ParseDecimal(string(value.AppendNumber(nil, roundTo(v.Float(), scale))), scale)
		if err != nil {
			return nil, formula.ErrNum
		}
		return n, ""
	}
	return nil, formula.ErrValue
}

func sign(n int64) int64 {
	if n < 0 {
		return -1
	}
	return 1
}

func roundTo(x float64, scale int) float64 {
	p := math.Pow10(scale)
	if y := math.Round(x*p) / p; !math.IsInf(y, 0) && !math.IsNaN(y) {
		return y
	}
	return x
}

func storedText(s string) (schema.Value, formula.ErrCode) {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\ufffd")
	if s == "" {
		return nil, ""
	}
	return s, ""
}

func joinFormula(v formula.Value, zone *time.Location) (schema.Value, formula.ErrCode) {
	var texts []schema.Value
	for _, one := range v.Elements() {
		if one.IsError() {
			return nil, one.Err()
		}
		s, code := storedText(one.In(zone))
		if code != "" {
			return nil, code
		}
		if s != nil {
			texts = append(texts, s)
		}
	}
	return joinTexts(texts), ""
}
