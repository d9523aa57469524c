package ingest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
)

// report writes the file of refused rows: the original columns, and line,
// column and reason. It reads the source anew, so that rows need not be kept.
func (im *importer) report(ctx context.Context, d *document) error {
	if im.j.Listed == 0 || im.j.ErrorFile != 0 {
		return nil
	}
	name := strings.TrimSuffix(im.j.Job.FileName, path.Ext(im.j.Job.FileName)) + " - " + word(im.req.Locale, "errors") + ".csv"
	id, err := im.s.saveFile(ctx, im.w.actor, name, func(w io.Writer) error { return im.writeReport(ctx, d, w) })
	if err != nil {
		return err
	}
	im.j.ErrorFile = id
	return nil
}

// saveFile streams what write makes into a file.
func (s *Service) saveFile(ctx context.Context, a access.Actor, name string, write func(io.Writer) error) (schema.FileID, error) {
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := bufio.NewWriterSize(w, sampleSize)
		err := guarded(func() error { return write(buf) })
		if err == nil {
			err = buf.Flush()
		}
		w.CloseWithError(err)
	}()
	id, err := s.o.Files.Save(ctx, a, name, r)
	if cerr := r.CloseWithError(errStopped); cerr != nil && err == nil {
		err = cerr
	}
	<-done
	return id, err
}

func (im *importer) writeReport(ctx context.Context, d *document, w io.Writer) (err error) {
	t, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	headers, err := readHeader(t)
	if err != nil {
		return err
	}
	locale := im.req.Locale
	head := append(append([]string{}, headers...), word(locale, "line"), word(locale, "column"), word(locale, "reason"))
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	out := &csvWriter{w: w}
	if err := out.row(head); err != nil {
		return err
	}
	n := 0
	return im.s.refused(ctx, im.j, func(list []RowError) error {
		var r row
		for n < list[0].Row {
			if r, err = t.next(); err != nil {
				return err
			}
			n++
		}
		cells := make([]string, len(headers), len(head))
		for i, c := range r.cells {
			if i < len(headers) {
				cells[i] = display(c)
			}
		}
		return out.row(append(cells, strconv.Itoa(r.line), joined(list, func(e RowError) string { return e.Column }),
			joined(list, func(e RowError) string { return im.s.o.Say(locale, e.Code, e.Params) })))
	})
}

// joined lists what is said of one row, each thing once.
func joined(list []RowError, of func(RowError) string) string {
	var parts []string
	for i, e := range list {
		if s := of(e); s != "" && (i == 0 || s != of(list[i-1])) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "; ")
}

// refused calls fn with the errors of each refused row, in order.
func (s *Service) refused(ctx context.Context, j *job, fn func([]RowError) error) error {
	after, prefix := "", j.Job.ID+"/"
	for {
		var docs []store.Doc
		err := s.o.Engine.View(ctx, j.tenant, func(r store.Reader) error {
			var err error
			docs, err = r.Docs(ctx, docErrors, prefix, after, 50)
			return err
		})
		if err != nil {
			return fmt.Errorf("read refused rows: %w", err)
		}
		for _, doc := range docs {
			after = doc.Key
			var list []RowError
			if err := json.Unmarshal(doc.Body, &list); err != nil {
				return fmt.Errorf("read refused rows: %w", err)
			}
			for len(list) > 0 {
				n := 1
				for n < len(list) && list[n].Row == list[0].Row {
					n++
				}
				if err := fn(list[:n]); err != nil {
					return err
				}
				list = list[n:]
			}
		}
		if len(docs) < 50 {
			return nil
		}
	}
}
