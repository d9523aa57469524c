package ingest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"tongban/schema/fail"
)

// textKind is how a text file is to be read.
type textKind struct {
	encoding string // WHATWG label
	bom      int    // bytes to skip
	delim    byte
	sepLine  bool // the first line says sep=
}

const sampleSize = 64 << 10

// detectText finds encoding and delimiter. The whole file is looked at: a text
// of mostly ASCII may show its encoding late.
func detectText(ctx context.Context, r io.ReadSeeker, src Source) (textKind, error) {
	var k textKind
	head, err := readHead(r)
	if err != nil {
		return k, err
	}
	k.encoding, k.bom = byMark(head)
	switch {
	case src.Encoding != "":
		name, err := encodingName(src.Encoding)
		if err != nil {
			return k, err
		}
		if k.encoding != name {
			k.bom = 0
		}
		k.encoding = name
	case k.encoding == "":
		if k.encoding, err = guessEncoding(ctx, r, head); err != nil {
			return k, err
		}
	}
	return k.withDelimiter(ctx, r, src.Delimiter)
}

func encodingName(given string) (string, error) {
	enc, err := htmlindex.Get(given)
	if err != nil {
		return "", fail.New(fail.Invalid, "import.unknownEncoding").On("encoding")
	}
	name, err := htmlindex.Name(enc)
	if err != nil {
		return "", fail.New(fail.Invalid, "import.unknownEncoding").On("encoding")
	}
	return name, nil
}

func readHead(r io.ReadSeeker) ([]byte, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	head := make([]byte, sampleSize)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return head[:n], nil
}

// byMark reads a byte order mark.
func byMark(head []byte) (name string, size int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		return "utf-8", 3
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		return "utf-16le", 2
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return "utf-16be", 2
	}
	return "", 0
}

// guessEncoding tries UTF-8, UTF-16 without a mark, GB18030 and Big5, in this
// order, and takes the first that fits all of the file; else Windows-1252,
// which fits everything.
func guessEncoding(ctx context.Context, r io.ReadSeeker, head []byte) (string, error) {
	if bytes.IndexByte(head, 0) >= 0 {
		even, odd := 0, 0
		for i, c := range head {
			switch {
			case c != 0:
			case i%2 == 0:
				even++
			default:
				odd++
			}
		}
		switch quarter := len(head) / 4; {
		case odd > quarter && even == 0:
			return "utf-16le", nil
		case even > quarter && odd == 0:
			return "utf-16be", nil
		}
		return "", refuse("notText")
	}
	for _, name := range []string{"utf-8", "gb18030", "big5"} {
		fits, err := fitsEncoding(ctx, r, name)
		if err != nil {
			return "", err
		}
		if fits {
			return name, nil
		}
	}
	return "windows-1252", nil
}

// fitsEncoding reads the whole file and looks for bytes that make no character.
func fitsEncoding(ctx context.Context, r io.ReadSeeker, name string) (bool, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	var in io.Reader = &ctxReader{ctx, r}
	if name != "utf-8" {
		in = transform.NewReader(in, decoder(name))
	}
	buf := make([]byte, sampleSize)
	kept := 0
	for {
		n, err := io.ReadFull(in, buf[kept:])
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return false, err
		}
		b := buf[:kept+n]
		whole := len(b)
		if !end { // a character may be cut at the end
			for whole > 0 && len(b)-whole < utf8.UTFMax && !utf8.RuneStart(b[whole-1]) {
				whole--
			}
			whole = max(whole-1, 0)
		}
		if !utf8.Valid(b[:whole]) || name != "utf-8" && bytes.Contains(b[:whole], []byte("\uFFFD")) {
			return false, nil
		}
		if end {
			return true, nil
		}
		kept = copy(buf, b[whole:])
	}
}

// decoder returns what turns an encoding into UTF-8.
func decoder(name string) transform.Transformer {
	switch name {
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	case "gbk", "gb18030", "gb2312":
		return simplifiedchinese.GB18030.NewDecoder()
	}
	enc, err := htmlindex.Get(name)
	if err != nil {
		enc = encoding.Nop
	}
	return enc.NewDecoder()
}

// reader gives the file as UTF-8, from behind its mark.
func (k textKind) reader(ctx context.Context, r io.ReadSeeker) io.Reader {
	if _, err := r.Seek(int64(k.bom), io.SeekStart); err != nil {
		return &failingReader{err}
	}
	var in io.Reader = &ctxReader{ctx, r}
	if k.encoding == "utf-8" {
		return in
	}
	return transform.NewReader(in, decoder(k.encoding))
}

type failingReader struct{ err error }

func (f *failingReader) Read([]byte) (int, error) { return 0, f.err }

// delimiters are those that are looked for; earlier ones win a tie.
const delimiters = ",\t;|"

// withDelimiter takes the delimiter that is given, that a first line sep=
// names, or that cuts the first rows most evenly.
func (k textKind) withDelimiter(ctx context.Context, r io.ReadSeeker, given string) (textKind, error) {
	sample := make([]byte, sampleSize)
	n, err := io.ReadFull(k.reader(ctx, r), sample)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return k, err
	}
	cut := err == nil
	text := string(sample[:n])
	if strings.IndexByte(text, 0) >= 0 {
		return k, refuse("notText")
	}
	if rest, ok := strings.CutPrefix(text, "sep="); ok && rest != "" {
		if after := rest[1:]; after == "" || after[0] == '\n' || after[0] == '\r' {
			k.sepLine, k.delim = true, rest[0]
		}
	}
	switch {
	case given != "":
		k.delim, err = delimiterOf(given)
		return k, err
	case !k.sepLine:
		k.delim = sniff(text, cut)
	}
	return k, nil
}

func delimiterOf(given string) (byte, error) {
	if given == "tab" {
		return '\t', nil
	}
	if len(given) != 1 || strings.IndexByte(delimiters, given[0]) < 0 {
		return 0, fail.New(fail.Invalid, "import.badDelimiter").On("delimiter")
	}
	return given[0], nil
}

// sniff scores each delimiter by how evenly it cuts the first hundred rows. One
// that neither the first row nor half of all hold is a letter of a text.
func sniff(sample string, cut bool) byte {
	best, bestScore := byte(','), 0.0
	for i := range len(delimiters) {
		counts, rows, first := map[int]int{}, 0, 0
		r := newCSV(strings.NewReader(sample), delimiters[i])
		for rows < 100 {
			cells, err := r.record()
			if err != nil || cut && r.atEnd() {
				break
			}
			counts[len(cells)]++
			if rows++; rows == 1 {
				first = len(cells)
			}
		}
		for columns, n := range counts {
			share := float64(n) / float64(rows)
			score := share * share * (1 + float64(min(columns, 30))/100)
			if columns > 1 && (first > 1 || share >= 0.5) && score > bestScore {
				best, bestScore = delimiters[i], score
			}
		}
	}
	return best
}
