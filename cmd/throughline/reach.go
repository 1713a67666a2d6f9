package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// reach tells where a house is: at an address that was given, or where the program
// that runs on a data directory says that it listens.
func reach(given, dir string, of func(Addresses) string) (string, error) {
	if given != "" {
		u, err := url.Parse(given)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "", fmt.Errorf("%q is no address of a house; write it as http://host:port", given)
		}
		return strings.TrimRight(given, "/"), nil
	}
	text, err := os.ReadFile(filepath.Join(dir, runFile))
	if os.IsNotExist(err) {
		return "", fmt.Errorf("nothing runs on the data directory %s; start it, or say where the house is", dir)
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", runFile, err)
	}
	var a Addresses
	if err := json.Unmarshal(text, &a); err != nil {
		return "", fmt.Errorf("read %s: %w", runFile, err)
	}
	return "http://" + reachable(of(a)), nil
}

// problemOf reads why a house refused a request.
func problemOf(answer *http.Response, body []byte) error {
	var p struct {
		Detail string `json:"detail"`
	}
	if json.Unmarshal(body, &p) != nil || p.Detail == "" {
		p.Detail = strings.TrimSpace(string(body))
	}
	if answer.StatusCode == http.StatusUnauthorized {
		p.Detail += " (give it as THROUGHLINE_TOKEN)"
	}
	return fmt.Errorf("%s: %s", answer.Status, p.Detail)
}
