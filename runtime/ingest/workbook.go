package ingest

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"tongban/schema/fail"
)

// workbook is an opened XLSX file. Its parts are streamed: only the shared
// texts and the formats are held in memory.
type workbook struct {
	zip      *zip.Reader
	sheets   []sheetRef
	strings  string // path of the part with the shared texts
	styles   string
	date1904 bool
	budget   int64 // bytes that may still be unpacked
}

type sheetRef struct{ name, path string }

// Limits of a workbook's insides.
const (
	maxParts   = 5000
	maxShared  = 96 << 20 // bytes of shared texts
	maxTexts   = 5_000_000
	maxSheets  = 500
	maxFormats = 70_000
)

// openWorkbook reads what the workbook holds and refuses one that unpacks to
// too much.
func openWorkbook(r io.ReaderAt, size int64) (*workbook, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, refuse("badWorkbook").Because(err)
	}
	w := &workbook{zip: z, budget: MaxUnpacked}
	if len(z.File) > maxParts {
		return nil, refuse("badWorkbook")
	}
	var total uint64
	for _, f := range z.File {
		total += f.UncompressedSize64
		if total > MaxUnpacked || f.UncompressedSize64 > MaxUnpacked {
			return nil, refuse("unpacksTooLarge").With("max", MaxUnpacked>>20)
		}
	}
	main, err := w.mainPart()
	if err != nil {
		return nil, badWorkbook(err)
	}
	if err := w.readMain(main); err != nil {
		return nil, badWorkbook(err)
	}
	if len(w.sheets) == 0 {
		return nil, refuse("badWorkbook")
	}
	return w, nil
}

// badWorkbook words what went wrong inside a workbook.
func badWorkbook(err error) error {
	if fail.Of(err) != nil || errors.Is(err, context.Canceled) || errors.Is(err, errStopped) {
		return err
	}
	return refuse("badWorkbook").Because(err)
}

