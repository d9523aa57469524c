// Package config reads the program's settings: the environment first, then the
// file that TONGBAN_CONFIG names, then the defaults. It knows nothing of what
// the settings are used for, and opens nothing but that file.
package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Prefix stands before each key in the environment.
const Prefix = "TONGBAN_"

// Config is all settings, as text that Validate has checked.
type Config struct {
	Addr           string // listen address
	Data           string // folder of the embedded store, files and backups
	Store          string // sqlite or a mongodb:// URI
	BaseURL        string // the address in mails and links
	Signup         string // first, open or closed
	SMTPURL        string
	OutboundAllow  string // CIDR list that the guarded dialer may reach although private
	TrustedProxies string // CIDR list whose X-Forwarded-For and -Proto are believed
	RateLimit      string // on or off
	FileQuota      string // MB that the files of one company may take; 0 any number
	HistoryDays    string // days that changes are kept; 0 for ever
	KeyFile        string // file with the key of secrets
	SecretKey      string // the key itself, instead of the file
	NodeAddr       string // where other nodes on the store reach this one
	MetricsToken   string // who may read /metrics; empty: this machine alone
	LogLevel       string // debug, info, warn or error
	Testing        string // 1 allows TestClock
	TestClock      string // file that holds an offset of the clock, such as +72h
}

// Setting describes one key.
type Setting struct {
	Key     string // as in the file; upper case after Prefix in the environment
	Default string
	Help    string
	secret  bool
	at      func(*Config) *string
}

// Env returns the key's name in the environment.
func (s Setting) Env() string { return Prefix + strings.ToUpper(s.Key) }

// Settings lists every key there is, in the order of the documentation.
func Settings() []Setting {
	return []Setting{
		{"addr", "127.0.0.1:8080", "listen address", false, func(c *Config) *string { return &c.Addr }},
		{"data", "./data", "folder of the embedded store, files and backups", false, func(c *Config) *string { return &c.Data }},
		{"store", "sqlite", "sqlite or a mongodb:// URI", true, func(c *Config) *string { return &c.Store }},
		{"base_url", "", "the address in mails and links", false, func(c *Config) *string { return &c.BaseURL }},
		{"signup", "first", "who may sign up without an invitation: first (user of the installation), open, closed", false, func(c *Config) *string { return &c.Signup }},
		{"smtp_url", "", "smtp(s)://user:pass@host:port", true, func(c *Config) *string { return &c.SMTPURL }},
		{"outbound_allow", "", "private address ranges that outgoing requests may reach, as a comma-separated CIDR list", false, func(c *Config) *string { return &c.OutboundAllow }},
		{"trusted_proxies", "", "address ranges of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed", false, func(c *Config) *string { return &c.TrustedProxies }},
		{"rate_limit", "on", "on or off", false, func(c *Config) *string { return &c.RateLimit }},
		{"file_quota", "20480", "MB that the uploaded files of one company may take together; 0: any number", false, func(c *Config) *string { return &c.FileQuota }},
		{"history_days", "0", "days that changes are kept: history, undo, the log of changes; at least 90; 0: for ever", false, func(c *Config) *string { return &c.HistoryDays }},
		{"key_file", "", "file with the key of secrets (default: master.key in the data folder)", false, func(c *Config) *string { return &c.KeyFile }},
		{"secret_key", "", "the key of secrets itself, instead of the file: 64 hex digits, the same on all nodes", true, func(c *Config) *string { return &c.SecretKey }},
		{"node_addr", "", "host:port at which other nodes on the same MongoDB reach this one (default: the listen address)", false, func(c *Config) *string { return &c.NodeAddr }},
		{"metrics_token", "", "bearer token for /metrics (default: only requests from this machine)", true, func(c *Config) *string { return &c.MetricsToken }},
		{"log_level", "info", "debug, info, warn or error", false, func(c *Config) *string { return &c.LogLevel }},
		{"testing", "", "1 allows test_clock", false, func(c *Config) *string { return &c.Testing }},
		{"test_clock", "", "file that holds an offset of the clock, such as +72h", false, func(c *Config) *string { return &c.TestClock }},
	}
}

// Load reads the settings; env is os.LookupEnv or a test's own. The error names
// the key that is wrong.
func Load(env func(string) (string, bool)) (*Config, error) {
	c := &Config{}
	for _, s := range Settings() {
		*s.at(c) = s.Default
	}
	if path, ok := env(Prefix + "CONFIG"); ok && path != "" {
		if err := c.readFile(path); err != nil {
			return nil, err
		}
	}
	for _, s := range Settings() {
		if v, ok := env(s.Env()); ok && v != "" {
			*s.at(c) = v
		}
	}
	if c.KeyFile == "" {
		c.KeyFile = filepath.Join(c.Data, "master.key")
	}
	return c, c.Validate()
}

func (c *Config) readFile(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%sCONFIG: %w", Prefix, err)
	}
	given := map[string]string{}
	if err := yaml.Unmarshal(b, &given); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	all := Settings()
	for key, v := range given {
		i := slices.IndexFunc(all, func(s Setting) bool { return s.Key == key })
		if i < 0 {
			return fmt.Errorf("%s: unknown key %q", path, key)
		}
		*all[i].at(c) = v
	}
	return nil
}

