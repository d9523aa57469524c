package api

import (
	"context"

	"tongban/runtime/access"
	"tongban/schema"
	"tongban/schema/fail"
)

// Templates is what this package needs of the app templates.
type Templates interface {
	List(locale string) []Template
	// Install makes an app of a template. An unknown key is fail.NotFound.
	Install(ctx context.Context, a access.Actor, in Install) (schema.AppID, error)
}

// Install says which template is wanted, and how.
type Install struct {
	Key, Name, Locale string
	SampleData        bool
}

// Template describes a template in one language.
type Template struct {
	Key         string           `json:"key"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Category    string           `json:"category"`
	Icon        string           `json:"icon"`
	Color       string           `json:"color"`
	Entities    []TemplateEntity `json:"entities"`
}

// TemplateEntity is one entity of a template.
type TemplateEntity struct {
	Key    string          `json:"key"`
	Name   string          `json:"name"`
	Icon   string          `json:"icon,omitempty"`
	Color  string          `json:"color,omitempty"`
	Fields []TemplateField `json:"fields"`
}

// TemplateField is one field of a template's entity.
type TemplateField struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Type string `json:"type"`
}

func (c *call) templates() []Template {
	if c.s.Templates == nil {
		return nil
	}
	return c.s.Templates.List(or(c.query("locale"), c.lang))
}

func listTemplates(c *call) (any, error) { return list(c.templates()), nil }

func getTemplate(c *call) (any, error) {
	for _, t := range c.templates() {
		if t.Key == c.param("key") {
			return t, nil
		}
	}
	return nil, fail.New(fail.NotFound, "template.notFound")
}
