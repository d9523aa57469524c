package torture

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var synced = regexp.MustCompile(`f(data)?sync\(\d+</?[^>]*\.db(-wal)?>\) *= 0|f(data)?sync resumed`)

// tracer writes down what the program asks the system to put on the disk.
type tracer struct {
	t    *testing.T
	path string
}

func newTracer(t *testing.T, p *program) *tracer {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	tr := &tracer{t: t, path: filepath.Join(t.TempDir(), "trace")}
	cmd := exec.Command(strace, "-f", "-y", "-e", "trace=fsync,fdatasync", "-o", tr.path, "-p", strconv.Itoa(p.cmd.Process.Pid))
	said, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		_ = cmd.Wait() // it ends with the signal
	})
	line, err := bufio.NewReader(said).ReadString('\n')
	require.NoError(t, err)
	if !strings.Contains(line, "attached") {
		t.Skipf("strace may not watch the program: %s", line)
	}
	pause(200 * time.Millisecond) // all threads are watched
	return tr
}

func (tr *tracer) count() int {
	tr.t.Helper()
	b, err := os.ReadFile(tr.path)
	require.NoError(tr.t, err)
	return len(synced.FindAll(b, -1))
}

func TestEachWriteIsOnTheDiskBeforeItIsAcknowledged(t *testing.T) {
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	tr := newTracer(t, p)
	const n = 50
	before := tr.count()
	for i := range n {
		a, _ := l.create(p, fmt.Sprintf("one-%d", i))
		require.Less(t, a.Status, 300, "%s", a.Raw)
	}
	require.GreaterOrEqual(t, tr.count()-before, n, "a write was acknowledged that the disk had not been asked to keep")
}
