package api

import "slices"

// routes is the whole table, in the order of the documents.
func routes() []Route {
	return slices.Concat(
		authRoutes(), memberRoutes(), roleRoutes(), tokenRoutes(), appRoutes(), entityRoutes(), viewRoutes(),
		recordRoutes(), secretRoutes(), explainRoutes(), formulaRoutes(), convertRoutes(), logRoutes(), commentRoutes(), fileRoutes(), importRoutes(), calendarRoutes(), docRoutes(),
	)
}
