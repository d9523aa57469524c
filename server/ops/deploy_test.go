package ops_test

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"tongban/server/config"
	"tongban/server/wire"
)

const deploy = "../../docs/operator/deploy/"

type node = map[string]any

// documents reads every document of a file; duplicate keys are errors of the decoder.
func documents(t *testing.T, path string) []node {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	dec := yaml.NewDecoder(f)
	var out []node
	for {
		var d node
		err := dec.Decode(&d)
		if errors.Is(err, io.EOF) {
			return out
		}
		require.NoError(t, err, path)
		out = append(out, d)
	}
}

// at walks down maps and lists; it is nil where the way ends.
func at(v any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, ok := v.(node)
			if !ok {
				return nil
			}
			v = m[s]
		case int:
			l, ok := v.([]any)
			if !ok || s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

func deployFiles(t *testing.T) []string {
	t.Helper()
	var out []string
	require.NoError(t, filepath.WalkDir(deploy, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return err
	}))
	require.Greater(t, len(out), 6)
	return out
}

func settings() []string {
	out := []string{config.Prefix + "CONFIG"}
	for _, s := range config.Settings() {
		out = append(out, s.Env())
	}
	return out
}

func TestDeploy_names_only_settings_that_exist(t *testing.T) {
	forThePerson := []string{"TONGBAN_HOST", "TONGBAN_VERSION", "TONGBAN_UPSTREAMS"} // read by compose and the proxy, never by the program
	known := append(settings(), forThePerson...)
	found := 0
	for _, f := range deployFiles(t) {
		for _, name := range regexp.MustCompile(`TONGBAN_[A-Z_]+`).FindAllString(text(t, f), -1) {
			found++
			require.Contains(t, known, name, f)
		}
	}
	require.Greater(t, found, 20)
	guide := text(t, "../../docs/operator/README.md")
	for _, s := range config.Settings() {
		require.Contains(t, guide, "`"+s.Env()+"`", "the operator guide explains every setting")
	}
}

// loads checks that the program would take these settings.
func loads(t *testing.T, env map[string]string) *config.Config {
	t.Helper()
	c, err := config.Load(func(k string) (string, bool) {
		if strings.HasPrefix(env[k], "/run/secrets/") {
			return "", false
		}
		v, ok := env[k]
		return regexp.MustCompile(`\$\{[A-Z_]+(:[^}]*)?\}`).ReplaceAllString(v, "crm.example.com"), ok
	})
	require.NoError(t, err)
	return c
}

func paths(t *testing.T) []string {
	t.Helper()
	c, err := config.Load(func(k string) (string, bool) { return t.TempDir(), k == "TONGBAN_DATA" })
	require.NoError(t, err)
	base, err := wire.Open(t.Context(), c, slog.New(slog.DiscardHandler), time.Now)
	require.NoError(t, err)
	p, err := wire.Build(t.Context(), base, "test")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, base.Close(t.Context())) })
	var out []string
	for _, r := range p.App.GetRoutes(true) {
		out = append(out, r.Method+" "+r.Path)
	}
	return out
}

