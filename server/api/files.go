package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongban/runtime/file"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

const uploadBody = file.MaxSize + mB

func fileRoutes() []Route {
	return []Route{
		{Method: "POST", Path: "/files", Need: Signed, Body: uploadBody, Multipart: true, Status: 201, Summary: "Upload a file, to be put into an attachment field", Handle: get(upload), Out: fileJSON{}},
		{Method: "GET", Path: "/files/{fil}", Need: Signed, Query: []string{"entity", "record", "download"}, Summary: "Get a file's bytes", Handle: get(download)},
		{Method: "GET", Path: "/files/{fil}/thumb", Need: Signed, Query: []string{"entity", "record", "size"}, Summary: "Get a smaller picture of an image", Handle: get(thumb)},
	}
}

type fileJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

// parts streams the parts of a multipart body, within the route's limit.
func (c *call) parts() (*multipart.Reader, error) {
	req := &c.f.Context().Request
	if size := int64(req.Header.ContentLength()); size > c.route.Body {
		return nil, tooLarge(c.route.Body)
	}
	kind, params, err := mime.ParseMediaType(c.f.Get(fiber.HeaderContentType))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, fail.New(fail.Malformed, "request.contentType").With("want", "multipart/form-data")
	}
	r := req.BodyStream()
	if r == nil {
		return nil, fail.New(fail.Invalid, "file.missing").On("file")
	}
	return multipart.NewReader(&bounded{r, c.route.Body}, params["boundary"]), nil
}

// bounded fails where a body of unknown length goes on past its limit.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fail.New(fail.TooLarge, "request.tooLarge").With("max", uploadBody)
	}
	return n, err
}

// cut is what a broken multipart body means.
func cut(err error) error {
	if fail.Of(err) != nil {
		return err
	}
	return fail.New(fail.Malformed, "request.cut").Because(err)
}

func upload(c *call) (any, error) {
	mr, err := c.parts()
	if err != nil {
		return nil, err
	}
	part, err := mr.NextPart()
	if errors.Is(err, io.EOF) {
		return nil, fail.New(fail.Invalid, "file.missing").On("file")
	}
	if err != nil {
		return nil, cut(err)
	}
	if part.FormName() != "file" {
		return nil, fail.New(fail.Invalid, "json.unknownField").On(short(part.FormName()))
	}
	f, err := c.s.Files.Save(c.ctx(), c.actor(), part.FileName(), part)
	if err != nil {
		return nil, err
	}
	if _, err := mr.NextPart(); !errors.Is(err, io.EOF) {
		return nil, fail.New(fail.Invalid, "file.one").On("file")
	}
	return created{fileJSON{schema.FormatID(schema.PrefixFile, f.ID), f.Name, f.Size, f.Type, file.URL(f.ID)}}, nil
}

// readableFile finds the file that the address names, if the caller may read it.
func (c *call) readableFile() (*file.Info, error) {
	id, err := idOf[schema.FileID](c, "fil", schema.PrefixFile)
	if err != nil {
		return nil, err
	}
	f, err := c.s.Files.Info(c.ctx(), c.actor().Tenant, id)
	if err != nil {
		return nil, err
	}
	return f, c.mayRead(f)
}

func download(c *call) (any, error) {
	f, err := c.readableFile()
	if err != nil {
		return nil, err
	}
	return c.whole(f)
}

// whole sends a file's bytes.
func (c *call) whole(f *file.Info) (any, error) {
	r, err := c.s.Files.Open(c.ctx(), c.actor().Tenant, f)
	if err != nil {
		return nil, err
	}
	h := &c.f.Response().Header
	disposition, kind := "attachment", "application/octet-stream"
	if file.Inline(f.Type) {
		kind = f.Type
		if c.query("download") == "" {
			disposition = "inline"
		}
	}
	h.SetContentType(kind)
	h.Set(fiber.HeaderContentDisposition, mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set(fiber.HeaderCacheControl, "private, no-cache")
	h.Set(fiber.HeaderETag, strconv.Quote(f.Hash))
	if c.f.Get(fiber.HeaderIfNoneMatch) == strconv.Quote(f.Hash) {
		c.f.Status(fiber.StatusNotModified)
		return sent{}, r.Close()
	}
	c.f.Context().SetBodyStream(r, int(f.Size)) // closes r
	return sent{}, nil
}

// mayRead asks whether the caller uploaded the file, or may read a field that
// holds it in the record that the address names.
func (c *call) mayRead(f *file.Info) error {
	if f.By == c.actor().User {
		return nil
	}
	gone := fail.New(fail.NotFound, "file.notFound")
	ent, ok := schema.ParseID[schema.EntityID](schema.PrefixEntity, c.query("entity"))
	rec, ok2 := schema.ParseID[schema.RecordID](schema.PrefixRecord, c.query("record"))
	if !ok || !ok2 {
		return gone
	}
	row, err := c.s.Records.Get(c.ctx(), c.actor(), ent, rec)
	if err != nil {
		return gone.Because(err)
	}
	for _, fld := range row.Entity().Live() {
		if field.ShowsFiles(fld) && slices.Contains(field.Files(row.Value(fld)), f.ID) {
			return nil
		}
	}
	return gone
}
