package embedded

import (
	"net"
	"os"
	"time"

	"throughline/lineage"
)

// TokenEnv names the environment variable that carries the token from the
// supervisor to the engine's process: arguments are for everyone to see.
const TokenEnv = "THROUGHLINE_CLICKHOUSE_TOKEN"

// Config says where the engine keeps its data and how it is spoken to.
type Config struct {
	// Path is the directory of the data. One engine opens it at a time.
	Path string
	// Listen is the address of the HTTP front, host:port; port 0 takes a free one.
	Listen string
	// Token is what every request has to show. Required.
	Token string
	// Library is the path of libchdb; empty means what Locate finds.
	Library string
	// MemoryLimit caps the memory of the engine's process in bytes, with the 192 MiB
	// that its program takes; 0 means 2 GiB, and 384 MiB is the least.
	MemoryLimit int64
	// MarkCache caps the cache of index marks in bytes; 0 means 128 MiB.
	MarkCache int64
	// Threads caps the threads of one query; 0 leaves it to the engine.
	Threads int
	// Readers and Writers bound how many statements run at once; 0 means 16 and 4.
	// More of them wait up to QueueTimeout (0 means 10 s) and are then refused.
	Readers, Writers int
	QueueTimeout     time.Duration
	// MaxQuery is the largest text of a statement in bytes, its inline data
	// included; 0 means 16 MiB. The body of a streamed insert has no limit.
	MaxQuery int64
	// MaxResult is the largest result in bytes that is held in memory, which all
	// but a streamed SELECT are; 0 means 256 MiB.
	MaxResult int64
	// StopTimeout is how long statements may go on after Stop; 0 means 5 s.
	StopTimeout time.Duration
}

const (
	mib = 1 << 20
	gib = 1 << 30

	// program is what the library and this program take of the process's memory,
	// and what the engine does not count.
	program = 192 * mib
)

// complete checks what is required and fills what is left open.
func (c Config) complete() (Config, error) {
	const op = "embedded.Config"
	if c.Path == "" {
		return c, lineage.Errorf(lineage.Invalid, op, "path is empty: name the engine's data directory")
	}
	if c.Token == "" {
		return c, lineage.Errorf(lineage.Invalid, op, "token is empty: set %s, the engine's port does not open without one", TokenEnv)
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return c, lineage.Errorf(lineage.Invalid, op, "listen %q is not host:port: %w", c.Listen, err)
	}
	for _, size := range []struct {
		name  string
		value *int64
		or    int64
	}{
		{"memory limit", &c.MemoryLimit, 2 * gib},
		{"mark cache", &c.MarkCache, 128 * mib},
		{"largest query", &c.MaxQuery, 16 * mib},
		{"largest result", &c.MaxResult, 256 * mib},
	} {
		if *size.value < 0 {
			return c, lineage.Errorf(lineage.Invalid, op, "%s is %d bytes: it cannot be negative", size.name, *size.value)
		}
		*size.value = or(*size.value, size.or)
	}
	if c.MemoryLimit < 2*program {
		return c, lineage.Errorf(lineage.Invalid, op, "memory limit is %d bytes: the engine needs at least %d", c.MemoryLimit, 2*program)
	}
	c.Readers, c.Writers = or(c.Readers, 16), or(c.Writers, 4)
	c.QueueTimeout, c.StopTimeout = or(c.QueueTimeout, 10*time.Second), or(c.StopTimeout, 5*time.Second)
	return c, nil
}

// or returns value, or fallback if value is the zero of its type.
func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// TokenFromEnv returns the token that the supervisor left in the environment and
// removes it from there, so that nothing this process starts inherits it.
func TokenFromEnv() string {
	token := os.Getenv(TokenEnv)
	_ = os.Unsetenv(TokenEnv)
	return token
}