func TestKubernetes(t *testing.T) {
	routes := paths(t)
	for _, file := range []string{"sqlite.yaml", "mongodb.yaml"} {
		t.Run(file, func(t *testing.T) {
			kinds := map[string]node{}
			for _, d := range documents(t, deploy+"kubernetes/"+file) {
				kind, _ := d["kind"].(string)
				require.NotContains(t, kinds, kind)
				kinds[kind] = d
				if kind != "Namespace" {
					require.Equal(t, "tongban", at(d, "metadata", "namespace"), kind)
				}
			}
			load, claim := kinds["StatefulSet"], kinds["PodDisruptionBudget"]
			if load == nil {
				load = kinds["Deployment"]
				require.Equal(t, at(load, "spec", "selector"), at(claim, "spec", "selector"))
			} else {
				require.Equal(t, 1, at(load, "spec", "replicas"), "SQLite has one process")
				require.Equal(t, "data", at(load, "spec", "volumeClaimTemplates", 0, "metadata", "name"))
			}
			checkPod(t, load, at(kinds["ConfigMap"], "data"), routes)
			labels := at(load, "spec", "template", "metadata", "labels")
			require.Equal(t, labels, at(load, "spec", "selector", "matchLabels"))
			require.Equal(t, labels, at(kinds["Service"], "spec", "selector"))
			require.Equal(t, labels, at(kinds["NetworkPolicy"], "spec", "podSelector", "matchLabels"))
			require.Equal(t, "http", at(kinds["Service"], "spec", "ports", 0, "targetPort"))
			back := at(kinds["Ingress"], "spec", "rules", 0, "http", "paths", 0, "backend", "service")
			require.Equal(t, at(kinds["Service"], "metadata", "name"), at(back, "name"))
			require.Equal(t, at(kinds["Service"], "spec", "ports", 0, "name"), at(back, "port", "name"))
			require.Equal(t, 8080, at(kinds["NetworkPolicy"], "spec", "ingress", 0, "ports", 0, "port"))
			host := at(kinds["Ingress"], "spec", "rules", 0, "host")
			require.Equal(t, "https://"+host.(string), at(kinds["ConfigMap"], "data", "TONGBAN_BASE_URL"))
		})
	}
}

func checkPod(t *testing.T, load node, shared any, routes []string) {
	t.Helper()
	pod := at(load, "spec", "template", "spec")
	require.Greater(t, at(pod, "terminationGracePeriodSeconds"), int(wire.StopTime/time.Second))
	require.Equal(t, true, at(pod, "securityContext", "runAsNonRoot"))
	require.NotEqual(t, 0, at(pod, "securityContext", "runAsUser"))
	c := at(pod, "containers", 0)
	require.Equal(t, true, at(c, "securityContext", "readOnlyRootFilesystem"))
	require.Equal(t, false, at(c, "securityContext", "allowPrivilegeEscalation"))
	require.Equal(t, []any{"ALL"}, at(c, "securityContext", "capabilities", "drop"))
	require.NotNil(t, at(c, "resources", "limits", "memory"))
	pinned(t, at(c, "image").(string))
	env := map[string]string{}
	for k, v := range shared.(node) {
		env[k] = v.(string)
	}
	for _, e := range at(c, "env").([]any) {
		env[at(e, "name").(string)] = at(e, "value").(string)
	}
	conf := loads(t, env)
	_, port, err := net.SplitHostPort(conf.Addr)
	require.NoError(t, err)
	require.Equal(t, "8080", port)
	require.Equal(t, 8080, at(c, "ports", 0, "containerPort"))
	for _, probe := range []string{"startupProbe", "readinessProbe", "livenessProbe"} {
		require.Contains(t, routes, "GET "+at(c, probe, "httpGet", "path").(string), probe)
		require.Equal(t, at(c, "ports", 0, "name"), at(c, probe, "httpGet", "port"), probe)
	}
	mounts := map[string]bool{}
	for _, m := range at(c, "volumeMounts").([]any) {
		mounts[at(m, "mountPath").(string)] = true
	}
	require.True(t, mounts[conf.Data] && mounts["/tmp"], "what is written to is a volume")
}

func pinned(t *testing.T, image string) {
	t.Helper()
	require.Regexp(t, `:(\$\{TONGBAN_VERSION:-)?\d+\.\d+\.\d+`, image, "an image is named by its whole version")
}

