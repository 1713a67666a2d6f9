package embedded

import (
	"strconv"
	"strings"
	"sync"

	"throughline/lineage"
)

// engine is the one engine of this process, open on a directory. Its sessions
// are opened per request; one is kept open for ever, because the engine closes
// with its last session.
type engine struct {
	lib     *library
	args    []string
	root    *connection
	version string
	zone    string

	mu    sync.RWMutex // held for writing by close
	turn  sync.Mutex
	spare *connection // for KILL and the like, one statement at a time
}

// openEngine loads the library and opens the directory, making it if needed. It
// fails at once with Conflict when another engine has the directory open.
func openEngine(config Config) (*engine, error) {
	const op = "embedded.openEngine"
	dir, err := prepare(config.Path)
	if err != nil {
		return nil, err
	}
	file := config.Library
	if file == "" {
		if file, err = Locate(); err != nil {
			return nil, err
		}
	}
	lib, err := loadLibrary(file)
	if err != nil {
		return nil, err
	}
	e := &engine{lib: lib, args: config.arguments(dir)}
	if e.root, err = lib.open(e.args); err != nil {
		return nil, lineage.Errorf(lineage.Unavailable, op, "the engine cannot open %s: %w", dir, err)
	}
	if e.spare, err = lib.open(e.args); err != nil {
		e.close()
		return nil, err
	}
	if err := e.introduce(); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

// arguments are what every session is opened with: the first boots the engine
// with all of them, later ones take the settings among them.
func (c Config) arguments(dir directory) []string {
	limit := c.MemoryLimit - program
	args := []string{
		"--path=" + string(dir),
		"--config-file=" + dir.file("engine.xml"),
		"--users_config=" + dir.file("users.xml"),
		"--max_server_memory_usage=" + strconv.FormatInt(limit, 10),
		"--merges_mutations_memory_usage_soft_limit=" + strconv.FormatInt(limit/2, 10),
		// By cgroup it misjudges its resident memory, and what the allocator holds
		// back comes on top of the cap (994 MiB under 600, tried).
		"--memory_worker_use_cgroup=0",
		"--mark_cache_size=" + strconv.FormatInt(c.MarkCache, 10),
		// An insert is in its table when it is answered, or it has failed.
		"--async_insert=0",
	}
	if c.Threads > 0 {
		args = append(args, "--max_threads="+strconv.Itoa(c.Threads))
	}
	return args
}

// introduce reads what the engine says about itself.
func (e *engine) introduce() error {
	r, err := e.root.query("SELECT version(), timezone()", "TSV", nil)
	if err != nil {
		return err
	}
	defer r.release()
	version, zone, ok := strings.Cut(strings.TrimSpace(string(r.data)), "\t")
	if !ok {
		return lineage.Errorf(lineage.Internal, "embedded.introduce", "the engine answers %q when asked for its version", r.data)
	}
	e.version, e.zone = version, zone
	return nil
}

// session opens a session for one request. After close it is Unavailable: a
// session opened then would boot another engine.
func (e *engine) session() (*connection, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.root == nil {
		return nil, lineage.Errorf(lineage.Unavailable, "embedded.session", "the engine is closed")
	}
	return e.lib.open(e.args)
}

// aside runs a statement beside whatever else is running, one at a time.
func (e *engine) aside(sql string) error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	e.turn.Lock()
	defer e.turn.Unlock()
	if e.spare == nil {
		return lineage.Errorf(lineage.Unavailable, "embedded.aside", "the engine is closed")
	}
	return e.spare.exec(sql)
}

// close ends the engine; every session of a request has to be closed before.
func (e *engine) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.spare != nil {
		e.spare.close()
		e.spare = nil
	}
	if e.root != nil {
		e.root.close()
		e.root = nil
	}
}
