package field

import (
	"encoding/json"
	"math"
	"strings"

	"tongban/schema"
	"tongban/schema/value"
)

// geometry is a GeoJSON geometry (RFC 7946): a point, a line, an area, or
// several of them.
type geometry struct{ jsonValue }

// positionDepth is how deep the positions of each kind of geometry lie.
var positionDepth = map[string]int{
	"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3,
}

func (geometry) Name() string { return "geometry" }

func (t geometry) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	if s, ok := in.(string); ok && env.Typecast {
		return t.ParseText(f, s, env)
	}
	if !isGeometry(in, 0) {
		return nil, bad(f, "badGeometry")
	}
	return storedJSON(f, in)
}

func (t geometry) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	if strings.TrimSpace(s) == "" {
		return empty, nil
	}
	in, err := Decode([]byte(s))
	if err != nil || len(s) > maxJSON {
		return nil, bad(f, "badGeometry")
	}
	plain := Env{}
	if env != nil {
		plain = *env
	}
	plain.Typecast = false
	if _, ok := in.(string); ok {
		return nil, bad(f, "badGeometry")
	}
	return t.Parse(f, in, &plain)
}

func isGeometry(in any, level int) bool {
	obj, ok := in.(map[string]any)
	if !ok || level > 4 {
		return false
	}
	name, _ := obj["type"].(string)
	if name == "GeometryCollection" {
		list, ok := obj["geometries"].([]any)
		for _, g := range list {
			ok = ok && isGeometry(g, level+1)
		}
		return ok && len(obj) == 2 && len(list) > 0
	}
	depth, known := positionDepth[name]
	return known && len(obj) == 2 && arePositions(obj["coordinates"], depth)
}

func arePositions(in any, depth int) bool {
	list, ok := in.([]any)
	if !ok || len(list) == 0 {
		return false
	}
	if depth == 0 {
		return isPosition(list)
	}
	for _, e := range list {
		if !arePositions(e, depth-1) {
			return false
		}
	}
	return true
}

// isPosition checks longitude, latitude and, maybe, height.
func isPosition(list []any) bool {
	if len(list) < 2 || len(list) > 3 {
		return false
	}
	for i, e := range list {
		n, ok := e.(json.Number)
		if !ok {
			return false
		}
		x, err := value.ParseNumber(n.String())
		if err != nil || math.Abs(x) > []float64{180, 90, 1e6}[i] {
			return false
		}
	}
	return true
}