func TestCompose(t *testing.T) {
	for file, nodes := range map[string][]string{"one-node.yaml": {"tongban"}, "two-nodes.yaml": {"node1", "node2"}} {
		t.Run(file, func(t *testing.T) {
			d := documents(t, deploy+"compose/"+file)[0]
			subnet := at(d, "networks", "inside", "ipam", "config", 0, "subnet")
			for name, s := range at(d, "services").(node) {
				pinned(t, at(s, "image").(string))
				for _, v := range asList(at(s, "volumes")) {
					from, _, _ := strings.Cut(v.(string), ":")
					if strings.HasPrefix(from, "../") {
						require.FileExists(t, filepath.Join(deploy, "compose", from), name)
					} else if !strings.HasPrefix(from, "./") {
						require.Contains(t, at(d, "volumes"), from, name)
					}
				}
				for _, secret := range asList(at(s, "secrets")) {
					require.Contains(t, at(d, "secrets"), secret, name)
				}
			}
			for _, name := range nodes {
				s := at(d, "services", name)
				require.Equal(t, true, at(s, "read_only"), name)
				require.Equal(t, []any{"ALL"}, at(s, "cap_drop"), name)
				require.NotContains(t, s, "ports", "only the proxy is reached from outside")
				env := map[string]string{}
				for k, v := range at(s, "environment").(node) {
					env[k] = v.(string)
				}
				conf := loads(t, env)
				require.Equal(t, subnet, conf.TrustedProxies, "the proxy's addresses are believed")
				grace, err := time.ParseDuration(at(s, "stop_grace_period").(string))
				require.NoError(t, err)
				require.Greater(t, grace, wire.StopTime)
			}
		})
	}
}

func asList(v any) []any {
	l, ok := v.([]any)
	if !ok {
		return nil
	}
	return l
}

func TestDockerfile(t *testing.T) {
	df := text(t, deploy+"Dockerfile")
	gomod := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(text(t, "../../go.mod"))[1]
	require.Contains(t, df, "ARG GO_IMAGE=golang:"+gomod+".", "the image is built by the Go of go.mod")
	froms := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(df, -1)
	require.Equal(t, "scratch", froms[len(froms)-1][1])
	require.Regexp(t, `(?m)^USER [1-9]\d*:[1-9]\d*$`, df)
	require.Contains(t, df, `HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["/tongban", "healthcheck"]`)
	env := map[string]string{}
	for _, m := range regexp.MustCompile(`(TONGBAN_[A-Z]+)=(\S+)`).FindAllStringSubmatch(df, -1) {
		env[m[1]] = m[2]
	}
	c := loads(t, env)
	require.Contains(t, df, "EXPOSE "+strings.TrimPrefix(c.Addr, "0.0.0.0:")+"\n")
	require.Contains(t, df, `VOLUME ["`+c.Data+`"]`)
	ignored := text(t, deploy+"Dockerfile.dockerignore")
	for _, m := range regexp.MustCompile(`(?m)^COPY ([^-\s]\S+) `).FindAllStringSubmatch(df, -1) {
		if m[1] != "." {
			require.Contains(t, ignored, "!"+strings.SplitN(m[1], "/", 2)[0], "what the image needs is sent to the build")
		}
	}
}

func TestProxy_passes_what_the_program_needs(t *testing.T) {
	nginx := text(t, deploy+"proxy/nginx.conf")
	for _, need := range []string{
		"proxy_set_header Upgrade $http_upgrade;", "proxy_set_header Connection $connection_upgrade;", "proxy_buffering off;", "proxy_request_buffering off;",
		"proxy_set_header X-Forwarded-Proto $scheme;", "proxy_set_header X-Forwarded-For $remote_addr;", "client_max_body_size 256m;", "location = /metrics { return 404; }",
	} {
		require.Contains(t, nginx, need)
	}
	upstreams := regexp.MustCompile(`server (node\d):8080`).FindAllStringSubmatch(nginx, -1)
	names := make([]string, 0, len(upstreams))
	for _, m := range upstreams {
		names = append(names, m[1])
	}
	d := documents(t, deploy+"compose/two-nodes.yaml")[0]
	for name := range at(d, "services").(node) {
		require.Equal(t, strings.HasPrefix(name, "node"), slices.Contains(names, name), name)
	}
	require.Contains(t, text(t, deploy+"proxy/Caddyfile"), "health_uri /readyz")
}
