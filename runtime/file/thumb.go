package file

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"

	"tongban/schema"
	"tongban/schema/fail"
)

// thumbSizes are the sides of the squares that smaller pictures fit into.
var thumbSizes = []int{96, 320, 1024}

const maxThumbSource = 40 << 20 // bytes of a picture that is made smaller

// ThumbSize is the smallest size there is that is not below a wish; 0 for one
// that is larger than all.
func ThumbSize(wish int) int {
	for _, size := range thumbSizes {
		if wish <= size {
			return size
		}
	}
	return 0
}

// Thumb returns a smaller picture of an image, made once and kept beside it. ok
// is false where none can be made: it is no JPEG, PNG or GIF, is broken or too large.
func (s *Service) Thumb(ctx context.Context, t schema.TenantID, f *Info, size int) (pic []byte, ok bool, err error) {
	if f.Size > maxThumbSource || f.Type != "image/jpeg" && f.Type != "image/png" && f.Type != "image/gif" {
		return nil, false, nil
	}
	sum := thumbSum(f.Hash, size)
	pic, err = s.bytes(ctx, t, hex.EncodeToString(sum))
	if err == nil || fail.KindOf(err) != fail.NotFound {
		return pic, err == nil && len(pic) > 0, err
	}
	select { // one at a time: decoding takes memory
	case s.shrinking <- struct{}{}:
		defer func() { <-s.shrinking }()
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	src, err := s.bytes(ctx, t, f.Hash)
	if err != nil {
		return nil, false, err
	}
	pic, err = shrink(src, size)
	if err != nil && !errors.Is(err, errNoThumb) {
		return nil, false, err
	}
	// Nothing is kept for one that cannot be made, so that it is not tried again.
	_, err = s.blobs.Save(ctx, t, bytes.NewReader(pic), fixed{sha256.New(), sum})
	if fail.KindOf(err) == fail.Full { // it is shown without being kept
		err = nil
	}
	return pic, err == nil && len(pic) > 0, err
}

func (s *Service) bytes(ctx context.Context, t schema.TenantID, sum string) (b []byte, err error) {
	r, err := s.blobs.Open(ctx, t, sum)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if b, err = io.ReadAll(io.LimitReader(r, maxThumbSource)); err != nil {
		return nil, fmt.Errorf("read a picture: %w", err)
	}
	return b, nil
}

// dropThumbs removes what was made of the bytes with a hash.
func (s *Service) dropThumbs(ctx context.Context, t schema.TenantID, of string) error {
	for _, size := range thumbSizes {
		if err := s.blobs.Remove(ctx, t, hex.EncodeToString(thumbSum(of, size)), s.now().Add(settle)); err != nil {
			return err
		}
	}
	return nil
}

// thumbSum is where the smaller picture of a file is kept.
func thumbSum(of string, size int) []byte {
	sum := sha256.Sum256([]byte("thumb/" + strconv.Itoa(size) + "/" + of))
	return sum[:]
}

// fixed is a hash that comes to a sum that was known before.
type fixed struct {
	hash.Hash
	sum []byte
}

func (f fixed) Sum(b []byte) []byte { return append(b, f.sum...) }
