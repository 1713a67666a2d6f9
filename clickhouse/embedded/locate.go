package embedded

import (
	"os"
	"path/filepath"
	"runtime"

	"throughline/lineage"
)

// LibraryEnv names the environment variable that overrides where libchdb lies.
const LibraryEnv = "THROUGHLINE_CHDB_LIB"

// Locate returns the path of libchdb: what THROUGHLINE_CHDB_LIB says, or what npm
// put into a node_modules folder of the working directory, of the executable's
// directory, or of any parent of either. NotFound says how to get it.
func Locate() (string, error) {
	executable, err := os.Executable()
	if err != nil {
		executable = ""
	}
	working, err := os.Getwd()
	if err != nil {
		working = ""
	}
	return locate(os.Getenv(LibraryEnv), working, filepath.Dir(executable))
}

func locate(override string, roots ...string) (string, error) {
	const op = "embedded.Locate"
	if override != "" {
		if !isFile(override) {
			return "", lineage.Errorf(lineage.NotFound, op, "%s names %s, and there is no such file", LibraryEnv, override)
		}
		return filepath.Abs(override)
	}
	name := packageName(runtime.GOOS, runtime.GOARCH)
	if name == "" {
		return "", lineage.Errorf(lineage.Unsupported, op,
			"there is no embedded engine for %s/%s: name a ClickHouse server with --clickhouse DSN", runtime.GOOS, runtime.GOARCH)
	}
	for _, root := range roots {
		for dir := root; dir != ""; dir = filepath.Dir(dir) {
			candidate := filepath.Join(dir, "node_modules", "@chdb", name, "libchdb.so")
			if isFile(candidate) {
				return filepath.Abs(candidate)
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return "", lineage.Errorf(lineage.NotFound, op,
		"the ClickHouse engine (npm package @chdb/%s) is missing: run `make deps`, set %s to a libchdb.so, or name a server with --clickhouse DSN",
		name, LibraryEnv)
}

// packageName is npm's name of the engine for a platform, empty if there is none.
func packageName(goos, goarch string) string {
	switch goos + "/" + goarch {
	case "linux/amd64":
		return "lib-linux-x64-gnu"
	case "linux/arm64":
		return "lib-linux-arm64-gnu"
	case "darwin/amd64":
		return "lib-darwin-x64"
	case "darwin/arm64":
		return "lib-darwin-arm64"
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
