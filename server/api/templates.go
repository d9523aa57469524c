package api

import "tongban/runtime/install"

// Templates come as runtime/install describes them, in the caller's language.

func (c *call) templateLocale() string { return or(c.query("locale"), c.language()) }

func listTemplates(c *call) (any, error) {
	all, err := c.s.Templates.Templates(c.templateLocale())
	if err != nil {
		return nil, err
	}
	return paged(c, all, func(t *install.Info) string { return t.Key })
}

func getTemplate(c *call) (any, error) {
	return c.s.Templates.Template(c.param("key"), c.templateLocale())
}
