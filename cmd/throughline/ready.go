package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// readyWithin bounds the question, so that a health check never hangs.
const readyWithin = 3 * time.Second

func newReady(console Console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ready",
		Short: "Ask the program that runs on a data directory whether it is ready",
		Long: "Ask the program that runs on a data directory whether it is ready. The exit code is 0\n" +
			"when it is, and 1 with the reasons when it is not or does not run: a container's\n" +
			"health check needs nothing else.",
		Args: cobra.NoArgs,
	}
	o := addOptions(cmd.Flags(), true)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := o.load(console.Env)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), readyWithin)
		defer cancel()
		if err := askReady(ctx, cfg.Data); err != nil {
			return err
		}
		_, err = fmt.Fprintln(console.Out, "ready")
		return err
	}
	return cmd
}

// askReady finds the running program by its run.json and asks it.
func askReady(ctx context.Context, dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, runFile))
	if os.IsNotExist(err) {
		return fmt.Errorf("nothing runs on the data directory %s, or it has not started yet", dir)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", runFile, err)
	}
	var a Addresses
	if err := json.Unmarshal(text, &a); err != nil {
		return fmt.Errorf("read %s: %w", runFile, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+reachable(a.HTTP)+"/-/ready", nil)
	if err != nil {
		return err
	}
	answer, err := (&http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	reasons, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	err = errors.Join(err, answer.Body.Close())
	if answer.StatusCode != http.StatusOK {
		return errors.New(strings.TrimSpace(string(reasons)))
	}
	return err
}

// reachable turns an address that listens everywhere into one that can be called.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}
