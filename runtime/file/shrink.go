package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif" // the formats that are made smaller
	"image/jpeg"
	"image/png"
)

// What a picture may hold, in pixels, so that decoding takes less than 200 MB:
// a progressive JPEG is kept as coefficients until its end.
const (
	maxBaseline    = 60_000_000
	maxProgressive = 16_000_000
	maxOther       = 24_000_000
	thumbQuality   = 82
)

var errNoThumb = errors.New("file: no smaller picture can be made")

// shrink makes a picture that fits into a square of a size, upright as its EXIF
// says; errNoThumb where it is no picture that can be read within bounds.
func shrink(src []byte, size int) ([]byte, error) {
	conf, format, err := image.DecodeConfig(bytes.NewReader(src))
	if err != nil {
		return nil, errors.Join(errNoThumb, err)
	}
	turn, most := 1, maxOther
	if format == "jpeg" {
		var progressive bool
		turn, progressive = scanJPEG(src)
		if most = maxBaseline; progressive {
			most = maxProgressive
		}
	}
	if conf.Width <= 0 || conf.Height <= 0 || conf.Width > most/conf.Height {
		return nil, errNoThumb
	}
	img, _, err := image.Decode(bytes.NewReader(src))
	if err != nil {
		return nil, errors.Join(errNoThumb, err)
	}
	small := upright(scaled(img, size), turn)
	var out bytes.Buffer
	if small.Opaque() {
		err = jpeg.Encode(&out, small, &jpeg.Options{Quality: thumbQuality})
	} else {
		err = png.Encode(&out, small)
	}
	if err != nil {
		return nil, fmt.Errorf("write a picture: %w", err)
	}
	return out.Bytes(), nil
}

// scaled averages the pixels, a strip of rows at a time; it makes nothing larger.
func scaled(img image.Image, size int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	tw, th := w, h
	if long := max(w, h); long > size {
		tw, th = max(1, w*size/long), max(1, h*size/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, tw, th))
	strip := image.NewRGBA(image.Rect(0, 0, w, (h+th-1)/th))
	for y := range th {
		from, to := y*h/th, (y+1)*h/th
		rows := image.Rect(0, 0, w, to-from)
		draw.Draw(strip, rows, img, image.Pt(b.Min.X, b.Min.Y+from), draw.Src)
		for x := range tw {
			average(out.Pix[out.PixOffset(x, y):], strip, image.Rect(x*w/tw, 0, (x+1)*w/tw, rows.Max.Y))
		}
	}
	return out
}

func average(dst []byte, img *image.RGBA, r image.Rectangle) {
	var sum [4]int
	for y := range r.Max.Y {
		row := img.Pix[img.PixOffset(r.Min.X, y):img.PixOffset(r.Max.X, y)]
		for i := 0; i+3 < len(row); i += 4 {
			sum[0] += int(row[i])
			sum[1] += int(row[i+1])
			sum[2] += int(row[i+2])
			sum[3] += int(row[i+3])
		}
	}
	n := r.Dx() * r.Dy()
	for i, s := range sum {
		dst[i] = byte((s + n/2) / n)
	}
}

// upright turns and mirrors a picture as an EXIF orientation (1 to 8) says.
func upright(img *image.RGBA, turn int) *image.RGBA {
	if turn <= 1 || turn > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	tw, th := w, h
	if turn >= 5 {
		tw, th = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, tw, th))
	for y := range th {
		for x := range tw {
			sx, sy := x, y
			switch turn {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			default:
				sx, sy = w-1-y, x
			}
			copy(out.Pix[out.PixOffset(x, y):][:4], img.Pix[img.PixOffset(sx, sy):])
		}
	}
	return out
}

// scanJPEG reads the segments before the picture: its orientation, 1 where none
// is given, and whether it is progressive.
func scanJPEG(b []byte) (turn int, progressive bool) {
	turn = 1
	for i := 2; i+4 <= len(b) && b[i] == 0xff; {
		marker, n := b[i+1], int(binary.BigEndian.Uint16(b[i+2:]))
		if marker == 0xff { // padding
			i++
			continue
		}
		if marker == 0xda || n < 2 || i+2+n > len(b) {
			break
		}
		body := b[i+4 : i+2+n]
		switch {
		case marker == 0xc2:
			progressive = true
		case marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
			turn = orientation(body[6:])
		}
		i += 2 + n
	}
	return turn, progressive
}

// orientation finds the tag 0x112 in the first directory of a TIFF header.
func orientation(b []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(b, []byte("II")) {
		order = binary.LittleEndian
	}
	const head, entry = 8, 12
	if len(b) < head {
		return 1
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 1
	}
	dir := b[at:]
	for i := range int(order.Uint16(dir)) {
		from := 2 + i*entry
		if from+entry > len(dir) {
			break
		}
		if e := dir[from:]; order.Uint16(e) == 0x112 {
			if v := int(order.Uint16(e[8:])); v >= 1 && v <= 8 {
				return v
			}
		}
	}
	return 1
}
