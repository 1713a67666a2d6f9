// Command throughline is the whole house in one binary: the server, the
// embedded engine's process, and the tools for a person at a terminal.
package main

import (
	"context"
	"fmt"
	"os"
)

// version is set by the build (-ldflags -X main.version=…).
var version = "dev"

func main() { os.Exit(program()) }

// program runs one command and returns the process's exit code.
func program() int {
	console := Console{Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv}
	err := newRoot(console).ExecuteContext(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, "throughline: "+err.Error())
	}
	return exitCode(err)
}
