package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"tongban/runtime/account"
	"tongban/schema"
	"tongban/server/config"
	"tongban/server/ops"
	"tongban/server/wire"
)

// The exit codes.
const (
	done   = 0
	failed = 1
	misuse = 2
)

// env is the world around the program.
type env struct {
	args     []string
	in       io.Reader
	out, err io.Writer
	lookup   func(string) (string, bool)
	now      func() time.Time
}

type command struct {
	name, help string
	run        func(context.Context, env, *flag.FlagSet, []string) error
}

func commands() []command {
	return []command{
		{"serve", "serve the product (the default)", serve},
		{"config print", "print the settings, secrets left out", printConfig},
		{"version", "print the version", printVersion},
		{"admin create-user", "make a user: a new company's owner, or a member with --tenant", createUser},
		{"admin reset-password", "give a user a new password and end all their sessions", resetPassword},
		{"fsck", "check the store for damage", fsck},
		{"secrets new-key", "go on with another key of secrets: those sealed with the old one are lost", newKey},
		{"healthcheck", "ask the server of this machine whether it is well", healthcheck},
	}
}

var errUsage = errors.New("wrong usage")

// run runs the command that the arguments name and returns the exit code.
func run(ctx context.Context, e env) int {
	cmd, rest := pick(e.args)
	if cmd == nil {
		if len(rest) > 0 && (rest[0] == "--help" || rest[0] == "-h" || rest[0] == "help") {
			usage(e.out)
			return done
		}
		usage(e.err)
		return misuse
	}
	flags := flag.NewFlagSet("tongban "+cmd.name, flag.ContinueOnError)
	flags.SetOutput(e.err)
	flags.Usage = func() {
		say(e.out, "tongban %s: %s\n", cmd.name, cmd.help)
		flags.SetOutput(e.out)
		flags.PrintDefaults()
	}
	err := cmd.run(ctx, e, flags, rest)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return done
	case errors.Is(err, errUsage):
		say(e.err, "%v\n", err)
		return misuse
	}
	say(e.err, "%v\n", err)
	return failed
}

// pick finds a command by its one or two words.
func pick(args []string) (*command, []string) {
	all := commands()
	if len(args) == 0 {
		return &all[0], nil
	}
	for i := range all {
		words := strings.Fields(all[i].name)
		if len(args) >= len(words) && strings.Join(args[:len(words)], " ") == all[i].name {
			return &all[i], args[len(words):]
		}
	}
	return nil, args
}

func usage(w io.Writer) {
	say(w, "usage: tongban [command] [--help]\n\n")
	for _, c := range commands() {
		say(w, "  %-22s %s\n", c.name, c.help)
	}
	say(w, "\nSettings come from the environment:\n\n")
	for _, s := range config.Settings() {
		say(w, "  %-24s %s\n", s.Env(), s.Help)
	}
}

func say(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, format, args...) // nobody to tell if the terminal is gone
}

func parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%w: unknown argument %q", errUsage, flags.Arg(0))
	}
	return nil
}

func serve(ctx context.Context, e env, flags *flag.FlagSet, args []string) error {
	if err := parse(flags, args); err != nil {
		return err
	}
	c, err := config.Load(e.lookup)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	log := ops.Logger(e.err, c.LogLevel)
	base, err := wire.Open(ctx, c, log, e.now)
	if err != nil {
		return err
	}
	p, err := wire.Build(ctx, base, version)
	if err != nil {
		return errors.Join(err, base.Close(ctx))
	}
	return p.Serve(ctx, func(addr string) {
		log.InfoContext(ctx, "listening", "addr", addr, "version", version, "store", base.Engine.Info().Name)
		welcome(ctx, e.out, base, addr)
	})
}

// welcome tells a person where to go.
func welcome(ctx context.Context, w io.Writer, b *wire.Base, addr string) {
	open := b.Config.BaseURL
	if open == "" {
		open = "http://" + shown(addr)
	}
	say(w, "\n  Tongban is running: %s\n", open)
	if ok, first, err := b.Accounts.Open(ctx); err == nil && ok && first {
		say(w, "  Sign up as the first administrator: %s/signup\n", open)
	}
	say(w, "\n")
}

