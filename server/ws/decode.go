package ws

import "tongban/server/body"

// decode reads one message as strictly as the API reads bodies: unknown and
// double members, lone surrogates, NUL and deep nesting are refused, numbers
// stay exact.
func decode(data []byte, m *message) error { return body.Bind(data, m) }
