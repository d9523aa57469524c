package api

import (
	"encoding/json"

	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
)

type aggKeyIn struct {
	Field    string `json:"field" max:"400"`
	Bucket   string `json:"bucket" max:"20"`
	TimeZone string `json:"timeZone" max:"64"`
	Dir      string `json:"dir" max:"10"`
}

type metricIn struct {
	Op    string `json:"op" max:"40"`
	Field string `json:"field" max:"400"`
}

type aggIn struct {
	Filter  json.RawMessage `json:"filter"`
	Search  string          `json:"search" max:"1000"`
	View    string          `json:"view" max:"40"`
	GroupBy []aggKeyIn      `json:"groupBy" max:"3"`
	Metrics []metricIn      `json:"metrics" max:"100"`
	Limit   int             `json:"limit"`
	Cursor  string          `json:"cursor" max:"10000"`
}

type aggGroupJSON struct {
	Keys    []json.RawMessage `json:"keys"`
	Metrics []json.RawMessage `json:"metrics"`
}

type aggJSON struct {
	Groups     []aggGroupJSON `json:"groups"`
	Total      int            `json:"total"`
	NextCursor string         `json:"nextCursor,omitempty"`
}

func aggregate(c *call, in *aggIn) (any, error) {
	ent, err := c.entity()
	if err != nil {
		return nil, err
	}
	if in.Limit < 0 || in.Limit > mostLimit {
		return nil, fail.New(fail.Invalid, "param.invalid").On("limit")
	}
	req := record.AggRequest{Filter: notNull(in.Filter), Search: in.Search, Limit: in.Limit, Cursor: in.Cursor}
	if req.View, err = refID[schema.ViewID](in.View, schema.PrefixView, "view"); err != nil {
		return nil, err
	}
	for _, k := range in.GroupBy {
		desc, err := descending(k.Dir)
		if err != nil {
			return nil, err
		}
		req.GroupBy = append(req.GroupBy, record.AggKey{Field: k.Field, Bucket: k.Bucket, TimeZone: k.TimeZone, Desc: desc})
	}
	for _, m := range in.Metrics {
		req.Metrics = append(req.Metrics, record.Metric{Op: m.Op, Field: m.Field})
	}
	res, err := c.s.Records.Aggregate(c.ctx(), c.actor(), ent, req)
	if err != nil {
		return nil, err
	}
	out := aggJSON{Groups: make([]aggGroupJSON, len(res.Groups)), Total: res.Total, NextCursor: res.Next}
	for i, g := range res.Groups {
		out.Groups[i] = aggGroupJSON{Keys: orEmpty(g.Keys), Metrics: orEmpty(g.Metrics)}
	}
	return out, nil
}

func orEmpty(v []json.RawMessage) []json.RawMessage {
	if v == nil {
		return []json.RawMessage{}
	}
	return v
}
