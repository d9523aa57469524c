package mongotest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// process is a server that ends when its standard input is closed, at the
// latest when the test binary does.
type process struct {
	uri   string
	cmd   *exec.Cmd
	stdin io.Closer
}

func (p *process) stop() error {
	return errors.Join(p.stdin.Close(), p.cmd.Wait())
}

// startDouble runs double/main.js and reads the address that it prints.
func startDouble(flags ...string) (*process, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("the double needs Node.js 20 or newer on PATH (or set %s, or install mongod): %w", EnvURI, err)
	}
	if err := install(dir); err != nil {
		return nil, err
	}
	cmd := exec.Command(node, append([]string{filepath.Join(dir, "main.js")}, flags...)...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("pipe: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("pipe: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start node: %w", err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the double printed no address: %w", err), stdin.Close(), cmd.Wait())
	}
	return &process{uri: "mongodb://" + strings.TrimSpace(line) + "/", cmd: cmd, stdin: stdin}, nil
}

func folder() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		return "", errors.New("mongotest cannot find its own folder")
	}
	return filepath.Join(filepath.Dir(file), "double"), nil
}

// install fetches the double's one module where that has not been done. Test
// binaries of several packages may come here at the same time.
func install(dir string) (err error) {
	lock, err := os.Open(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return fmt.Errorf("the double's folder: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err == nil {
		return nil
	}
	npm := exec.Command("npm", "ci", "--no-audit", "--no-fund")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci in %s: %w\n%s", dir, err, out)
	}
	return nil
}

// startMongod runs a one-member replica set on a free port. A shell between
// ends it when the test binary does, and removes its files.
func startMongod(ctx context.Context, path string) (*process, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "mongotest")
	if err != nil {
		return nil, fmt.Errorf("folder for mongod: %w", err)
	}
	const script = `"$0" --replSet test --bind_ip 127.0.0.1 --port "$1" --dbpath "$2" --logpath "$2/log" --oplogSize 64 & pid=$!; cat; kill $pid; wait $pid; rm -rf "$2"`
	cmd := exec.Command("sh", "-c", script, path, strconv.Itoa(port), dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("pipe: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	p := &process{uri: fmt.Sprintf("mongodb://127.0.0.1:%d/?replicaSet=test", port), cmd: cmd, stdin: stdin}
	if err := initiate(ctx, port); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

func freePort() (port int, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("free port: %w", err)
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.Join(errors.New("free port: no TCP address"), l.Close())
	}
	return addr.Port, l.Close()
}

// initiate makes the lone member a replica set and waits until it leads.
func initiate(ctx context.Context, port int) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	uri := fmt.Sprintf("mongodb://127.0.0.1:%d/?directConnection=true", port)
	c, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(50 * time.Second))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	host := fmt.Sprintf("127.0.0.1:%d", port)
	config := bson.D{{Key: "_id", Value: "test"}, {Key: "members", Value: bson.A{bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: host}}}}}
	err = c.Database("admin").RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: config}}).Err()
	for err == nil && ctx.Err() == nil {
		var hello struct {
			Primary bool `bson:"isWritablePrimary"`
		}
		if err = c.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err == nil && hello.Primary {
			break
		}
	}
	return errors.Join(err, ctx.Err(), c.Disconnect(ctx))
}
