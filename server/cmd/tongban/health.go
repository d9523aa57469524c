package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"tongban/server/config"
)

// healthcheck asks the server of this machine whether it is well, for a
// container whose image holds no other program. It reads the same settings as
// the server and opens nothing else.
func healthcheck(ctx context.Context, e env, flags *flag.FlagSet, args []string) error {
	live := flags.Bool("live", false, "ask only whether the process lives, not whether it can serve")
	patience := flags.Duration("timeout", 3*time.Second, "how long to wait for the answer")
	if err := parse(flags, args); err != nil {
		return err
	}
	c, err := config.Load(e.lookup)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	at, err := reachable(c.Addr)
	if err != nil {
		return err
	}
	path := "/readyz"
	if *live {
		path = "/healthz"
	}
	ctx, cancel := context.WithTimeout(ctx, *patience)
	defer cancel()
	body, err := fetch(ctx, "http://"+at+path)
	say(e.out, "%s\n", strings.TrimSpace(body))
	return err
}

// reachable turns the address that a server listens on into one to call.
func reachable(addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, port), nil
}

func fetch(ctx context.Context, url string) (body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy between us and ourselves
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	const most = 4 << 10
	b, err := io.ReadAll(io.LimitReader(res.Body, most))
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusOK {
		return string(b), fmt.Errorf("not well: status %d", res.StatusCode)
	}
	return string(b), nil
}
