package api

import (
	"encoding/json"
	"strconv"

	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
)

func logRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/entities/{ent}/records/{rec}/history", Need: Records, Query: []string{"before", "limit", "cursor"}, Summary: "A record's changes, newest first", Handle: get(history), Out: items[historyJSON]{}},
		{Method: "GET", Path: "/trash", Need: Signed, Query: []string{"entity", "app", "limit", "cursor", "fieldKeys"}, Summary: "Trashed records, the last one first", Handle: get(trash), Out: items[trashedJSON]{}},
		{Method: "POST", Path: "/undo", Need: Signed, Query: []string{"fieldKeys"}, Body: smallest, Summary: "Take back a change set", Handle: with(undo), Out: undoneJSON{}},
		{Method: "GET", Path: "/changes", Need: Signed, Query: []string{"after", "limit", "fieldKeys"}, Summary: "The change log after a position, as the caller may see it", Handle: get(changes), Out: changesJSON{}},
	}
}

// The types below describe answers that are written byte by byte.
type (
	historyJSON struct {
		Version   int64         `json:"version"`
		Op        string        `json:"op"`
		At        string        `json:"at"`
		By        refJSON       `json:"by"`
		Via       string        `json:"via"`
		ChangeSet string        `json:"changeSet"`
		Changes   []changedJSON `json:"changes"`
	}
	changedJSON struct {
		Field struct {
			ID   string `json:"id"`
			Key  string `json:"key"`
			Name string `json:"name"`
			Type string `json:"type"`
		} `json:"field"`
		Before json.RawMessage `json:"before"`
		After  json.RawMessage `json:"after"`
	}
	trashedJSON struct {
		Entity string     `json:"entity"`
		Record recordJSON `json:"record"`
	}
	skippedJSON struct {
		Entity string `json:"entity"`
		Record string `json:"record"`
		Field  string `json:"field,omitempty"`
		Code   string `json:"code"`
		Detail string `json:"detail"`
	}
	undoneJSON struct {
		Records   int           `json:"records"`
		ChangeSet string        `json:"changeSet"`
		Skipped   []skippedJSON `json:"skipped"`
	}
	changeJSON struct {
		Seq     int64       `json:"seq"`
		Kind    string      `json:"kind"`
		Entity  string      `json:"entity"`
		ID      string      `json:"id"`
		Version int64       `json:"version"`
		At      string      `json:"at"`
		By      *refJSON    `json:"by"`
		Via     string      `json:"via"`
		Changed []string    `json:"changed"`
		Record  *recordJSON `json:"record"`
	}
	changesJSON struct {
		Changes []changeJSON `json:"changes"`
		Seq     int64        `json:"seq"`
	}
)

func history(c *call) (any, error) {
	ent, rec, err := c.recordID()
	if err != nil {
		return nil, err
	}
	limit, err := c.limit()
	if err != nil {
		return nil, err
	}
	before, err := c.after("before")
	if err != nil {
		return nil, err
	}
	if c.query("cursor") != "" { // the version to go on below
		if before, err = c.after("cursor"); err != nil {
			return nil, fail.New(fail.Invalid, "cursor.invalid").On("cursor")
		}
	}
	all, err := c.s.Records.History(c.ctx(), c.actor(), ent, rec, schema.Version(before), limit+1)
	if err != nil {
		return nil, err
	}
	more := len(all) > limit
	all = all[:min(limit, len(all))]
	b := []byte(`{"items":[`)
	for i := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = all[i].AppendJSON(b)
	}
	b = append(b, ']')
	if more {
		b = append(b, `,"nextCursor":"`...)
		b = append(strconv.AppendInt(b, int64(all[limit-1].Change.Version), 10), '"')
	}
	return rawJSON(append(b, '}')), nil
}

func trash(c *call) (any, error) {
	limit, err := c.limit()
	if err != nil {
		return nil, err
	}
	by, err := c.keyMode()
	if err != nil {
		return nil, err
	}
	ent, err := refID[schema.EntityID](c.query("entity"), schema.PrefixEntity, "entity")
	if err != nil {
		return nil, err
	}
	app, err := refID[schema.AppID](c.query("app"), schema.PrefixApp, "app")
	if err != nil {
		return nil, err
	}
	var page *record.Rows
	if ent != 0 {
		page, err = c.s.Records.Trash(c.ctx(), c.actor(), ent, limit, c.query("cursor"))
	} else {
		page, err = c.s.Records.TrashAll(c.ctx(), c.actor(), app, limit, c.query("cursor"))
	}
	if err != nil {
		return nil, err
	}
	b := []byte(`{"items":[`)
	for i, r := range page.Rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"entity":"`+schema.FormatID(schema.PrefixEntity, r.Entity().ID)+`","record":`...)
		b = append(r.AppendJSON(b, by), '}')
	}
	b = append(b, ']')
	if page.Next != "" {
		b = append(b, `,"nextCursor":`...)
		b = strconv.AppendQuote(b, page.Next)
	}
	return rawJSON(append(b, '}')), nil
}

type undoIn struct {
	ChangeSet string `json:"changeSet" max:"100"`
}

func undo(c *call, in *undoIn) (any, error) {
	if in.ChangeSet == "" {
		return nil, fail.New(fail.Invalid, "text.empty").On("changeSet")
	}
	res, err := c.s.Records.Undo(c.ctx(), c.actor(), in.ChangeSet)
	if err != nil {
		return nil, err
	}
	out := undoneJSON{Records: len(res.Rows), ChangeSet: res.ChangeSet, Skipped: []skippedJSON{}}
	for _, s := range res.Skipped {
		out.Skipped = append(out.Skipped, skippedJSON{
			schema.FormatID(schema.PrefixEntity, s.Entity), schema.FormatID(schema.PrefixRecord, s.Record), s.Field, s.Code, c.say(s.Code),
		})
	}
	c.f.Set(changeSetHead, res.ChangeSet)
	return out, nil
}

func changes(c *call) (any, error) {
	limit, err := c.limit()
	if err != nil {
		return nil, err
	}
	if c.query("after") == "latest" {
		seq, err := c.s.Records.FeedEnd(c.ctx(), c.actor())
		return changesJSON{Changes: []changeJSON{}, Seq: int64(seq)}, err
	}
	after, err := c.after("after")
	if err != nil {
		return nil, err
	}
	by, err := c.keyMode()
	if err != nil {
		return nil, err
	}
	feed, err := c.s.Records.Feed(c.ctx(), c.actor(), schema.Seq(after), limit)
	if err != nil {
		return nil, err
	}
	return rawJSON(feed.AppendJSON(nil, by)), nil
}
