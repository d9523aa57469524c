package api

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
)

const (
	batchBody     = 32 * mB
	changeSetHead = "X-Change-Set"
)

func recordRoutes() []Route {
	keys := []string{"fieldKeys"}
	const all, one = "/entities/{ent}/records", "/entities/{ent}/records/{rec}"
	return []Route{
		{Method: "GET", Path: all, Need: Records, Query: []string{"view", "limit", "cursor", "sort", "filter", "fields", "search", "count", "fieldKeys"}, Summary: "List records", Handle: get(listRecords), Out: recordsJSON{}},
		{Method: "POST", Path: all + "/query", Need: Records, Query: keys, Body: mB, Reads: true, Idem: Never, Summary: "Query records", Handle: with(queryRecords), Out: recordsJSON{}},
		{Method: "POST", Path: all, Need: Records, Query: keys, Body: batchBody, Idem: Native, Status: 201, Summary: "Create one record, or up to 1,000 at once", Handle: with(createRecords), Out: recordJSON{}},
		{Method: "PATCH", Path: all, Need: Records, Query: keys, Body: batchBody, Idem: Native, Summary: "Change up to 1,000 records, all or none", Handle: with(patchRecords), Out: writtenJSON{}},
		{Method: "DELETE", Path: all, Need: Records, Body: mB, Idem: Native, Summary: "Put up to 1,000 records into the trash, all or none", Handle: with(deleteRecords), Out: deletedJSON{}},
		{Method: "GET", Path: one, Need: Records, Query: keys, Summary: "Get a record", Handle: get(getRecord), Out: recordJSON{}},
		{Method: "PATCH", Path: one, Need: Records, Query: keys, Body: batchBody, Idem: Native, Summary: "Change a record", Handle: with(patchRecord), Out: recordJSON{}},
		{Method: "DELETE", Path: one, Need: Records, Idem: Native, Status: 204, Summary: "Put a record into the trash", Handle: get(deleteRecord)},
		{Method: "POST", Path: one + "/restore", Need: Records, Query: keys, Body: smallest, Idem: Native, Summary: "Take a record out of the trash", Handle: with(restoreRecord), Out: recordJSON{}},
		{Method: "POST", Path: all + "/anchors", Need: Records, Body: mB, Reads: true, Idem: Never, Summary: "Cursors at every so-manyth record", Handle: with(anchors), Out: anchorsJSON{}},
		{Method: "POST", Path: all + "/aggregate", Need: Records, Body: mB, Reads: true, Idem: Never, Summary: "Figures over groups of records", Handle: with(aggregate), Out: aggJSON{}},
	}
}

// The types below describe answers that are written byte by byte.
type recordJSON struct {
	ID        string                     `json:"id"`
	Version   int64                      `json:"version"`
	CreatedAt string                     `json:"createdAt"`
	CreatedBy refJSON                    `json:"createdBy"`
	UpdatedAt string                     `json:"updatedAt"`
	UpdatedBy refJSON                    `json:"updatedBy"`
	Fields    map[string]json.RawMessage `json:"fields"`
	Can       struct {
		Write  bool              `json:"write"`
		Delete bool              `json:"delete"`
		Fields map[string]string `json:"fields,omitempty"`
	} `json:"can"`
}

type recordsJSON struct {
	Records    []recordJSON `json:"records"`
	NextCursor string       `json:"nextCursor,omitempty"`
	Count      *int64       `json:"count,omitempty"`
}

type writtenJSON struct {
	Records   []recordJSON `json:"records"`
	Created   int          `json:"created"`
	Updated   int          `json:"updated"`
	ChangeSet string       `json:"changeSet"`
}

type deletedJSON struct {
	Deleted   int    `json:"deleted"`
	ChangeSet string `json:"changeSet"`
}

func (c *call) keyMode() (record.KeyMode, error) {
	switch c.query("fieldKeys") {
	case "", "key":
		return record.ByKey, nil
	case "id":
		return record.ByID, nil
	case "name":
		return record.ByName, nil
	}
	return 0, fail.New(fail.Invalid, "choice.invalid").With("choices", "id, key, name").On("fieldKeys")
}