// Validate says which key is wrong, by its name in the environment.
func (c *Config) Validate() error {
	checks := []struct {
		key string
		err error
	}{
		{"ADDR", hostPort(c.Addr)},
		{"DATA", notEmpty(c.Data)},
		{"STORE", storeName(c.Store)},
		{"BASE_URL", baseURL(c.BaseURL)},
		{"SIGNUP", oneOf(c.Signup, "first", "open", "closed")},
		{"SMTP_URL", smtpURL(c.SMTPURL)},
		{"OUTBOUND_ALLOW", prefixes(c.OutboundAllow)},
		{"TRUSTED_PROXIES", prefixes(c.TrustedProxies)},
		{"RATE_LIMIT", oneOf(c.RateLimit, "on", "off")},
		{"NODE_ADDR", nodeAddr(c.NodeAddr)},
		{"METRICS_TOKEN", token(c.MetricsToken)},
		{"SECRET_KEY", secretKey(c.SecretKey)},
		{"FILE_QUOTA", megabytes(c.FileQuota)},
		{"HISTORY_DAYS", historyDays(c.HistoryDays)},
		{"LOG_LEVEL", oneOf(c.LogLevel, "debug", "info", "warn", "error")},
		{"TESTING", oneOf(c.Testing, "", "1")},
		{"TEST_CLOCK", testClock(c)},
	}
	for _, k := range checks {
		if k.err != nil {
			return fmt.Errorf("%s%s: %w", Prefix, k.key, k.err)
		}
	}
	return nil
}

// SQLite tells whether the embedded store is used.
func (c *Config) SQLite() bool { return c.Store == "sqlite" }

// Limited tells whether rate limits are on.
func (c *Config) Limited() bool { return c.RateLimit == "on" }

// QuotaBytes is how much the files of one company may take; 0: any number.
func (c *Config) QuotaBytes() int64 {
	n, err := strconv.ParseInt(c.FileQuota, 10, 64)
	if err != nil {
		return 0 // Validate has refused it
	}
	return n << 20
}

// History is how long changes are kept; 0: for ever.
func (c *Config) History() time.Duration {
	n, err := strconv.Atoi(c.HistoryDays)
	if err != nil {
		return 0 // Validate has refused it
	}
	return time.Duration(n) * 24 * time.Hour
}

// Proxies returns the trusted ranges.
func (c *Config) Proxies() []netip.Prefix { return parsePrefixes(c.TrustedProxies) }

// Lines prints the settings as KEY=value, with what is secret left out.
func (c *Config) Lines() []string {
	out := make([]string, 0, len(Settings()))
	for _, s := range Settings() {
		v := *s.at(c)
		if s.secret {
			v = redact(s.Key, v)
		}
		out = append(out, s.Env()+"="+v)
	}
	return out
}

func redact(key, v string) string {
	u, err := url.Parse(v)
	if err != nil || v != "" && (key == "metrics_token" || key == "secret_key") {
		return "(not shown)"
	}
	return u.Redacted()
}

func hostPort(v string) error {
	_, _, err := net.SplitHostPort(v)
	return err
}

func nodeAddr(v string) error {
	if v == "" {
		return nil
	}
	return hostPort(v)
}

func token(v string) error {
	const least = 16
	if v != "" && len(v) < least {
		return fmt.Errorf("must have at least %d characters", least)
	}
	return nil
}

func secretKey(v string) error {
	const size = 32
	if v == "" {
		return nil
	}
	b, err := hex.DecodeString(v)
	if err != nil || len(b) != size {
		return errors.New("must be 64 hex digits, such as \"openssl rand -hex 32\" prints")
	}
	return nil
}

func notEmpty(v string) error {
	if v == "" {
		return errors.New("must not be empty")
	}
	return nil
}

func storeName(v string) error {
	if v == "sqlite" || strings.HasPrefix(v, "mongodb://") || strings.HasPrefix(v, "mongodb+srv://") {
		return nil
	}
	return errors.New("must be sqlite or a mongodb:// URI")
}

func megabytes(v string) error {
	const most = 1 << 40
	if n, err := strconv.ParseInt(v, 10, 64); err != nil || n < 0 || n > most {
		return errors.New("must be a number of MB, 0 for no limit")
	}
	return nil
}

// historyDays: what lies in the trash, and what a conversion may still be taken
// back to, needs its history for 30 days.
func historyDays(v string) error {
	const least, most = 90, 36500
	if n, err := strconv.Atoi(v); err != nil || n != 0 && (n < least || n > most) {
		return errors.New("must be a number of days from 90 on, 0 for ever")
	}
	return nil
}

func baseURL(v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("must be an http(s) address such as https://crm.example.com")
	}
	return nil
}

func smtpURL(v string) error {
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		return errors.New("must be smtp(s)://user:pass@host:port")
	}
	return nil
}

func oneOf(v string, all ...string) error {
	if slices.Contains(all, v) {
		return nil
	}
	return fmt.Errorf("must be one of %q", all)
}

func prefixes(v string) error {
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if _, err := netip.ParsePrefix(part); err != nil {
			return fmt.Errorf("must be a comma-separated list such as 10.0.0.0/8: %w", err)
		}
	}
	return nil
}

func parsePrefixes(v string) []netip.Prefix {
	var out []netip.Prefix
	for part := range strings.SplitSeq(v, ",") {
		if p, err := netip.ParsePrefix(strings.TrimSpace(part)); err == nil {
			out = append(out, p)
		}
	}
	return out
}

func testClock(c *Config) error {
	if c.TestClock != "" && c.Testing != "1" {
		return fmt.Errorf("needs %sTESTING=1", Prefix)
	}
	return nil
}
