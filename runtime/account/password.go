package account

import (
	"context"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"tongban/schema/fail"
	"tongban/schema/textkey"
)

// argon2id with the figures that OWASP names for it: 19 MiB, two passes.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
	keyLen    = 32
	saltLen   = 16

	minPassword = 8
	maxPassword = 256
	maxEmail    = 254

	atOnce  = 2  // hashes computed at the same time
	waiting = 64 // that may wait for their turn
)

//go:embed common.txt
var commonList string

// hasher computes password hashes, few at a time: each takes memory and a core.
type hasher struct {
	rand   io.Reader
	slots  chan struct{}
	queue  chan struct{}
	common map[string]bool
	dummy  string
}

func newHasher(r io.Reader) *hasher {
	h := &hasher{rand: r, slots: make(chan struct{}, atOnce), queue: make(chan struct{}, waiting), common: map[string]bool{}}
	for line := range strings.Lines(commonList) {
		h.common[strings.TrimSpace(line)] = true
	}
	h.dummy = encode(make([]byte, saltLen), make([]byte, keyLen))
	return h
}

func encode(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memoryKiB, passes, lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

func (h *hasher) enter(ctx context.Context) (func(), error) {
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, &fail.Error{Kind: fail.Busy, Code: "busy", RetryAfter: 2}
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots; <-h.queue }, nil
	case <-ctx.Done():
		<-h.queue
		return nil, ctx.Err()
	}
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, saltLen)
	if _, err := io.ReadFull(h.rand, salt); err != nil {
		return "", fmt.Errorf("draw a salt: %w", err)
	}
	return encode(salt, argon2.IDKey([]byte(password), salt, passes, memoryKiB, lanes, keyLen)), nil
}

// verify compares; an empty hash takes the same time and is never right.
func (h *hasher) verify(ctx context.Context, hash, password string) (bool, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	known := hash != ""
	if !known {
		hash = h.dummy
	}
	var v int
	var m, t uint32
	var p uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return false, fmt.Errorf("read a password hash: %d parts", len(parts))
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &v, &m, &t, &p); err != nil {
		return false, fmt.Errorf("read a password hash: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("read a password hash: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("read a password hash: %w", err)
	}
	got := argon2.IDKey([]byte(password), salt, t, m, p, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

// check refuses passwords that are too short, too long or too common.
func (h *hasher) check(password, email string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case n < minPassword:
		return fail.New(fail.Invalid, "user.password.short").With("min", minPassword).On("password")
	case n > maxPassword:
		return fail.New(fail.Invalid, "user.password.long").With("max", maxPassword).On("password")
	}
	low := strings.ToLower(password)
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	if h.common[low] || low == strings.ToLower(email) || low == local || oneChar(low) {
		return fail.New(fail.Invalid, "user.password.common").On("password")
	}
	return nil
}

func oneChar(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return strings.Trim(s, string(first)) == ""
}

// foldEmail is the address as it is looked up: unique without regard to case and width.
func foldEmail(email string) string { return textkey.Unique(strings.TrimSpace(email)) }

// checkEmail returns the address to keep.
func checkEmail(email string) (string, error) {
	e := strings.TrimSpace(email)
	a, err := mail.ParseAddress(e)
	if err != nil || a.Address != e || a.Name != "" || len(e) > maxEmail || strings.ContainsAny(e, " \"<>(),;:\\[]") {
		return "", fail.New(fail.Invalid, "user.email").On("email")
	}
	return e, nil
}
