package api

import (
	"encoding/json"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tongban/runtime/idem"
	"tongban/schema/fail"
)

const (
	mostIdemKey    = 200
	headerReplayed = "Idempotent-Replayed"
)

func checkIdemKey(key string) error {
	if len(key) > mostIdemKey {
		return fail.New(fail.Invalid, "idempotency.key").On(headerIdem)
	}
	for i := range len(key) {
		if key[i] < 0x21 || key[i] > 0x7e {
			return fail.New(fail.Invalid, "idempotency.key").On(headerIdem)
		}
	}
	return nil
}

// fingerprint tells requests with the same key apart. It is kept, and requests
// hold secrets: nobody can try guesses on it.
func (c *call) fingerprint() ([32]byte, error) {
	h := c.s.Seal.Hash()
	h.Write([]byte(c.f.Method() + " " + c.f.OriginalURL() + "\n"))
	if !c.route.Multipart {
		b, err := c.readAny()
		if err != nil {
			return [32]byte{}, err
		}
		h.Write(b)
	}
	return [32]byte(h.Sum(nil)), nil
}

func (c *call) readAny() ([]byte, error) {
	if c.route.Body == 0 {
		return c.raw, nil
	}
	return c.read()
}

// once runs a request whose answer is stored under its key, or repeats the
// stored answer. The answer is sealed with the caller's token: it may hold secrets.
func (s *Server) once(c *call, key string) error {
	if err := checkIdemKey(key); err != nil {
		return err
	}
	sum, err := c.fingerprint()
	if err != nil {
		return err
	}
	claim, old, err := s.Idem.Begin(c.ctx(), idem.Request{
		Tenant: c.actor().Tenant, Key: strconv.FormatInt(int64(c.actor().User), 36) + "/" + key, Secret: c.token, Fingerprint: sum,
	})
	if err != nil {
		return err
	}
	if old != nil {
		return c.replay(old)
	}
	c.claim = claim
	v, err := c.route.Handle.run(c)
	c.claim = nil
	if err == nil {
		err = c.answer(v)
	}
	if err != nil {
		if dropErr := claim.Failed(c.ctx(), err); dropErr != nil {
			s.Log.WarnContext(c.ctx(), "idempotency claim stays until it runs out", "err", dropErr.Error())
		}
		return err
	}
	b, err := json.Marshal(stored{
		Status: c.f.Response().StatusCode(), Type: string(c.f.Response().Header.ContentType()), Body: c.f.Response().Body(),
		Encoding: string(c.f.Response().Header.ContentEncoding()),
	})
	if err != nil {
		return err
	}
	return claim.Done(c.ctx(), b)
}

type stored struct {
	Status   int
	Type     string
	Encoding string
	Body     []byte
}

func (c *call) replay(old []byte) error {
	var a stored
	if err := json.Unmarshal(old, &a); err != nil {
		return err
	}
	c.f.Status(a.Status)
	c.f.Set(headerReplayed, "true")
	if len(a.Body) > 0 {
		c.f.Set(fiber.HeaderContentType, a.Type)
		if a.Encoding != "" {
			c.f.Set(fiber.HeaderContentEncoding, a.Encoding)
		}
		c.f.Response().SetBodyRaw(a.Body)
	}
	return nil
}
