package api

import (
	"encoding/json"

	"tongban/runtime/record"
	"tongban/schema"
)

type anchorsIn struct {
	Filter json.RawMessage `json:"filter"`
	Sort   []sortIn        `json:"sort" max:"20"`
	Search string          `json:"search" max:"1000"`
	View   string          `json:"view" max:"40"`
	Every  int             `json:"every"`
}

type anchorsJSON struct {
	Count   int64    `json:"count"`
	Cursors []string `json:"cursors"`
}

// anchors answers cursors at every so-manyth record of a query.
func anchors(c *call, in *anchorsIn) (any, error) {
	ent, err := c.entity()
	if err != nil {
		return nil, err
	}
	req := record.Request{Filter: notNull(in.Filter), Search: in.Search}
	for _, k := range in.Sort {
		desc, err := descending(k.Dir)
		if err != nil {
			return nil, err
		}
		req.Sort = append(req.Sort, record.SortKey{Field: k.Field, Desc: desc})
	}
	if req.View, err = refID[schema.ViewID](in.View, schema.PrefixView, "view"); err != nil {
		return nil, err
	}
	found, err := c.s.Records.Anchors(c.ctx(), c.actor(), ent, req, in.Every)
	if err != nil {
		return nil, err
	}
	return anchorsJSON{Count: found.Count, Cursors: found.Cursors}, nil
}
