// Package frontend carries the built pages inside the program. It knows
// nothing of HTTP.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist*
var built embed.FS

// Dist returns the files of the last web build, index.html at the root; before
// the first build, a placeholder page alone.
func Dist() (fs.FS, error) {
	if _, err := fs.Stat(built, "dist/index.html"); err == nil {
		return fs.Sub(built, "dist")
	}
	return fs.Sub(built, "dist.placeholder")
}
