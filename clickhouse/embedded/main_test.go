package embedded

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
)

// Roles that this test binary plays in a process of its own.
const (
	roleEnv    = "THROUGHLINE_TEST_ROLE"
	roleEngine = "engine" // args: path, listen, memory cap
	roleParent = "parent" // args: path; supervises an engine and waits to be killed
)

const testToken = "a token for tests"

// shared is the engine that the tests of this process ask, each in tables of its
// own: a process has one engine.
var (
	shared        *Server
	sharedMetrics *prometheus.Registry
)

func TestMain(m *testing.M) {
	var err error
	switch role := os.Getenv(roleEnv); role {
	case roleEngine:
		err = playEngine(os.Args[1:])
	case roleParent:
		err = playParent(os.Args[1:])
	default:
		var code int
		if code, err = runShared(m); err == nil {
			os.Exit(code)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runShared(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "embedded")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	sharedMetrics = prometheus.NewRegistry()
	if shared, err = New(Config{Path: dir, Token: testToken, StopTimeout: time.Second}, Deps{Metrics: sharedMetrics}); err != nil {
		return 0, err
	}
	if err := shared.Start(context.Background()); err != nil {
		return 0, err
	}
	code := m.Run()
	return code, shared.Stop(context.Background())
}

func playEngine(args []string) error {
	memory, err := strconv.ParseInt(args[2], 10, 64)
	if err != nil {
		return err
	}
	config := Config{Path: args[0], Listen: args[1], MemoryLimit: memory, Token: TokenFromEnv()}
	return Run(context.Background(), config, slog.New(slog.DiscardHandler))
}

func playParent(args []string) error {
	s, err := NewSupervisor(engineOf(args[0]), SupervisorDeps{})
	if err != nil {
		return err
	}
	if err := s.Start(context.Background()); err != nil {
		return err
	}
	fmt.Println(s.PID())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// engineOf is this test binary as the engine on a path.
func engineOf(path string) SupervisorConfig {
	return SupervisorConfig{
		Args: []string{"{path}", "{listen}", strconv.Itoa(600 * mib)},
		Env:  []string{roleEnv + "=" + roleEngine}, Path: path, Backoff: 10 * time.Millisecond,
	}
}

// dial opens clickhouse-go on the shared engine.
func dial(t *testing.T, change ...func(*clickhouse.Options)) driver.Conn {
	t.Helper()
	options := &clickhouse.Options{
		Protocol: clickhouse.HTTP, Addr: []string{shared.Addr()},
		Auth:        clickhouse.Auth{Username: user, Password: testToken},
		DialTimeout: 10 * time.Second, MaxOpenConns: 12, MaxIdleConns: 12,
	}
	for _, f := range change {
		f(options)
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// table makes a table with a name of its own and returns the name.
func table(t *testing.T, columns, engine string) string {
	t.Helper()
	name := "t" + strings.Map(func(r rune) rune {
		if r < 128 && isWord(byte(r)) {
			return r
		}
		return '_'
	}, t.Name()) + strconv.FormatInt(time.Now().UnixNano(), 36)
	mustExec(t, dial(t), "CREATE TABLE "+name+" ("+columns+") ENGINE = "+engine)
	return name
}

func mustExec(t *testing.T, conn driver.Conn, query string, args ...any) {
	t.Helper()
	if err := conn.Exec(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func count(t *testing.T, table string) uint64 {
	t.Helper()
	var n uint64
	if err := dial(t).QueryRow(context.WithoutCancel(t.Context()), "SELECT count() FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// answer is what curl would see.
type answer struct {
	status int
	header http.Header
	body   string
}

// call is one plain HTTP call to the shared engine, with the token unless the
// headers say otherwise.
type plainCall struct {
	method string
	path   string
	args   url.Values
	body   string
	header map[string]string
}

func (c plainCall) do(t *testing.T) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), c.method, "http://"+shared.Addr()+c.path+"?"+c.args.Encode(), bytes.NewReader([]byte(c.body)))
	if err != nil {
		t.Fatal(err)
	}
	if c.path == "" {
		request.URL.Path = "/"
	}
	if len(c.args) == 0 {
		request.URL.RawQuery = ""
	}
	request.Header.Set("X-ClickHouse-Key", testToken)
	for name, value := range c.header {
		request.Header.Set(name, value)
	}
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{status: response.StatusCode, header: response.Header, body: string(body)}
}

// post sends a statement in the body, with settings by name and value.
func post(t *testing.T, query string, settings ...string) answer {
	t.Helper()
	args := url.Values{}
	for i := 0; i+1 < len(settings); i += 2 {
		args.Set(settings[i], settings[i+1])
	}
	return plainCall{method: http.MethodPost, args: args, body: query}.do(t)
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-deadline.C:
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}
