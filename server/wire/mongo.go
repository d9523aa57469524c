package wire

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/server/config"
)

func openMongo(_ context.Context, _ *config.Config, _ *slog.Logger, _ func() time.Time) (store.Engine, error) {
	return nil, errors.New("this build has no MongoDB engine")
}

func tenantInput(in schema.Tenant) catalog.TenantInput {
	return catalog.TenantInput{Name: in.Name, Locale: in.Locale, TimeZone: in.TimeZone}
}
