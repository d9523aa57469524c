package ws

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// decode reads one message: unknown members are refused, numbers stay exact.
func decode(data []byte, m *message) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	d.DisallowUnknownFields()
	if err := d.Decode(m); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}