func (c *call) recordID() (schema.EntityID, schema.RecordID, error) {
	ent, err := c.entity()
	if err != nil {
		return 0, 0, err
	}
	rec, err := idOf[schema.RecordID](c, "rec", schema.PrefixRecord)
	return ent, rec, err
}

const rowSize = 1024 // a guess, for the first allocation

func (c *call) row(r *record.Row) (rawJSON, error) {
	by, err := c.keyMode()
	if err != nil {
		return nil, err
	}
	c.f.Set(fiber.HeaderETag, `"`+strconv.FormatInt(int64(r.Record.Version), 10)+`"`)
	return r.AppendJSON(make([]byte, 0, rowSize), by), nil
}

func appendRows(dst []byte, rows []*record.Row, by record.KeyMode) []byte {
	dst = append(dst, `{"records":[`...)
	for i, r := range rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = r.AppendJSON(dst, by)
	}
	return append(dst, ']')
}

func getRecord(c *call) (any, error) {
	ent, rec, err := c.recordID()
	if err != nil {
		return nil, err
	}
	r, err := c.s.Records.Get(c.ctx(), c.actor(), ent, rec)
	if err != nil {
		return nil, err
	}
	return c.row(r)
}

func listRecords(c *call) (any, error) {
	limit, err := c.limit()
	if err != nil {
		return nil, err
	}
	req := record.Request{Search: c.query("search"), Limit: limit, Cursor: c.query("cursor")}
	if v := c.query("filter"); v != "" {
		if req.Filter, err = checkedJSON(v, "filter"); err != nil {
			return nil, err
		}
	}
	if v := c.query("sort"); v != "" {
		for name := range strings.SplitSeq(v, ",") {
			name, desc := strings.CutPrefix(name, "-")
			req.Sort = append(req.Sort, record.SortKey{Field: name, Desc: desc})
		}
	}
	if v := c.query("fields"); v != "" {
		req.Fields = strings.Split(v, ",")
	}
	if req.View, err = refID[schema.ViewID](c.query("view"), schema.PrefixView, "view"); err != nil {
		return nil, err
	}
	switch c.query("count") {
	case "", "0", "false":
	case "1", "true":
		req.Count = true
	case "exact":
		req.ExactCount = true
	default:
		return nil, fail.New(fail.Invalid, "param.invalid").On("count")
	}
	return c.find(req)
}

type sortIn struct {
	Field string `json:"field" max:"400"`
	Dir   string `json:"dir" max:"10"`
}

type queryIn struct {
	Filter json.RawMessage `json:"filter"`
	Sort   []sortIn        `json:"sort" max:"20"`
	Fields []string        `json:"fields" max:"500"`
	Search string          `json:"search" max:"1000"`
	View   string          `json:"view" max:"40"`
	Limit  *int            `json:"limit"`
	Cursor string          `json:"cursor" max:"10000"`
	Count  json.RawMessage `json:"count"` // true, or "exact"
}

func queryRecords(c *call, in *queryIn) (any, error) {
	req, err := in.request()
	if err != nil {
		return nil, err
	}
	return c.find(req)
}

func (in *queryIn) request() (record.Request, error) {
	req := record.Request{
		Filter: notNull(in.Filter), Fields: in.Fields, Search: in.Search, Cursor: in.Cursor, Limit: defaultLimit,
	}
	switch string(notNull(in.Count)) {
	case "", "false":
	case "true":
		req.Count = true
	case `"exact"`:
		req.ExactCount = true
	default:
		return req, fail.New(fail.Invalid, "param.invalid").On("count")
	}
	if in.Limit != nil {
		if req.Limit = *in.Limit; req.Limit < 1 || req.Limit > mostLimit {
			return req, fail.New(fail.Invalid, "param.invalid").On("limit")
		}
	}
	for _, k := range in.Sort {
		desc, err := descending(k.Dir)
		if err != nil {
			return req, err
		}
		req.Sort = append(req.Sort, record.SortKey{Field: k.Field, Desc: desc})
	}
	var err error
	req.View, err = refID[schema.ViewID](in.View, schema.PrefixView, "view")
	return req, err
}

