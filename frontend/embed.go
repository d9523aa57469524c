// Package frontend carries the built pages inside the program. It knows
// nothing of HTTP.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist returns the files of the last web build, index.html at the root. Before
// the first build it holds a placeholder page alone.
func Dist() (fs.FS, error) { return fs.Sub(dist, "dist") }
