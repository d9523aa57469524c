package ingest

import (
	"context"
	"errors"
	"io"

	"tongban/runtime/access"
	"tongban/schema"
	"tongban/schema/fail"
)

const (
	previewRows = 20
	// previewUnpacked is how much of a workbook's sheet a preview unpacks.
	previewUnpacked = 64 << 20
)

// Preview reads the beginning of an uploaded file and says how an import would
// understand it.
func (s *Service) Preview(ctx context.Context, a access.Actor, ent schema.EntityID, src Source) (p *Preview, err error) {
	w, err := s.world(ctx, a, ent)
	if err != nil {
		return nil, err
	}
	d, err := openDocument(ctx, s.o.Files, a.Tenant, src)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	t, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	p = &Preview{Kind: d.kind, Rows: [][]string{}, Columns: []Column{}}
	if d.kind == XLSX {
		p.Sheets, p.Sheet = d.book.sheetNames(), src.Sheet
		if p.Sheet == "" {
			p.Sheet = p.Sheets[0]
		}
	} else {
		p.Encoding, p.Delimiter = d.text.encoding, string(d.text.delim)
	}
	if d.book != nil {
		d.book.budget = previewUnpacked
	}
	if p.Headers, err = readHeader(t); errors.Is(err, io.EOF) {
		return nil, refuse("noRows")
	}
	if err != nil {
		return nil, err
	}
	profiles, err := p.look(t)
	if err != nil {
		return nil, err
	}
	p.suggest(profiles, w)
	return p, nil
}

// look reads the first rows.
func (p *Preview) look(t table) ([]*profile, error) {
	profiles := make([]*profile, len(p.Headers))
	for i := range profiles {
		profiles[i] = newProfile()
	}
	for n := range lookAt {
		r, err := t.next()
		switch {
		case errors.Is(err, io.EOF), n > 0 && fail.Of(err) != nil: // the import will say what is wrong further down
			return profiles, nil //nolint:nilerr // see above
		case err != nil:
			return nil, err
		}
		for i, c := range r.cells {
			if i < len(profiles) {
				profiles[i].add(c)
			}
		}
		if n < previewRows {
			p.Rows = append(p.Rows, shownCells(r, len(p.Headers)))
		}
	}
	return profiles, nil
}

func shownCells(r row, columns int) []string {
	out := make([]string, columns)
	for i, c := range r.cells {
		if i < columns {
			out[i] = cutText(display(c), 200)
		}
	}
	return out
}

func (p *Preview) suggest(profiles []*profile, w *world) {
	to, score := match(p.Headers, w.matchable(), suggested)
	for i, h := range p.Headers {
		col := Column{Header: h, Type: profiles[i].guess(), Fit: 1, Samples: []string{}}
		if f := to[i]; f != nil {
			col.Field, col.Confidence, col.Fit = f.Key, score[i], profiles[i].fit(f, w.env)
			if score[i] < sure {
				col.Confidence = score[i] * (0.5 + col.Fit/2)
			}
		}
		for _, s := range profiles[i].order {
			if len(col.Samples) < keepSamples {
				col.Samples = append(col.Samples, cutText(s, 80))
			}
		}
		p.Columns = append(p.Columns, col)
	}
}
