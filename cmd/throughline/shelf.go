package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"throughline/lineage"
)

// shelf keeps every catalogue that blocks were decoded with, by its hash: a
// block that a crash left in doubt is decoded again with its own.
type shelf struct{ dir string }

// open reads the catalogue of the directories, built-in files first, and puts it
// on the shelf.
func (s shelf) open(dirs []string) (*lineage.Catalogue, error) {
	files, err := readCatalogue(dirs)
	if err != nil {
		return nil, err
	}
	cat, err := lineage.ParseCatalogue(files)
	if err != nil {
		return nil, err
	}
	return cat, s.put(cat.Hash(), files)
}

func (s shelf) path(hash string) string { return filepath.Join(s.dir, hash+".json") }

// put keeps the files of a catalogue, all at once. They are on the disk before
// the first block is decoded with them.
func (s shelf) put(hash string, files []lineage.File) error {
	const op = "keep the catalogue"
	if _, err := s.Catalogue(hash); err == nil {
		return nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return lineage.E(lineage.Unavailable, op, err)
	}
	text, err := json.Marshal(files)
	if err != nil {
		return lineage.E(lineage.Internal, op, err)
	}
	next := s.path(hash) + ".next"
	if err := writeDurably(next, text); err != nil {
		return lineage.E(lineage.Unavailable, op, err)
	}
	if err := os.Rename(next, s.path(hash)); err != nil {
		return lineage.E(lineage.Unavailable, op, err)
	}
	if err := syncFolder(s.dir); err != nil {
		return lineage.E(lineage.Unavailable, op, err)
	}
	return nil
}

func writeDurably(path string, text []byte) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.Sync()
}

func syncFolder(dir string) (err error) {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}

// Catalogue returns the catalogue with a hash. The error is of kind NotFound when
// it was never kept, or its file was removed.
func (s shelf) Catalogue(hash string) (*lineage.Catalogue, error) {
	files, err := s.files(hash)
	if err != nil {
		return nil, err
	}
	return lineage.RestoreCatalogue(files)
}

// keys are the attribute keys that any catalogue on the shelf asks for.
func (s shelf) keys() ([]string, error) {
	names, err := filepath.Glob(s.path("*"))
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, name := range names {
		if filepath.Base(name) == activationFile {
			continue
		}
		cat, err := s.Catalogue(strings.TrimSuffix(filepath.Base(name), ".json"))
		if err != nil {
			continue // of a version that can be read no more
		}
		keys = append(keys, cat.Keys()...)
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// files are those of a catalogue; errors are those of Catalogue.
func (s shelf) files(hash string) (files []lineage.File, err error) {
	text, err := os.ReadFile(s.path(hash))
	if err != nil {
		return nil, lineage.E(lineage.NotFound, "find catalogue "+hash, err)
	}
	if err := json.Unmarshal(text, &files); err != nil {
		return nil, lineage.E(lineage.Internal, "read catalogue "+hash, err)
	}
	return files, nil
}
