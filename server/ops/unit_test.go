package ops_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/server/wire"
)

const unitFile = deploy + "systemd/tongban.service"

// unit reads the settings of a unit; a key may stand more than once.
func unit(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for line := range strings.Lines(text(t, unitFile)) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(k, "#") {
			out[k] = append(out[k], v)
		}
	}
	return out
}

func TestUnit_starts_and_stops_as_systemd_would(t *testing.T) {
	u := unit(t)
	stop, err := strconv.Atoi(u["TimeoutStopSec"][0])
	require.NoError(t, err)
	require.Greater(t, stop, int(wire.StopTime/time.Second))
	require.Equal(t, []string{"SIGTERM"}, u["KillSignal"])

	bin := filepath.Join(t.TempDir(), "tongban")
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", bin, "tongban/server/cmd/tongban")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	state, port := t.TempDir(), freePort(t)
	args := strings.Fields(u["ExecStart"][0])
	require.Equal(t, "/usr/local/bin/tongban", args[0])
	require.Equal(t, "/var/lib/"+u["StateDirectory"][0], u["WorkingDirectory"][0])
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, args[1:]...)
	cmd.Dir, cmd.Env = state, []string{}
	for _, line := range append(u["Environment"], envFile(t)...) {
		line = strings.ReplaceAll(line, "/var/lib/tongban", state)
		cmd.Env = append(cmd.Env, strings.ReplaceAll(line, "127.0.0.1:8080", "127.0.0.1:"+port))
	}
	var said bytes.Buffer
	cmd.Stderr, cmd.Stdout = &said, &said
	began := time.Now()
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { return healthy(t, bin, cmd.Env) }, 15*time.Second, 20*time.Millisecond, "it is well by its own healthcheck")
	t.Logf("well after %s", time.Since(began).Round(time.Millisecond))
	left, err := os.ReadDir(state)
	require.NoError(t, err)
	require.NotEmpty(t, left, "the data is in the state folder")

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, cmd.Wait(), "SIGTERM ends it with status 0")
	require.Contains(t, said.String(), "stopping")
	_, err = http.Get("http://127.0.0.1:" + port + "/healthz")
	require.Error(t, err)
}

func healthy(t *testing.T, bin string, env []string) bool {
	t.Helper()
	c := exec.CommandContext(t.Context(), bin, "healthcheck")
	c.Env = env
	return c.Run() == nil
}

func envFile(t *testing.T) []string {
	t.Helper()
	return regexp.MustCompile(`(?m)^TONGBAN_\S+$`).FindAllString(text(t, deploy+"systemd/tongban.env"), -1)
}

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, ln.Close()) }()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	require.NoError(t, err)
	return port
}

func TestUnit_is_valid_and_closed(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd here")
	}
	body := strings.Replace(text(t, unitFile), "/usr/local/bin/tongban", "/bin/true", 1) // the program is not installed
	file := filepath.Join(t.TempDir(), "tongban.service")
	require.NoError(t, os.WriteFile(file, []byte(body), 0o600))
	out, err := exec.CommandContext(t.Context(), analyze, "verify", file).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NotContains(t, string(out), "tongban.service:", "systemd finds nothing to say")
	const most = "20" // of 100: the exposure that systemd sees
	out, err = exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--threshold="+most, file).CombinedOutput()
	require.NoError(t, err, "%s", out)
}