// shown is the address as a person types it.
func shown(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

func printConfig(_ context.Context, e env, flags *flag.FlagSet, args []string) error {
	if err := parse(flags, args); err != nil {
		return err
	}
	c, err := config.Load(e.lookup)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	say(e.out, "%s\n", strings.Join(c.Lines(), "\n"))
	return nil
}

func printVersion(_ context.Context, e env, flags *flag.FlagSet, args []string) error {
	if err := parse(flags, args); err != nil {
		return err
	}
	goVersion := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		goVersion = info.GoVersion
	}
	say(e.out, "tongban %s (%s)\n", version, goVersion)
	return nil
}

// onStore opens the store for a command that does one thing.
func onStore(ctx context.Context, e env, fn func(*wire.Base) error) error {
	c, err := config.Load(e.lookup)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	base, err := wire.Open(ctx, c, ops.Logger(e.err, "warn"), e.now)
	if err != nil {
		return err
	}
	return errors.Join(fn(base), base.Close(ctx))
}

// password reads one line of the input: a password never stands in the arguments.
func password(e env) (string, error) {
	say(e.err, "Password: ")
	line, err := bufio.NewReader(e.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func createUser(ctx context.Context, e env, flags *flag.FlagSet, args []string) error {
	email := flags.String("email", "", "e-mail address (required)")
	name := flags.String("name", "", "the person's name (required)")
	company := flags.String("company", "", "the name of the company to found")
	tenant := flags.String("tenant", "", "the id of the company to join, such as ten_…")
	admin := flags.Bool("admin", false, "with --tenant: make them an administrator")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *email == "" || *name == "" || (*company == "") == (*tenant == "") {
		return fmt.Errorf("%w: --email, --name and one of --company and --tenant are needed", errUsage)
	}
	var t schema.TenantID
	if *tenant != "" {
		id, ok := schema.ParseID[schema.TenantID](schema.PrefixTenant, *tenant)
		if !ok {
			return fmt.Errorf("%w: --tenant is no id", errUsage)
		}
		t = id
	}
	pass, err := password(e)
	if err != nil {
		return err
	}
	roles := []schema.RoleID{schema.RoleMember}
	if *admin {
		roles = []schema.RoleID{schema.RoleAdmin}
	}
	return onStore(ctx, e, func(b *wire.Base) error {
		u, err := b.Accounts.Create(ctx, account.SignUp{Email: *email, Password: pass, Name: *name, TenantName: *company}, t, roles, 0)
		if err != nil {
			return err
		}
		say(e.out, "%s\n", schema.FormatID(schema.PrefixUser, u.ID))
		return nil
	})
}

func resetPassword(ctx context.Context, e env, flags *flag.FlagSet, args []string) error {
	email := flags.String("email", "", "e-mail address (required)")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *email == "" {
		return fmt.Errorf("%w: --email is needed", errUsage)
	}
	pass, err := password(e)
	if err != nil {
		return err
	}
	return onStore(ctx, e, func(b *wire.Base) error { return b.Accounts.ResetPassword(ctx, *email, pass) })
}

// newKey gives up the secrets of a key that is lost.
func newKey(ctx context.Context, e env, flags *flag.FlagSet, args []string) error {
	yes := flags.Bool("yes", false, "really: without the old key nobody can read the secrets that there are")
	if err := parse(flags, args); err != nil {
		return err
	}
	if !*yes {
		return fmt.Errorf("%w: secrets sealed with the old key will be lost; say --yes", errUsage)
	}
	return onStore(ctx, e, func(b *wire.Base) error { return wire.NewKey(ctx, b) })
}

// checker is an engine that can look for damage.
type checker interface {
	Check(ctx context.Context) ([]string, error)
}

func fsck(ctx context.Context, e env, flags *flag.FlagSet, args []string) error {
	if err := parse(flags, args); err != nil {
		return err
	}
	return onStore(ctx, e, func(b *wire.Base) error {
		c, ok := b.Raw.(checker)
		if !ok {
			return fmt.Errorf("the %s store has no check of its own", b.Engine.Info().Name)
		}
		found, err := c.Check(ctx)
		if err != nil {
			return err
		}
		for _, f := range found {
			say(e.out, "%s\n", f)
		}
		if len(found) > 0 {
			return fmt.Errorf("%d faults", len(found))
		}
		say(e.out, "ok\n")
		return nil
	})
}
