package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// output can be written and read at the same time.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func (o *output) reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.b.Reset()
}

type world struct {
	out, err output
	settings map[string]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{settings: map[string]string{"TONGBAN_DATA": t.TempDir(), "TONGBAN_ADDR": "127.0.0.1:0"}}
}

func (w *world) run(ctx context.Context, input string, args ...string) int {
	return run(ctx, env{
		args: args, in: strings.NewReader(input), out: &w.out, err: &w.err, now: time.Now,
		lookup: func(k string) (string, bool) { v, ok := w.settings[k]; return v, ok },
	})
}

func TestExitCodes(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want int
		out  string
	}{
		"help":                         {[]string{"--help"}, done, "serve"},
		"help of a command":            {[]string{"admin", "create-user", "--help"}, done, "company"},
		"version":                      {[]string{"version"}, done, "tongban dev"},
		"the settings":                 {[]string{"config", "print"}, done, "TONGBAN_ADDR=127.0.0.1:0"},
		"an unknown command":           {[]string{"frobnicate"}, misuse, ""},
		"an unknown option":            {[]string{"version", "--frob"}, misuse, ""},
		"an argument too many":         {[]string{"version", "now"}, misuse, ""},
		"a command without its option": {[]string{"admin", "reset-password"}, misuse, ""},
		"a user that is not there":     {[]string{"admin", "reset-password", "--email", "x@example.com"}, failed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			require.Equal(t, c.want, w.run(t.Context(), "Some-long-password-1\n", c.args...), w.err.String())
			require.Contains(t, w.out.String(), c.out)
		})
	}
	t.Run("a wrong setting is wrong usage and named", func(t *testing.T) {
		w := newWorld(t)
		w.settings["TONGBAN_SIGNUP"] = "maybe"
		require.Equal(t, misuse, w.run(t.Context(), "", "serve"))
		require.Contains(t, w.err.String(), "TONGBAN_SIGNUP")
	})
	t.Run("a port that is taken is a failure that names the setting", func(t *testing.T) {
		w := newWorld(t)
		addr, stop := w.serve(t)
		defer stop()
		v := newWorld(t)
		v.settings["TONGBAN_ADDR"] = addr
		require.Equal(t, failed, v.run(t.Context(), ""))
		require.Contains(t, v.err.String(), "TONGBAN_ADDR")
	})
}

var listening = regexp.MustCompile(`http://localhost:(\d+)\n`)

// serve starts the server and returns its address and how to stop it.
func (w *world) serve(t *testing.T) (addr string, stop func() int) {
	t.Helper()
	w.out.reset()
	ctx, cancel := context.WithCancel(context.Background())
	code := make(chan int, 1)
	go func() { code <- w.run(ctx, "") }()
	require.Eventually(t, func() bool { return listening.MatchString(w.out.String()) }, 10*time.Second, 5*time.Millisecond, w.err.String())
	all := listening.FindAllStringSubmatch(w.out.String(), -1)
	return "127.0.0.1:" + all[len(all)-1][1], func() int {
		http.DefaultClient.CloseIdleConnections()
		cancel()
		return <-code
	}
}

func TestServe(t *testing.T) {
	w := newWorld(t)
	addr, stop := w.serve(t)
	shown := func() bool { return strings.Contains(w.out.String(), "/signup") }
	require.Eventually(t, shown, 5*time.Second, time.Millisecond, "while there is no user, the way to become the first is shown")
	res, err := http.Get("http://" + addr + "/readyz")
	require.NoError(t, err)
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 200, res.StatusCode, "%s", b)
	body := `{"email":"a@example.com","password":"Some-long-password-1","name":"A","tenantName":"B"}`
	res, err = http.Post("http://"+addr+"/api/v1/auth/signup", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 201, res.StatusCode)
	require.Equal(t, done, stop(), w.err.String())

	t.Run("a second start is quick and asks nobody to sign up", func(t *testing.T) {
		start := time.Now()
		_, stop := w.serve(t)
		require.Less(t, time.Since(start), time.Second)
		require.NotContains(t, w.out.String(), "/signup")
		require.Equal(t, done, stop())
	})
	t.Run("an administrator gives a new password on the command line", func(t *testing.T) {
		require.Equal(t, done, w.run(t.Context(), "Another-password-1\n", "admin", "reset-password", "--email", "a@example.com"), w.err.String())
		addr, stop := w.serve(t)
		body := `{"email":"a@example.com","password":"Another-password-1"}`
		res, err := http.Post("http://"+addr+"/api/v1/auth/login", "application/json", strings.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 200, res.StatusCode)
		require.Equal(t, done, stop())
	})
	t.Run("the logs hold no secret and no value", func(t *testing.T) {
		for _, s := range []string{"Some-long-password-1", "Another-password-1", "tbs_", "a@example.com"} {
			require.NotContains(t, w.err.String(), s)
		}
	})
}

func TestServe_StopsWhilePagesAreOpen(t *testing.T) {
	w := newWorld(t)
	addr, stop := w.serve(t)
	body := `{"email":"a@example.com","password":"Some-long-password-1","name":"A","tenantName":"B"}`
	res, err := http.Post("http://"+addr+"/api/v1/auth/signup", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/api/v1/events?room=user:me", nil)
	require.NoError(t, err)
	req.AddCookie(res.Cookies()[0])
	stream, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.Equal(t, 200, stream.StatusCode)
	start := time.Now()
	require.Equal(t, done, stop(), w.err.String())
	require.Less(t, time.Since(start), 5*time.Second)
	require.NoError(t, stream.Body.Close())
}

func TestCreateUser(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, done, w.run(t.Context(), "Some-long-password-1\n", "admin", "create-user", "--email", "a@example.com", "--name", "A", "--company", "B"), w.err.String())
	require.Regexp(t, `usr_[0-9a-z]+\n`, w.out.String())
	require.Equal(t, failed, w.run(t.Context(), "Some-long-password-1\n", "admin", "create-user", "--email", "A@example.com", "--name", "A", "--company", "B"))
	t.Run("the check finds nothing, and then finds damage", func(t *testing.T) {
		require.Equal(t, done, w.run(t.Context(), "", "fsck"), w.err.String())
		path := filepath.Join(w.settings["TONGBAN_DATA"], "store", "system.db")
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		for i := 4096; i < len(b); i += 7 {
			b[i] ^= 0x5a
		}
		require.NoError(t, os.WriteFile(path, b, 0o600))
		require.Equal(t, failed, w.run(t.Context(), "", "fsck"), w.err.String())
	})
}

func TestClockOfTests(t *testing.T) {
	w := newWorld(t)
	w.settings["TONGBAN_TEST_CLOCK"] = filepath.Join(t.TempDir(), "clock")
	require.Equal(t, misuse, w.run(t.Context(), "", "serve"), "it needs TONGBAN_TESTING")
	w.settings["TONGBAN_TESTING"] = "1"
	require.NoError(t, os.WriteFile(w.settings["TONGBAN_TEST_CLOCK"], []byte("+72h\n"), 0o600))
	addr, stop := w.serve(t)
	body := `{"email":"a@example.com","password":"Some-long-password-1","name":"A","tenantName":"B"}`
	res, err := http.Post("http://"+addr+"/api/v1/auth/signup", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Contains(t, string(b), `"expiresAt":"`+time.Now().Add(33*24*time.Hour).UTC().Format("2006-01-02"))
	require.Contains(t, w.err.String(), "clock")
	require.Equal(t, done, stop())
}
