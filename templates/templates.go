// Package templates holds app templates as data: one folder each with app.yaml
// and sample rows per language. It knows their form, not how they are installed.
package templates

import (
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed crm
var files embed.FS

// keys is the whole list of templates, in the order of the gallery.
var keys = []string{"crm"}

// Text is one text in all languages, by locale: "zh-CN", "en".
type Text map[string]string

// In returns the text in a locale, else in English.
func (t Text) In(locale string) string {
	if s, ok := t[locale]; ok {
		return s
	}
	return t["en"]
}

// Template is an app that can be installed.
type Template struct {
	Key         string   `yaml:"key"`
	Category    string   `yaml:"category"`
	Icon        string   `yaml:"icon"`
	Color       string   `yaml:"color"`
	Name        Text     `yaml:"name"`
	Description Text     `yaml:"description"`
	Entities    []Entity `yaml:"entities"`
	Roles       []Role   `yaml:"roles"`
}

// Entity is a table of a template. Its fields name each other, and other
// entities, by key.
type Entity struct {
	Key        string  `yaml:"key"`
	Name       Text    `yaml:"name"`
	RecordName Text    `yaml:"recordName"`
	Icon       string  `yaml:"icon"`
	Color      string  `yaml:"color"`
	Title      string  `yaml:"title"` // key of the field that names a record
	Fields     []Field `yaml:"fields"`
	Views      []View  `yaml:"views"`
}

// Field is a field of a template.
type Field struct {
	Key         string   `yaml:"key"`
	Name        Text     `yaml:"name"`
	Type        string   `yaml:"type"`
	Description Text     `yaml:"description"`
	Required    bool     `yaml:"required"`
	Unique      bool     `yaml:"unique"`
	Default     any      `yaml:"default"` // a value, or a Text where it depends on the language
	Choices     []Choice `yaml:"choices"`
	Options     Options  `yaml:"options"`
	Entity      string   `yaml:"entity"`  // link: key of the other entity
	Inverse     Inverse  `yaml:"inverse"` // link: the field on the other side
}

// Choice is an option of a select field; rows and filters name it by key.
type Choice struct {
	Key   string `yaml:"key"`
	Name  Text   `yaml:"name"`
	Color string `yaml:"color"`
}

// Options are the settings of a field, as in the API.
type Options struct {
	Scale    *int     `yaml:"scale"`
	Min      *float64 `yaml:"min"`
	Max      *float64 `yaml:"max"`
	Currency Text     `yaml:"currency"`
	Unit     string   `yaml:"unit"`
	Pattern  string   `yaml:"pattern"`
	Reset    string   `yaml:"reset"`
	Region   Text     `yaml:"region"`
	Many     bool     `yaml:"many"`
}

// Inverse names the field on the other side of a link.
type Inverse struct {
	Key  string `yaml:"key"`
	Name Text   `yaml:"name"`
}

// View is a view of a template. Filter is filter JSON in YAML form, with field
// keys and choice keys.
type View struct {
	Name   Text     `yaml:"name"`
	Type   string   `yaml:"type"`
	Filter any      `yaml:"filter"`
	Sort   []string `yaml:"sort"`  // keys, "-key" for descending
	Group  []string `yaml:"group"` // the same
	Fields []string `yaml:"fields"`
	Hidden []string `yaml:"hidden"`
	// Widths in px, and footer figures, by field key.
	Widths    map[string]int    `yaml:"widths"`
	Summaries map[string]string `yaml:"summaries"`
}

// Role is a custom role of a template.
type Role struct {
	Key         string  `yaml:"key"`
	Name        Text    `yaml:"name"`
	Description Text    `yaml:"description"`
	Grants      []Grant `yaml:"grants"`
}

// Grant is what a role may do with an entity. Acts are read, create, write,
// delete, export, comment.
type Grant struct {
	Entity string            `yaml:"entity"`
	Acts   []string          `yaml:"acts"`
	Scope  string            `yaml:"scope"`
	Owner  string            `yaml:"owner"` // key of the user field that says whose a record is
	Fields map[string]string `yaml:"fields"`
}

// Row is a sample record: field key → text, as a CSV cell would hold it. "#"
// names the row, for the link cells of others. Times may be relative to the
// day of installation: "+3d", "-2d 10:30".
type Row map[string]string

// All returns every template. An error is a mistake in the program.
func All() ([]Template, error) {
	out := make([]Template, 0, len(keys))
	for _, k := range keys {
		t, err := Get(k)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// Get returns one template; fs.ErrNotExist for a key that is not in the list.
func Get(key string) (Template, error) {
	var t Template
	if !known(key) {
		return t, fs.ErrNotExist
	}
	b, err := files.ReadFile(key + "/app.yaml")
	if err != nil {
		return t, err
	}
	d := yaml.NewDecoder(strings.NewReader(string(b)))
	d.KnownFields(true)
	if err := d.Decode(&t); err != nil {
		return t, fmt.Errorf("template %s: %w", key, err)
	}
	return t, nil
}

func known(key string) bool {
	return slices.Contains(keys, key)
}

// Samples returns the sample rows of one entity in a language; none is no error.
func Samples(key, entity, locale string) ([]Row, error) {
	if locale != "zh-CN" {
		locale = "en"
	}
	f, err := files.Open(key + "/" + entity + "." + locale + ".csv")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("samples of %s/%s: %w", key, entity, err)
	}
	rows := make([]Row, 0, len(lines))
	for _, line := range lines[1:] {
		row := Row{}
		for i, cell := range line {
			if cell != "" {
				row[lines[0][i]] = cell
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}
