package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Addresses are where a running program listens, as host:port; scripts read
// them from run.json. Reference is nil unless the reference pipeline runs.
type Addresses struct {
	HTTP       string     `json:"http"`
	OTLPHTTP   string     `json:"otlp_http"`
	OTLPGRPC   string     `json:"otlp_grpc"`
	ClickHouse string     `json:"clickhouse"`
	Reference  *Reference `json:"reference,omitempty"`
}

// Reference are the addresses of the reference pipeline's two systems.
type Reference struct {
	CRM string `json:"crm"`
	ERP string `json:"erp"`
}

// runFile is the name of the file in the data directory that says what runs there.
const runFile = "run.json"

// writeRunFile publishes the addresses, all at once: a reader sees the whole
// file or none.
func writeRunFile(dir string, a Addresses) error {
	text, err := json.MarshalIndent(struct {
		Addresses
		PID     int    `json:"pid"`
		Version string `json:"version"`
	}{a, os.Getpid(), version}, "", "  ")
	if err != nil {
		return err
	}
	next := filepath.Join(dir, runFile+".next")
	if err := os.WriteFile(next, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write %s: %w", runFile, err)
	}
	if err := os.Rename(next, filepath.Join(dir, runFile)); err != nil {
		return fmt.Errorf("write %s: %w", runFile, err)
	}
	return nil
}

// removeRunFile takes the addresses back; it is no error when there are none.
func removeRunFile(dir string) error {
	if err := os.Remove(filepath.Join(dir, runFile)); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("remove %s: %w", runFile, err)
	}
	return nil
}