// part opens one part; nothing unpacks beyond the budget.
func (w *workbook) part(name string) (io.ReadCloser, error) {
	for _, f := range w.zip.File {
		if strings.EqualFold(strings.ReplaceAll(f.Name, `\`, "/"), name) {
			rc, err := f.Open()
			if err != nil {
				return nil, err
			}
			return &budgeted{rc, w}, nil
		}
	}
	return nil, errNoPart
}

var errNoPart = errors.New("ingest: the workbook lacks a part")

type budgeted struct {
	io.ReadCloser
	w *workbook
}

func (b *budgeted) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.w.budget -= int64(n); b.w.budget < 0 {
		return 0, refuse("unpacksTooLarge").With("max", MaxUnpacked>>20)
	}
	return n, err
}

// each calls fn for every start of an element in a part.
func (w *workbook) each(name string, fn func(x *xmlScanner) error) (err error) {
	rc, err := w.part(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rc.Close()) }()
	x := newXML(rc)
	for {
		tok, err := x.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case tok == xmlStart:
			if err := fn(x); err != nil {
				return err
			}
		}
	}
}

// rels reads the relations of a part: id → type and path.
func (w *workbook) rels(of string) (map[string][2]string, error) {
	dir, file := path.Split(of)
	out := map[string][2]string{}
	err := w.each(path.Join(dir, "_rels", file+".rels"), func(x *xmlScanner) error {
		if x.name != "Relationship" || x.get("TargetMode") == "External" {
			return nil
		}
		target := x.get("Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		typ := x.get("Type")
		out[x.get("Id")] = [2]string{typ[strings.LastIndexByte(typ, '/')+1:], strings.TrimPrefix(path.Clean(target), "/")}
		return nil
	})
	return out, err
}

func (w *workbook) mainPart() (string, error) {
	rels, err := w.rels("")
	if err != nil {
		return "", err
	}
	for _, r := range rels {
		if r[0] == "officeDocument" {
			return r[1], nil
		}
	}
	return "", errNoPart
}

func (w *workbook) readMain(main string) error {
	rels, err := w.rels(main)
	if err != nil {
		return err
	}
	for _, r := range rels {
		switch r[0] {
		case "sharedStrings":
			w.strings = r[1]
		case "styles":
			w.styles = r[1]
		}
	}
	return w.each(main, func(x *xmlScanner) error {
		switch x.name {
		case "workbookPr":
			v := x.get("date1904")
			w.date1904 = v == "1" || v == "true"
		case "sheet":
			if r := rels[x.get("id")]; r[0] == "worksheet" && len(w.sheets) < maxSheets {
				w.sheets = append(w.sheets, sheetRef{x.get("name"), r[1]})
			}
		}
		return nil
	})
}

// sheetNames lists the sheets in order.
func (w *workbook) sheetNames() []string {
	out := make([]string, len(w.sheets))
	for i, s := range w.sheets {
		out[i] = s.name
	}
	return out
}

// open starts reading a sheet, the first one where none is named.
func (w *workbook) open(ctx context.Context, name string) (table, error) {
	w.budget = MaxUnpacked
	ref := w.sheets[0]
	if name != "" {
		found := false
		for _, s := range w.sheets {
			if s.name == name {
				ref, found = s, true
			}
		}
		if !found {
			return nil, fail.New(fail.Invalid, "import.noSheet").On("sheet").With("name", shownText(name))
		}
	}
	s := &sheet{book: w, ctx: ctx}
	var err error
	if s.formats, err = w.formats(); err != nil {
		return nil, badWorkbook(err)
	}
	if s.shared, err = w.shared(ctx); err != nil {
		return nil, badWorkbook(err)
	}
	if s.part, err = w.part(ref.path); err != nil {
		return nil, badWorkbook(err)
	}
	s.xml = newXML(s.part)
	return s, nil
}

// formats reads what each cell style makes of a number.
func (w *workbook) formats() ([]format, error) {
	if w.styles == "" {
		return nil, nil
	}
	codes := map[int]format{}
	var out []format
	inCells := false
	err := w.each(w.styles, func(x *xmlScanner) error {
		switch x.name {
		case "numFmt":
			if id, err := strconv.Atoi(x.get("numFmtId")); err == nil {
				codes[id] = classify(x.get("formatCode"))
			}
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs", "cellStyleXfs":
			inCells = false
		case "xf":
			if !inCells {
				return nil
			}
			if len(out) >= maxFormats {
				return errXML
			}
			id, err := strconv.Atoi(x.get("numFmtId"))
			if err != nil {
				id = 0
			}
			f, ok := codes[id]
			if !ok {
				f = builtinFormat(id)
			}
			out = append(out, f)
		}
		return nil
	})
	if errors.Is(err, errNoPart) {
		return nil, nil
	}
	return out, err
}

// sharedTexts keeps many texts in few pieces of memory.
type sharedTexts struct {
	blocks [][]byte
	places []place
	size   int
}

// place is where a text stands: in which block, from which byte, how long.
type place struct{ block, from, size uint32 }

const textBlock = 4 << 20

func (s *sharedTexts) add(text []byte) {
	last := len(s.blocks) - 1
	if last < 0 || cap(s.blocks[last])-len(s.blocks[last]) < len(text) {
		s.blocks = append(s.blocks, make([]byte, 0, max(textBlock, len(text))))
		last++
	}
	from := len(s.blocks[last])
	s.blocks[last] = append(s.blocks[last], text...)
	s.places = append(s.places, place{uint32(last), uint32(from), uint32(len(text))})
	s.size += len(text)
}

func (s *sharedTexts) get(i int) (string, bool) {
	if i < 0 || i >= len(s.places) {
		return "", false
	}
	p := s.places[i]
	return string(s.blocks[p.block][p.from : p.from+p.size]), true
}

// shared reads the texts that cells refer to. Phonetic guides are left out.
func (w *workbook) shared(ctx context.Context) (s *sharedTexts, err error) {
	s = &sharedTexts{}
	if w.strings == "" {
		return s, nil
	}
	rc, err := w.part(w.strings)
	if errors.Is(err, errNoPart) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rc.Close()) }()
	x := newXML(&ctxReader{ctx, rc})
	inText, phonetic := false, false
	var text []byte
	for {
		tok, err := x.next()
		switch {
		case errors.Is(err, io.EOF):
			return s, nil
		case err != nil:
			return nil, err
		}
		switch {
		case tok == xmlText && inText && !phonetic:
			text = append(text, x.text...)
		case tok != xmlText && x.name == "t":
			inText = tok == xmlStart
		case tok != xmlText && x.name == "rPh":
			phonetic = tok == xmlStart
		case tok == xmlEnd && x.name == "si":
			s.add(text)
			text = text[:0]
		}
		if s.size+len(text) > maxShared || len(s.places) > maxTexts {
			return nil, refuse("unpacksTooLarge").With("max", maxShared>>20)
		}
	}
}
