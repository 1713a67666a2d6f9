package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"throughline/clickhouse/embedded"
)

// newEngine is the embedded ClickHouse's own process. serve starts one and
// supervises it; a person may start one too, to look into a stopped data
// directory.
func newEngine(console Console) *cobra.Command {
	var path, listen, format string
	memory := defaults().Memory
	cmd := &cobra.Command{
		Use:     "clickhouse",
		Short:   "Run the embedded ClickHouse alone, speaking ClickHouse's HTTP interface",
		Long:    "Run the embedded ClickHouse alone, speaking ClickHouse's HTTP interface.\n\nIts port asks for the token in " + embedded.TokenEnv + ", as the password of user default or as a bearer token.",
		Example: "  " + embedded.TokenEnv + "=$(openssl rand -hex 16) throughline clickhouse --path data/clickhouse --listen 127.0.0.1:8123",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if path == "" {
				return errors.New("--path is missing; name the engine's data directory")
			}
			if err := oneOf("auto", "text", "json")(format); err != nil {
				return fmt.Errorf("--log-format %w", err)
			}
			if !loopback(listen) {
				return errors.New("--listen must be on 127.0.0.1: the engine is for this machine only; for others use a ClickHouse server")
			}
			return embedded.Run(cmd.Context(), embedded.Config{
				Path: path, Listen: listen, Token: embedded.TokenFromEnv(), MemoryLimit: int64(memory),
			}, newLogger(console.Err, format))
		},
	}
	cmd.Flags().StringVar(&path, "path", "", "the engine's data directory")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8123", "listen here, on this machine only")
	cmd.Flags().Var(&memory, "memory", "cap the engine's memory")
	cmd.Flags().StringVar(&format, "log-format", "auto", "auto, text or json")
	return cmd
}
