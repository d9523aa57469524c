package catalog

import (
	"encoding/json"
	"fmt"
	"strconv"

	"tongban/runtime/store"
	"tongban/schema"
)

// tenantKey is the key of a tenant's own document in its own storage.
const tenantKey = "self"

func appKey(id schema.AppID) string       { return schema.FormatID(schema.PrefixApp, id) }
func entityKey(id schema.EntityID) string { return schema.FormatID(schema.PrefixEntity, id) }
func viewKey(id schema.ViewID) string     { return schema.FormatID(schema.PrefixView, id) }
func roleKey(id schema.RoleID) string     { return schema.FormatID(schema.PrefixRole, id) }
func memberKey(id schema.UserID) string   { return schema.FormatID(schema.PrefixUser, id) }
func deptKey(id schema.DeptID) string     { return schema.FormatID(schema.PrefixDept, id) }

// put is a logged write of a document; version 0 makes it.
func put(kind, key string, version schema.Version, body any) (store.DocOp, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return store.DocOp{}, fmt.Errorf("write %s %s: %w", kind, key, err)
	}
	return store.DocOp{Kind: kind, Key: key, IfVersion: version, Body: b, Log: true}, nil
}

func remove(kind, key string, version schema.Version) store.DocOp {
	return store.DocOp{Kind: kind, Key: key, IfVersion: version, Log: true}
}

// raisePolicy makes compiled rights that were kept useless.
func raisePolicy(s *Snapshot) store.DocOp {
	body := []byte(strconv.FormatInt(s.PolicyVersion+1, 10))
	return store.DocOp{Kind: kindPolicy, Key: kindPolicy, IfVersion: -1, Body: body, Log: true}
}

// clone copies a document deeply, so that a snapshot's own is left alone.
func clone[T any](v *T) (*T, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("copy a document: %w", err)
	}
	out := new(T)
	if err := json.Unmarshal(b, out); err != nil {
		return nil, fmt.Errorf("copy a document: %w", err)
	}
	return out, nil
}

// edited is an entity that is being changed, and the document it came from.
type edited struct {
	*schema.Entity
	version schema.Version
}

func edit(e *schema.Entity) (edited, error) {
	c, err := clone(e)
	if err != nil {
		return edited{}, err
	}
	c.Rev++
	return edited{Entity: c, version: e.Version}, nil
}

func (e edited) doc() (store.DocOp, error) {
	return put(KindEntity, entityKey(e.ID), e.version, e.Entity)
}

func docsOf(entities ...edited) ([]store.DocOp, error) {
	out := make([]store.DocOp, 0, len(entities))
	for _, e := range entities {
		op, err := e.doc()
		if err != nil {
			return nil, err
		}
		out = append(out, op)
	}
	return out, nil
}
