package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/server/config"
)

func env(m map[string]string) func(string) (string, bool) {
	return func(k string) (string, bool) { v, ok := m[k]; return v, ok }
}

func TestLoad(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	require.NoError(t, os.WriteFile(file, []byte("addr: 127.0.0.1:9000\nsignup: open\n"), 0o600))

	t.Run("nothing given gives the defaults", func(t *testing.T) {
		c, err := config.Load(env(nil))
		require.NoError(t, err)
		require.Equal(t, "127.0.0.1:8080", c.Addr)
		require.Equal(t, filepath.Join("data", "master.key"), c.KeyFile)
		require.True(t, c.SQLite())
	})
	t.Run("the environment wins over the file", func(t *testing.T) {
		c, err := config.Load(env(map[string]string{"TONGBAN_CONFIG": file, "TONGBAN_ADDR": ":1"}))
		require.NoError(t, err)
		require.Equal(t, ":1", c.Addr)
		require.Equal(t, "open", c.Signup)
	})
	t.Run("an unknown key of the file is an error that names it", func(t *testing.T) {
		bad := filepath.Join(t.TempDir(), "bad.yaml")
		require.NoError(t, os.WriteFile(bad, []byte("host_port: x\n"), 0o600))
		_, err := config.Load(env(map[string]string{"TONGBAN_CONFIG": bad}))
		require.ErrorContains(t, err, "host_port")
	})
	t.Run("printing leaves passwords out", func(t *testing.T) {
		c, err := config.Load(env(map[string]string{"TONGBAN_SMTP_URL": "smtp://me:hunter2@mail:25", "TONGBAN_STORE": "mongodb://me:hunter3@db/x"}))
		require.NoError(t, err)
		require.NotContains(t, strings.Join(c.Lines(), "\n"), "hunter")
	})
}

func TestConfig_Validate(t *testing.T) {
	bad := map[string]string{
		"TONGBAN_ADDR": "nonsense", "TONGBAN_STORE": "postgres://x", "TONGBAN_BASE_URL": "crm.example.com", "TONGBAN_SIGNUP": "maybe",
		"TONGBAN_SMTP_URL": "mail:25", "TONGBAN_OUTBOUND_ALLOW": "10.0.0.1", "TONGBAN_TRUSTED_PROXIES": "x", "TONGBAN_RATE_LIMIT": "1", "TONGBAN_FILE_QUOTA": "20GB", "TONGBAN_HISTORY_DAYS": "30",
		"TONGBAN_LOG_LEVEL": "loud", "TONGBAN_TEST_CLOCK": "/tmp/x",
	}
	for key, v := range bad {
		t.Run("a wrong "+key+" is an error that names the key", func(t *testing.T) {
			_, err := config.Load(env(map[string]string{key: v}))
			require.ErrorContains(t, err, key)
		})
	}
}
