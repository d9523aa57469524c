package api_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOpenStreamsEndWithTheirSession(t *testing.T) {
	cases := []struct {
		name string
		end  func(w *world, token, other string)
	}{
		{"when one signs out", func(w *world, token, _ string) { w.ok("POST", "/auth/logout", token, map[string]any{}) }},
		{"when the password changes elsewhere", func(w *world, _, other string) {
			w.ok("PATCH", "/me", other, map[string]any{"password": "another long password 7", "currentPassword": password})
		}},
		{"when an API token is deleted", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			other, _ := w.member("a@example.com")
			token := w.logIn("a@example.com", password)
			end := func() { c.end(w, token, other) }
			if c.end == nil {
				made := w.ok("POST", "/tokens", token, map[string]any{"name": "t", "scopes": []string{"read"}})
				token = made.str("token")
				end = func() { w.ok("DELETE", "/tokens/"+made.str("id"), other, nil) }
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.base+"/api/v1/events?room=user:me", nil)
			require.NoError(t, err)
			r.Header.Set("Authorization", "Bearer "+token)
			resp, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			defer func() { require.NoError(t, resp.Body.Close()) }()
			require.Equal(t, 200, resp.StatusCode)
			ended := make(chan error, 1)
			go func() {
				_, err := io.Copy(io.Discard, resp.Body)
				ended <- err
			}()
			end()
			select {
			case err := <-ended:
				require.NoError(t, err)
			case <-time.After(2 * time.Second):
				require.Fail(t, "the stream is still open")
			}
		})
	}
}
