package file_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/file"
)

// halves is a picture whose left half is red and whose right half is blue.
func halves(w, h int, alpha uint8) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{R: 255, A: alpha}
			if x >= w/2 {
				c = color.NRGBA{B: 255, A: alpha}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// photo is a JPEG with an EXIF orientation.
func photo(t *testing.T, w, h int, turn uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, halves(w, h, 255), nil))
	tiff := append([]byte("Exif\x00\x00II*\x00"), 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, byte(turn), 0, 0, 0, 0, 0, 0, 0)
	seg := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(tiff)+2))...)
	return append(append(seg, tiff...), b.Bytes()[2:]...)
}

func (w *world) thumb(data []byte, size int) (image.Image, string, bool) {
	w.t.Helper()
	f, err := w.files.Save(w.t.Context(), w.who, "a.png", bytes.NewReader(data))
	require.NoError(w.t, err)
	pic, ok, err := w.files.Thumb(w.t.Context(), w.who.Tenant, f, size)
	require.NoError(w.t, err)
	again, ok2, err := w.files.Thumb(w.t.Context(), w.who.Tenant, f, size)
	require.NoError(w.t, err)
	require.Equal(w.t, ok, ok2)
	if !ok {
		return nil, "", false
	}
	require.Equal(w.t, pic, again, "what is kept is what was made")
	img, format, err := image.Decode(bytes.NewReader(pic))
	require.NoError(w.t, err)
	return img, format, true
}

func TestSmallerPictures(t *testing.T) {
	onBoth(t, 0, func(t *testing.T, w *world) {
		red := func(img image.Image, x, y int) bool {
			r, _, b, _ := img.At(x, y).RGBA()
			return r > b
		}
		t.Run("a picture fits into the square and keeps its form", func(t *testing.T) {
			img, format, ok := w.thumb(photo(t, 800, 400, 1), 320)
			require.True(t, ok)
			require.Equal(t, "jpeg", format)
			require.Equal(t, image.Pt(320, 160), img.Bounds().Size())
			require.True(t, red(img, 10, 80))
			require.False(t, red(img, 310, 80))
		})
		t.Run("it stands as its orientation says", func(t *testing.T) {
			for turn, want := range map[uint16]struct {
				size image.Point
				red  image.Point
			}{
				2: {image.Pt(96, 48), image.Pt(90, 20)}, 3: {image.Pt(96, 48), image.Pt(90, 20)}, 4: {image.Pt(96, 48), image.Pt(5, 20)},
				5: {image.Pt(48, 96), image.Pt(20, 5)}, 6: {image.Pt(48, 96), image.Pt(20, 5)}, 7: {image.Pt(48, 96), image.Pt(20, 90)}, 8: {image.Pt(48, 96), image.Pt(20, 90)},
			} {
				img, _, ok := w.thumb(photo(t, 400, 200, turn), 96)
				require.True(t, ok)
				require.Equal(t, want.size, img.Bounds().Size(), turn)
				require.True(t, red(img, want.red.X, want.red.Y), turn)
				require.False(t, red(img, want.size.X-1-want.red.X, want.size.Y-1-want.red.Y), turn)
			}
		})
		t.Run("what is seen through stays so, and small ones are not blown up", func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, png.Encode(&b, halves(40, 20, 100)))
			img, format, ok := w.thumb(b.Bytes(), 96)
			require.True(t, ok)
			require.Equal(t, "png", format)
			require.Equal(t, image.Pt(40, 20), img.Bounds().Size())
			_, _, _, a := img.At(1, 1).RGBA()
			require.Equal(t, uint32(100), a>>8)
		})
		t.Run("a GIF gives its first picture", func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, gif.Encode(&b, halves(200, 100, 255), nil))
			img, _, ok := w.thumb(b.Bytes(), 96)
			require.True(t, ok)
			require.Equal(t, image.Pt(96, 48), img.Bounds().Size())
		})
		t.Run("bombs and broken pictures give none", func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, png.Encode(&b, halves(10, 10, 255)))
			bomb := bytes.Clone(b.Bytes())
			binary.BigEndian.PutUint32(bomb[16:], 60_000)
			binary.BigEndian.PutUint32(bomb[20:], 60_000)
			for _, data := range [][]byte{bomb, b.Bytes()[:60], []byte("\x89PNG\r\n\x1a\n"), photo(t, 10, 10, 1)[:80], {0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff}, []byte("text")} {
				_, _, ok := w.thumb(data, 96)
				require.False(t, ok)
			}
		})
	})
}

func TestASmallerPictureGoesWithItsFile(t *testing.T) {
	onBoth(t, 0, func(t *testing.T, w *world) {
		img := photo(t, 400, 200, 1)
		_, _, ok := w.thumb(img, 96)
		require.True(t, ok)
		count := func() (n int) {
			require.NoError(t, filepath.WalkDir(w.root, func(_ string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					n++
				}
				return err
			}))
			return n
		}
		before := count()
		w.at = w.at.Add(file.Unused + time.Hour)
		n, err := w.files.Sweep(t.Context(), w.who.Tenant)
		require.NoError(t, err)
		require.Positive(t, n)
		if before > 0 { // on the disk
			require.Equal(t, 2, before)
			require.Zero(t, count())
		}
	})
}

func FuzzSmallerPicture(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\x08\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		pic, err := file.Shrink(data, 96)
		require.True(t, err != nil || len(pic) > 0)
	})
}
