package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tongban/runtime/access"
	"tongban/schema"
	"tongban/schema/field"
)

func docRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/openapi.json", Need: Public, Summary: "This description", Handle: get(platformDoc)},
		{Method: "GET", Path: "/apps/{app}/openapi.json", Need: Records, Summary: "The description of an app, with its entities as typed schemas", Handle: get(appDoc)},
	}
}

type object = map[string]any

// document starts an OpenAPI 3.1 description.
func (s *Server) document(title string) object {
	return object{
		"openapi": "3.1.0",
		"info":    object{"title": title, "version": or(s.Version, "dev")},
		"servers": []object{{"url": or(s.BaseURL, "") + Base}},
		"security": []object{
			{"bearer": []string{}}, {"cookie": []string{}},
		},
		"components": object{
			"securitySchemes": object{
				"bearer": object{"type": "http", "scheme": "bearer"},
				"cookie": object{"type": "apiKey", "in": "cookie", "name": cookieName},
			},
			"schemas": object{"Problem": schemaOf(reflect.TypeFor[problem]())},
			"responses": object{"Problem": object{
				"description": "An error (RFC 9457)",
				"content":     object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}},
			}},
		},
	}
}

func platformDoc(c *call) (any, error) {
	doc := c.s.document("Tongban")
	paths := object{}
	for i := range c.s.routes {
		r := &c.s.routes[i]
		item, ok := paths[r.Path].(object)
		if !ok {
			item = object{}
			paths[r.Path] = item
		}
		item[strings.ToLower(r.Method)] = operation(r)
	}
	doc["paths"] = paths
	return doc, nil
}

func operation(r *Route) object {
	op := object{"summary": r.Summary, "operationId": operationID(r), "responses": responses(r)}
	var params []object
	for seg := range strings.SplitSeq(r.Path, "/") {
		if strings.HasPrefix(seg, "{") {
			params = append(params, object{"name": strings.Trim(seg, "{}"), "in": "path", "required": true, "schema": object{"type": "string"}})
		}
	}
	for _, q := range r.Query {
		params = append(params, object{"name": q, "in": "query", "schema": object{"type": "string"}})
	}
	if r.Changes() && r.Idem != Never {
		params = append(params, object{"name": headerIdem, "in": "header", "schema": object{"type": "string", "maxLength": mostIdemKey}})
	}
	if params != nil {
		op["parameters"] = params
	}
	if r.Need == Public {
		op["security"] = []object{}
	}
	if r.Multipart {
		op["requestBody"] = object{"required": true, "content": object{"multipart/form-data": object{"schema": object{
			"type": "object", "properties": object{"file": object{"type": "string", "contentMediaType": "application/octet-stream"}}, "required": []string{"file"},
		}}}}
	} else if r.Handle.in != nil {
		op["requestBody"] = object{"content": object{"application/json": object{"schema": schemaOf(r.Handle.in)}}}
	}
	return op
}

// operationID is unique: the method and the words of the path.
func operationID(r *Route) string {
	var b strings.Builder
	b.WriteString(strings.ToLower(r.Method))
	for seg := range strings.SplitSeq(strings.Trim(r.Path, "/"), "/") {
		seg = strings.ReplaceAll(strings.Trim(seg, "{}"), ".", "")
		b.WriteString(strings.ToUpper(seg[:1]) + seg[1:])
	}
	return b.String()
}

func responses(r *Route) object {
	status := r.Status
	if status == 0 {
		status = 200
	}
	ok := object{"description": "Done"}
	if r.Out != nil {
		ok["content"] = object{"application/json": object{"schema": schemaOf(reflect.TypeOf(r.Out))}}
	}
	return object{strconv.Itoa(status): ok, "default": object{"$ref": "#/components/responses/Problem"}}
}

