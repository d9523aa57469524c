package api

// Templates come as runtime/install describes them, in the caller's language.

func (c *call) templateLocale() string { return or(c.query("locale"), c.language()) }

func listTemplates(c *call) (any, error) {
	all, err := c.s.Templates.Templates(c.templateLocale())
	if err != nil {
		return nil, err
	}
	return list(all), nil
}

func getTemplate(c *call) (any, error) {
	return c.s.Templates.Template(c.param("key"), c.templateLocale())
}
