// Package seal keeps what nobody may read from the disk: values are sealed with
// AES-256-GCM under a key that does not lie in the store, each bound to the
// place where it stands, so that it opens nowhere else.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"

	"tongban/schema"
)

// KeySize is the size of a master key in bytes.
const KeySize = 32

// Sealed values read "1.<key>.<nonce and box in base64url>", where <key> is the
// beginning of the id of the key that sealed them.
const (
	form    = "1"
	keyMark = 8
)

// letters write one box in one way only.
var letters = base64.RawURLEncoding.Strict()

var (
	// ErrNoKey says that this installation has no key: it can neither seal nor open.
	ErrNoKey = errors.New("seal: there is no key")
	// ErrOtherKey says that a value was sealed with a key that is not here.
	ErrOtherKey = errors.New("seal: sealed with another key")
	// ErrBroken says that a value is not sealed, was changed, or stands at
	// another place than the one it was sealed for.
	ErrBroken = errors.New("seal: does not open here")
)

// Place is the one place where a sealed value opens.
type Place struct {
	Tenant schema.TenantID
	Entity schema.EntityID
	Field  schema.FieldID
	Record schema.RecordID
}

func (p Place) bytes() []byte {
	b := make([]byte, 0, 32)
	for _, n := range []int64{int64(p.Tenant), int64(p.Entity), int64(p.Field), int64(p.Record)} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return b
}

// Keeper seals and opens. It is safe for concurrent use. A nil Keeper has no
// key: Seal and Open answer ErrNoKey, and Hash is a plain one.
type Keeper struct {
	id     string
	values cipher.AEAD
	sums   []byte
}

// New returns the keeper of a master key, from which a key for each purpose is
// derived (HKDF, RFC 5869).
func New(master [KeySize]byte) (*Keeper, error) {
	derive := func(purpose string) ([]byte, error) {
		return hkdf.Key(sha256.New, master[:], nil, "tongban "+purpose, KeySize)
	}
	id, err := derive("key id")
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	sums, err := derive("sums")
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	values, err := derive("values")
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	block, err := aes.NewCipher(values)
	if err != nil {
		return nil, fmt.Errorf("prepare a key: %w", err)
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("prepare a key: %w", err)
	}
	return &Keeper{id: hex.EncodeToString(id), values: box, sums: sums}, nil
}

// ID tells keys apart; nobody learns a key from it. A nil Keeper has none.
func (k *Keeper) ID() string {
	if k == nil {
		return ""
	}
	return k.id
}

// Seal seals a text for its place. Two seals of one text differ.
func (k *Keeper) Seal(at Place, text string) (string, error) {
	if k == nil {
		return "", ErrNoKey
	}
	nonce := make([]byte, k.values.NonceSize(), k.values.NonceSize()+len(text)+k.values.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	box := k.values.Seal(nonce, nonce, []byte(text), at.bytes())
	return form + "." + k.id[:keyMark] + "." + letters.EncodeToString(box), nil
}

// Sealed reports whether a value has the form of what Seal returns.
func Sealed(v schema.Value) bool {
	s, ok := v.(string)
	return ok && strings.HasPrefix(s, form+".") && strings.Count(s, ".") == 2
}

// Open opens what was sealed for the place. Errors are ErrNoKey, ErrOtherKey and ErrBroken.
func (k *Keeper) Open(at Place, sealed string) (string, error) {
	if k == nil {
		return "", ErrNoKey
	}
	parts := strings.Split(sealed, ".")
	if len(parts) != 3 || parts[0] != form {
		return "", ErrBroken
	}
	if parts[1] != k.id[:keyMark] {
		return "", ErrOtherKey
	}
	box, err := letters.DecodeString(parts[2])
	if err != nil || len(box) < k.values.NonceSize() {
		return "", ErrBroken
	}
	n := k.values.NonceSize()
	text, err := k.values.Open(nil, box[:n], box[n:], at.bytes())
	if err != nil {
		return "", ErrBroken
	}
	return string(text), nil
}

// Move seals a value for another place.
func (k *Keeper) Move(from, to Place, sealed string) (string, error) {
	text, err := k.Open(from, sealed)
	if err != nil {
		return "", err
	}
	return k.Seal(to, text)
}

// Hash returns a hash of 32 bytes from which nobody without the key learns
// anything of what was hashed, not even by trying guesses.
func (k *Keeper) Hash() hash.Hash {
	if k == nil {
		return sha256.New()
	}
	return hmac.New(sha256.New, k.sums)
}
