// Package torture runs the built program and does to it what life does: it is
// killed, starved of disk, cut off from its database and raced. What was
// acknowledged must be there afterwards, once and whole. TONGBAN_TORTURE, a
// duration such as 30m, makes the tests go on for so long together.
package torture

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	password = "Xinghe-2026-long!"
	enduring = 5 // tests that share the time of TONGBAN_TORTURE
)

var binary string

func TestMain(m *testing.M) {
	os.Exit(withBinary(m))
}

// withBinary builds the program once for all tests.
func withBinary(m *testing.M) int {
	dir, err := os.MkdirTemp("", "torture")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	binary = filepath.Join(dir, "tongban")
	build := exec.Command("go", "build", "-buildvcs=false", "-ldflags", "-s -w", "-o", binary, "tongban/server/cmd/tongban")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the program:", err)
		return 1
	}
	return m.Run()
}

// again reports whether a test should do another round: short times, or until
// its share of TONGBAN_TORTURE is over.
func again(t *testing.T, began time.Time, round, short int) bool {
	t.Helper()
	v := os.Getenv("TONGBAN_TORTURE")
	if v == "" {
		return round < short
	}
	d, err := time.ParseDuration(v)
	require.NoError(t, err, "TONGBAN_TORTURE")
	return round < short || time.Since(began) < d/enduring
}

func pause(d time.Duration) { <-time.After(d) }

// program is a running server.
type program struct {
	t     testing.TB
	data  string
	env   []string
	cmd   *exec.Cmd
	log   logs
	base  string
	token string
	http  *http.Client
	ended chan error
}

// logs keeps what the program says, for when a test fails.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newProgram starts a server on a data folder and signs its first user up.
func newProgram(t testing.TB, data string, env ...string) *program {
	t.Helper()
	p := &program{t: t, data: data, env: env}
	t.Cleanup(p.bury)
	p.start()
	p.token = p.ok("POST", "/auth/signup", map[string]any{"email": "owner@example.com", "password": password, "name": "老板", "tenantName": "星河"}).str("token")
	return p
}

// bury kills the program and, if the test has failed, tells what it said.
func (p *program) bury() {
	p.kill()
	if p.t.Failed() {
		p.t.Logf("the program said:\n%s", tail(p.log.String(), 12_000))
	}
}

func tail(s string, n int) string {
	if len(s) > n {
		return s[len(s)-n:]
	}
	return s
}

var listening = regexp.MustCompile(`http://localhost:(\d+)`)

func (p *program) command(args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), append([]string{
		"TONGBAN_DATA=" + p.data, "TONGBAN_ADDR=127.0.0.1:0", "TONGBAN_RATE_LIMIT=off", "TONGBAN_LOG_LEVEL=warn",
	}, p.env...)...)
	return cmd
}

// start runs the binary and returns how long it took to be ready.
func (p *program) start() time.Duration {
	p.t.Helper()
	began := time.Now()
	p.cmd = p.command("serve")
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	require.NoError(p.t, err)
	require.NoError(p.t, p.cmd.Start())
	addr, told := make(chan string, 1), make(chan struct{})
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				addr <- "127.0.0.1:" + m[1]
				break
			}
		}
		close(addr)
		_, _ = io.Copy(io.Discard, out) // until it ends
		close(told)
	}()
	ended := make(chan error, 1)
	cmd := p.cmd
	p.ended = ended
	go func() {
		<-told // Wait closes the pipe
		ended <- cmd.Wait()
	}()
	select {
	case a, ok := <-addr:
		require.True(p.t, ok, "the program did not start: %s", p.log.String())
		p.base = "http://" + a
	case <-time.After(30 * time.Second):
		require.Fail(p.t, "the program does not start")
	}
	p.http = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 60 * time.Second}
	return time.Since(began)
}

// kill is kill -9. It does nothing where the program has ended.
func (p *program) kill() {
	p.t.Helper()
	if p.cmd == nil {
		return
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Errorf("kill: %v", err)
	}
	<-p.ended
	p.cmd = nil
	p.http.CloseIdleConnections()
}

// stop asks the program to end and returns how it did.
func (p *program) stop() (took time.Duration, err error) {
	p.t.Helper()
	began := time.Now()
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err = <-p.ended:
	case <-time.After(40 * time.Second):
		require.Fail(p.t, "the program does not stop")
	}
	p.cmd = nil
	p.http.CloseIdleConnections()
	return time.Since(began), err
}

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Raw    []byte
	JSON   map[string]any
}

type header [2]string

// call sends a request; the error is one of the network.
func (p *program) call(method, path string, body any, headers ...header) (*answer, error) {
	var r io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case *form:
		r, kind = bytes.NewReader(b.Bytes()), b.kind
	default:
		j, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		r = bytes.NewReader(j)
	}
	if !strings.HasPrefix(path, "/api") && !strings.HasSuffix(path, "z") {
		path = "/api/v1" + path
	}
	req, err := http.NewRequest(method, p.base+path, r)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	for _, h := range headers {
		req.Header.Set(h[0], h[1])
	}
	res, err := p.http.Do(req)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	a := &answer{Status: res.StatusCode, Header: res.Header, Raw: raw}
	if bytes.HasPrefix(raw, []byte("{")) && strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(raw, &a.JSON); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// do wants an answer.
func (p *program) do(method, path string, body any, headers ...header) *answer {
	p.t.Helper()
	a, err := p.call(method, path, body, headers...)
	require.NoError(p.t, err, "%s %s", method, path)
	return a
}

// ok wants a status below 300.
func (p *program) ok(method, path string, body any, headers ...header) *answer {
	p.t.Helper()
	a := p.do(method, path, body, headers...)
	require.Less(p.t, a.Status, 300, "%s %s answers %s", method, path, a.Raw)
	return a
}

func (a *answer) str(key string) string {
	s, _ := a.JSON[key].(string)
	return s
}

func (a *answer) list(key string) []map[string]any {
	all, _ := a.JSON[key].([]any)
	out := make([]map[string]any, 0, len(all))
	for _, v := range all {
		if m, ok := v.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// form is a multipart body.
type form struct {
	bytes.Buffer
	kind string
}