// schemaOf describes a Go type as JSON Schema.
func schemaOf(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		return object{}
	case strings.HasPrefix(t.Name(), "Opt["):
		v, _ := t.FieldByName("V")
		inner := schemaOf(v.Type)
		return object{"anyOf": []object{inner, {"type": "null"}}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem())
	case reflect.Struct:
		return structSchema(t)
	case reflect.Slice:
		return object{"type": "array", "items": schemaOf(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": schemaOf(t.Elem())}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	}
	return object{}
}

func structSchema(t reflect.Type) object {
	props := object{}
	var add func(reflect.Type)
	add = func(t reflect.Type) {
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous && name == "" {
				add(deref(f.Type))
				continue
			}
			if name == "" || name == "-" {
				continue
			}
			p := schemaOf(f.Type)
			if n, err := strconv.Atoi(f.Tag.Get("max")); err == nil {
				switch p["type"] {
				case "string":
					p["maxLength"] = n
				case "array":
					p["maxItems"] = n
				}
			}
			props[name] = p
		}
	}
	add(t)
	return object{"type": "object", "properties": props, "additionalProperties": false}
}

// appDoc describes the records of one app as the caller may see them.
func appDoc(c *call) (any, error) {
	snap, app, err := c.app()
	if err != nil {
		return nil, err
	}
	id, err := idOf[schema.AppID](c, "app", schema.PrefixApp)
	if err != nil {
		return nil, err
	}
	doc := c.s.document(app.Name)
	schemas, _ := doc["components"].(object)["schemas"].(object)
	paths := object{}
	for _, e := range snap.Entities(id) {
		r, err := c.s.Policy.Rights(c.actor(), snap, e.ID)
		if err != nil {
			continue // the caller may not know of it
		}
		name := schemaName(schemas, e.Key)
		schemas[name] = recordSchema(e, r, false)
		schemas[name+"Input"] = recordSchema(e, r, true)
		entityPaths(paths, c.s.routes, e, name)
	}
	doc["paths"] = paths
	return doc, nil
}

func schemaName(taken object, key string) string {
	parts := strings.FieldsFunc(key, func(r rune) bool { return r == '_' })
	for i, p := range parts {
		parts[i] = strings.ToUpper(p[:1]) + p[1:]
	}
	name := strings.Join(parts, "")
	for n := 2; taken[name] != nil || name == ""; n++ {
		name = strings.Join(parts, "") + "_" + strconv.Itoa(n)
	}
	return name
}

// recordSchema describes a record of an entity, or the input of one.
func recordSchema(e *schema.Entity, r *access.Rights, input bool) object {
	fields := object{}
	var required []string
	for _, f := range e.Live() {
		right := r.Right(f.ID)
		if right == schema.Hidden || (input && right != schema.WriteRight) || (!input && right == schema.Masked) {
			continue
		}
		if t, ok := field.Of(f.Type); !ok || t.Traits(f).Kind == 0 && !field.IsComputed(f) || input && field.IsComputed(f) {
			continue // it holds nothing, or nothing that is written
		}
		fields[f.Key] = fieldSchema(f, input)
		if f.Required && input && f.Default == nil {
			required = append(required, f.Key)
		}
	}
	inner := object{"type": "object", "properties": fields, "additionalProperties": false}
	if required != nil {
		inner["required"] = required
	}
	out := object{"type": "object", "title": e.Name, "properties": object{"fields": inner}}
	props, _ := out["properties"].(object)
	if input {
		props["version"] = object{"type": "integer"}
		return out
	}
	whole, _ := structSchema(reflect.TypeFor[recordJSON]())["properties"].(object)
	for k, v := range whole {
		if k != "fields" {
			props[k] = v
		}
	}
	return out
}

func ref() object {
	return object{"type": "object", "properties": object{"id": object{"type": "string"}, "name": object{"type": "string"}}}
}

// fieldSchema describes a field's value in an answer or in input.
func fieldSchema(f *schema.Field, input bool) object {
	out := object{}
	switch f.Type {
	case "number", "percent", "progress":
		out["type"] = "number"
	case "rating", "duration", "year", "count":
		out["type"] = "integer"
	case "checkbox":
		out["type"] = "boolean"
	case "decimal", "currency":
		out = amountSchema(f)
	case "date":
		out["type"], out["format"] = "string", "date"
	case "dateTime", "createdTime", "updatedTime", "sla":
		out["type"], out["format"] = "string", "date-time"
	case "email":
		out["type"], out["format"] = "string", "email"
	case "url":
		out["type"], out["format"] = "string", "uri"
	case "singleSelect", "multiSelect", "status":
		out = choiceSchema(f, input)
	case "user", "users", "department", "role", "link", "attachment", "file", "image", "signature", "createdBy", "updatedBy":
		item := ref()
		if input {
			item = object{"type": "string"}
		}
		out["type"], out["items"] = "array", item
		if f.Type == "createdBy" || f.Type == "updatedBy" {
			out = ref()
		}
		if field.HoldsFiles(f) && input {
			out["items"] = ref()
		}
	case "cascader", "location", "address", "geometry", field.Secret:
		out = objectSchema(f.Type, input)
	case "json", "lookup", "rollup", "formula":
	default:
		out["type"] = "string"
	}
	out["title"] = f.Name
	if f.Description != "" {
		out["description"] = f.Description
	}
	return out
}

const amountPattern = `^-?[0-9]+(\.[0-9]+)?$`

// amountSchema describes decimals, and amounts of one currency or of several.
func amountSchema(f *schema.Field) object {
	if !field.IsMoney(f) {
		return object{"type": "string", "pattern": amountPattern}
	}
	return object{"type": "object", "properties": object{
		"amount":   object{"type": "string", "pattern": amountPattern},
		"currency": object{"type": "string", "enum": f.Options.Currencies},
	}, "required": []string{"amount"}}
}

// objectSchema describes the values that are objects of their own kind.
func objectSchema(typ string, input bool) object {
	switch typ {
	case "cascader":
		if input {
			return object{"type": "string", "description": "the id of a node, or its path of names joined by /"}
		}
		return object{"type": "object", "properties": object{
			"id": object{"type": "string"}, "name": object{"type": "string"}, "path": object{"type": "array", "items": object{"type": "string"}},
		}}
	case "location":
		return object{"type": "object", "properties": object{
			"lat": object{"type": "number"}, "lng": object{"type": "number"}, "label": object{"type": "string"},
		}, "required": []string{"lat", "lng"}}
	case "address":
		return object{"type": "object", "properties": object{
			"region": object{"type": "string"}, "street": object{"type": "string"}, "postcode": object{"type": "string"}, "text": object{"type": "string"},
		}}
	case field.Secret:
		return secretSchema(input)
	case "geometry":
		return object{"type": "object", "description": "a GeoJSON geometry"}
	}
	return object{}
}

func choiceSchema(f *schema.Field, input bool) object {
	names := []string{}
	for _, ch := range f.Options.Choices {
		if !ch.Deleted {
			names = append(names, ch.Name)
		}
	}
	item := object{"type": "string"}
	if len(names) > 0 {
		item["examples"] = names
	}
	if !input {
		item = object{"type": "object", "properties": object{
			"id": object{"type": "string"}, "name": item, "color": object{"type": "string"},
		}}
	}
	if f.Type == "multiSelect" {
		return object{"type": "array", "items": item}
	}
	return item
}

// entityPaths describes the record routes for one entity.
func entityPaths(paths object, all []Route, e *schema.Entity, name string) {
	ent := schema.FormatID(schema.PrefixEntity, e.ID)
	for i := range all {
		r := &all[i]
		if !strings.HasPrefix(r.Path, "/entities/{ent}/records") {
			continue
		}
		path := strings.Replace(r.Path, "{ent}", ent, 1)
		op := operation(r)
		op["operationId"] = name + "_" + operationID(r)
		op["tags"] = []string{e.Name}
		if params, ok := op["parameters"].([]object); ok {
			op["parameters"] = slices.DeleteFunc(params, func(p object) bool { return p["name"] == "ent" })
		}
		typed(op, r, name)
		item, ok := paths[path].(object)
		if !ok {
			item = object{}
			paths[path] = item
		}
		item[strings.ToLower(r.Method)] = op
	}
}

// typed puts the entity's own schemas into an operation.
func typed(op object, r *Route, name string) {
	one := object{"$ref": "#/components/schemas/" + name}
	input := object{"$ref": "#/components/schemas/" + name + "Input"}
	media := func(s object) object { return object{"application/json": object{"schema": s}} }
	many := object{"type": "object", "properties": object{
		"records": object{"type": "array", "items": one}, "nextCursor": object{"type": "string"}, "count": object{"type": "integer"},
	}}
	answer := func(s object) {
		res, _ := op["responses"].(object)
		for k := range res {
			if k != "default" {
				res[k] = object{"description": "Done", "content": media(s)}
			}
		}
	}
	const all, rec = "/entities/{ent}/records", "/entities/{ent}/records/{rec}"
	switch r.Method + " " + r.Path {
	case "GET " + all, "POST " + all + "/query":
		answer(many)
	case "GET " + rec, "POST " + rec + "/restore":
		answer(one)
	case "PATCH " + rec:
		op["requestBody"] = object{"required": true, "content": media(input)}
		answer(one)
	case "POST " + all:
		op["requestBody"] = object{"required": true, "content": media(object{"anyOf": []object{
			input, {"type": "object", "properties": object{
				"records":  object{"type": "array", "maxItems": mostLimit, "items": input},
				"typecast": object{"type": "boolean"}, "upsertOn": object{"type": "array", "items": object{"type": "string"}},
			}},
		}})}
		answer(object{"anyOf": []object{one, many}})
	}
}

func deref(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}
