package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"throughline/lineage/ocel"
	"throughline/lineage/ocel/sqlite"
)

// The forms of an OCEL log.
const (
	formJSON   = "json"
	formSQLite = "sqlite"
)

// readLog reads a log in whichever of the two forms it is.
func readLog(ctx context.Context, path string, o ocel.Options) (log *ocel.Log, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in := bufio.NewReaderSize(f, 1<<20)
	begin, err := in.Peek(16)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(begin, []byte("SQLite format 3\x00")):
		log, err = sqlite.Read(ctx, path, o)
	case bytes.HasPrefix(bytes.TrimLeft(begin, "\xef\xbb\xbf \t\r\n"), []byte("<")):
		return nil, fmt.Errorf("%s is XML; what is read is OCEL 2.0 as JSON or SQLite", path)
	default:
		if bytes.HasPrefix(begin, []byte("\xef\xbb\xbf")) { // a byte order mark, which JSON has none of
			if _, err := in.Discard(3); err != nil {
				return nil, err
			}
		}
		log, err = ocel.Decode(in, o)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return log, nil
}

// formOf is the form of a file to write: as it was asked for, or by its name.
func formOf(format, path string) (string, error) {
	end := strings.ToLower(filepath.Ext(path))
	switch {
	case format == formJSON, format == "" && slices.Contains([]string{".json", ".jsonocel"}, end), format == "" && path == "-":
		return formJSON, nil
	case format == formSQLite && path == "-":
		return "", errors.New("--format sqlite needs a file; name one with --out")
	case format == formSQLite, format == "" && slices.Contains([]string{".sqlite", ".sqlite3", ".db"}, end):
		return formSQLite, nil
	case format == "":
		return "", fmt.Errorf("--out %s does not say in which form; end it with .json or .sqlite, or give --format", path)
	}
	return "", fmt.Errorf("--format %q is neither json nor sqlite", format)
}

// writeFile lets write make a file, which has its name only once it is whole. "-" is
// the console.
func writeFile(console Console, path string, write func(io.Writer) error) error {
	if path == "-" {
		return write(console.Out)
	}
	return replaceFile(path, func(part string) (err error) {
		f, err := os.Create(part)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		if err := write(f); err != nil {
			return err
		}
		return f.Sync()
	})
}

// replaceFile lets make make a new file beside path, and then gives it that name.
func replaceFile(path string, make func(part string) error) error {
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := make(part); err != nil {
		if gone := os.Remove(part); !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
		return err
	}
	return os.Rename(part, path)
}