func (c *call) find(req record.Request) (any, error) {
	ent, err := c.entity()
	if err != nil {
		return nil, err
	}
	by, err := c.keyMode()
	if err != nil {
		return nil, err
	}
	rows, err := c.s.Records.Query(c.ctx(), c.actor(), ent, req)
	if err != nil {
		return nil, err
	}
	b := appendRows(make([]byte, 0, 64+rowSize*len(rows.Rows)), rows.Rows, by)
	if rows.Next != "" {
		b = append(b, `,"nextCursor":`...)
		b = strconv.AppendQuote(b, rows.Next)
	}
	if rows.Count != nil {
		b = append(b, `,"count":`...)
		b = strconv.AppendInt(b, *rows.Count, 10)
	}
	if rows.AtLeast {
		b = append(b, `,"countIsAtLeast":true`...)
	}
	return rawJSON(append(b, '}')), nil
}

type recordIn struct {
	ID      string         `json:"id" max:"40"`
	Fields  map[string]any `json:"fields" max:"1000"`
	Version int64          `json:"version"`
}

type newRecordIn struct {
	Fields map[string]any `json:"fields" max:"1000"`
}

type createRecordsIn struct {
	Fields   map[string]any `json:"fields" max:"1000"`
	Records  []newRecordIn  `json:"records" max:"1000"`
	Typecast bool           `json:"typecast"`
	UpsertOn []string       `json:"upsertOn" max:"10"`
}

// batch starts a batch with what every write has.
func (c *call) batch() (record.Batch, error) {
	ent, err := c.entity()
	if err != nil {
		return record.Batch{}, err
	}
	b := record.Batch{Actor: c.actor(), Entity: ent, Via: "api"}
	if c.cookie {
		b.Via = "ui"
	}
	if key := c.f.Get(headerIdem); key != "" {
		if err := checkIdemKey(key); err != nil {
			return b, err
		}
		b.IdempotencyKey = key
	}
	return b, nil
}

// write runs a batch and tells its change set.
func (c *call) write(b record.Batch) (*record.Result, error) {
	if _, err := c.keyMode(); err != nil { // before anything happens
		return nil, err
	}
	res, err := c.s.Records.Write(c.ctx(), b)
	if err != nil {
		return nil, c.conditional(err)
	}
	c.f.Set(changeSetHead, res.ChangeSet)
	if res.Replayed {
		c.f.Set(headerReplayed, "true")
	}
	return res, nil
}

// conditional turns the conflict of an If-Match request into 412.
func (c *call) conditional(err error) error {
	e := fail.Of(err)
	if c.ifMatch == 0 || e == nil || e.Kind != fail.Conflict || e.Current == nil {
		return err
	}
	out := fail.New(fail.Precondition, "request.version.changed")
	out.Current = e.Current
	return out.Because(err)
}

func createRecords(c *call, in *createRecordsIn) (any, error) {
	b, err := c.batch()
	if err != nil {
		return nil, err
	}
	b.Typecast, b.UpsertOn = in.Typecast, in.UpsertOn
	single := in.Records == nil
	if single {
		in.Records = []newRecordIn{{in.Fields}}
	} else if in.Fields != nil {
		return nil, fail.New(fail.Invalid, "record.oneOrMany").On("fields")
	}
	for i := range in.Records {
		b.Changes = append(b.Changes, record.Change{Op: "create", Fields: in.Records[i].Fields})
	}
	res, err := c.write(b)
	if err != nil {
		return nil, err
	}
	if single {
		v, err := c.row(res.Rows[0])
		return created{v}, err
	}
	v, err := c.written(res)
	return created{v}, err
}

func (c *call) written(res *record.Result) (rawJSON, error) {
	by, err := c.keyMode()
	if err != nil {
		return nil, err
	}
	b := appendRows(make([]byte, 0, 128+rowSize*len(res.Rows)), res.Rows, by)
	b = append(b, `,"created":`...)
	b = strconv.AppendInt(b, int64(res.Created), 10)
	b = append(b, `,"updated":`...)
	b = strconv.AppendInt(b, int64(res.Updated), 10)
	b = append(b, `,"changeSet":`...)
	b = strconv.AppendQuote(b, res.ChangeSet)
	return append(b, '}'), nil
}

type patchRecordIn struct {
	Fields   map[string]any `json:"fields" max:"1000"`
	Version  int64          `json:"version"`
	Typecast bool           `json:"typecast"`
}

