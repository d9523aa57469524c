package api

import (
	"bytes"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongban/runtime/file"
	"tongban/schema/fail"
)

// thumb sends a smaller picture of an image; the image itself, where none can
// be made of it.
func thumb(c *call) (any, error) {
	wish, err := strconv.Atoi(c.query("size"))
	size := file.ThumbSize(wish)
	if c.query("size") == "" {
		size = file.ThumbSize(defaultThumb)
	} else if err != nil || wish < 1 || size == 0 {
		return nil, fail.New(fail.Invalid, "file.thumbSize").On("size").With("max", maxThumb)
	}
	f, err := c.readableFile()
	if err != nil {
		return nil, err
	}
	if !file.Inline(f.Type) {
		return nil, fail.New(fail.Invalid, "file.noThumb")
	}
	tag := strconv.Quote(f.Hash + "-" + strconv.Itoa(size))
	h := &c.f.Response().Header
	if c.f.Get(fiber.HeaderIfNoneMatch) == tag {
		setCached(c, tag)
		c.f.Status(fiber.StatusNotModified)
		return sent{}, nil
	}
	pic, ok, err := c.s.Files.Thumb(c.ctx(), c.actor().Tenant, f, size)
	if err != nil {
		return nil, err
	}
	if !ok {
		return c.whole(f)
	}
	kind := "image/jpeg"
	if bytes.HasPrefix(pic, []byte("\x89PNG")) {
		kind = "image/png"
	}
	setCached(c, tag)
	h.SetContentType(kind)
	h.Set(fiber.HeaderContentDisposition, "inline")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	c.f.Context().SetBody(pic)
	return sent{}, nil
}

const (
	defaultThumb = 320
	maxThumb     = 1024
)

// setCached lets the browser, and nobody else, keep what never changes.
func setCached(c *call, tag string) {
	h := &c.f.Response().Header
	h.Set(fiber.HeaderETag, tag)
	h.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
}
