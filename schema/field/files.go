package field

import (
	"slices"
	"strings"

	"tongban/schema"
)

// file is one uploaded file.
type file struct{ attachment }

func (file) Name() string { return "file" }

func (t file) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return oneFile(f, in, env)
}

func (t file) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	return oneFile(f, anyList(Split(s)), env)
}

// image is a list of pictures.
type image struct{ attachment }

func (image) Name() string { return "image" }

// signature is one picture of a handwritten name, drawn in the page.
type signature struct{ attachment }

func (signature) Name() string { return "signature" }

func (signature) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return oneFile(f, in, env)
}

func (signature) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	return oneFile(f, anyList(Split(s)), env)
}

func oneFile(f *schema.Field, in any, env *Env) (schema.Value, error) {
	v, err := attachment{}.Parse(f, in, env)
	if err == nil && len(Files(v)) > 1 {
		return nil, bad(f, "tooMany").With("max", 1)
	}
	return v, err
}

// HoldsFiles reports that a field's values are lists of files.
func HoldsFiles(f *schema.Field) bool {
	return slices.Contains([]string{"attachment", "file", "image", "signature"}, f.Type)
}

// ShowsFiles reports that a field's values are lists of files, its own or those
// of linked records.
func ShowsFiles(f *schema.Field) bool {
	shown, _, ok := Shown(f)
	return ok && HoldsFiles(shown)
}

// images are the media types of pictures that pages can show without risk.
var images = []string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif", "image/heic", "image/tiff"}

// TakesFile reports whether a field takes files of a media type.
func TakesFile(f *schema.Field, mediaType string) bool {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	switch f.Type {
	case "image":
		return slices.Contains(images, strings.TrimSpace(mediaType))
	case "signature":
		return strings.TrimSpace(mediaType) == "image/png"
	}
	return true
}