func patchRecord(c *call, in *patchRecordIn) (any, error) {
	b, err := c.batch()
	if err != nil {
		return nil, err
	}
	_, rec, err := c.recordID()
	if err != nil {
		return nil, err
	}
	version, err := c.version(in.Version)
	if err != nil {
		return nil, err
	}
	b.Typecast = in.Typecast
	b.Changes = []record.Change{{Op: "update", ID: rec, Version: version, Fields: in.Fields}}
	res, err := c.write(b)
	if err != nil {
		return nil, err
	}
	return c.row(res.Rows[0])
}

// version is the one that If-Match or the body asks for; 0 for any.
func (c *call) version(inBody int64) (schema.Version, error) {
	if inBody < 0 {
		return 0, fail.New(fail.Invalid, "param.invalid").On("version")
	}
	h := c.f.Get(fiber.HeaderIfMatch)
	if h == "" || h == "*" {
		return schema.Version(inBody), nil
	}
	n, err := strconv.ParseInt(strings.Trim(h, `"`), 10, 64)
	if err != nil || n < 1 || h != `"`+strconv.FormatInt(n, 10)+`"` {
		return 0, fail.New(fail.Malformed, "request.version").On(fiber.HeaderIfMatch)
	}
	c.ifMatch = schema.Version(n)
	return c.ifMatch, nil
}

type patchRecordsIn struct {
	Records  []recordIn `json:"records" max:"1000"`
	Typecast bool       `json:"typecast"`
}

func patchRecords(c *call, in *patchRecordsIn) (any, error) {
	b, err := c.batch()
	if err != nil {
		return nil, err
	}
	b.Typecast = in.Typecast
	for i := range in.Records {
		r := &in.Records[i]
		id, ok := schema.ParseID[schema.RecordID](schema.PrefixRecord, r.ID)
		if !ok || r.Version < 0 {
			return nil, fail.New(fail.Invalid, "id.invalid").On("records." + strconv.Itoa(i) + ".id")
		}
		b.Changes = append(b.Changes, record.Change{Op: "update", ID: id, Version: schema.Version(r.Version), Fields: r.Fields})
	}
	res, err := c.write(b)
	if err != nil {
		return nil, err
	}
	return c.written(res)
}

type deletedIn struct {
	ID      string `json:"id" max:"40"`
	Version int64  `json:"version"`
}

type deleteRecordsIn struct {
	Records []deletedIn `json:"records" max:"1000"`
	IDs     []string    `json:"ids" max:"1000"`
}

func deleteRecords(c *call, in *deleteRecordsIn) (any, error) {
	b, err := c.batch()
	if err != nil {
		return nil, err
	}
	for _, id := range in.IDs {
		in.Records = append(in.Records, deletedIn{ID: id})
	}
	for i, r := range in.Records {
		id, ok := schema.ParseID[schema.RecordID](schema.PrefixRecord, r.ID)
		if !ok || r.Version < 0 {
			return nil, fail.New(fail.Invalid, "id.invalid").On("records." + strconv.Itoa(i) + ".id")
		}
		b.Changes = append(b.Changes, record.Change{Op: "trash", ID: id, Version: schema.Version(r.Version)})
	}
	res, err := c.write(b)
	if err != nil {
		return nil, err
	}
	return deletedJSON{Deleted: len(res.Rows), ChangeSet: res.ChangeSet}, nil
}

func deleteRecord(c *call) (any, error) {
	b, err := c.batch()
	if err != nil {
		return nil, err
	}
	_, rec, err := c.recordID()
	if err != nil {
		return nil, err
	}
	version, err := c.version(0)
	if err != nil {
		return nil, err
	}
	b.Changes = []record.Change{{Op: "trash", ID: rec, Version: version}}
	_, err = c.write(b)
	return noContent{}, err
}

func restoreRecord(c *call, _ *none) (any, error) {
	b, err := c.batch()
	if err != nil {
		return nil, err
	}
	_, rec, err := c.recordID()
	if err != nil {
		return nil, err
	}
	b.Via, b.Changes = "restore", []record.Change{{Op: "restore", ID: rec}}
	res, err := c.write(b)
	if err != nil {
		return nil, err
	}
	return c.row(res.Rows[0])
}
