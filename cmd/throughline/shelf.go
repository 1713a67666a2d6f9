package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"throughline/lineage"
)

// shelf keeps every catalogue that blocks were decoded with, by its hash: a
// block that a crash left in doubt is decoded again with its own.
type shelf struct{ dir string }

// openCatalogues reads the catalogue that is in force, built-in files first, and
// puts it on the shelf.
func openCatalogues(cfg Config) (shelf, *lineage.Catalogue, error) {
	s := shelf{filepath.Join(cfg.Data, "catalogues")}
	files, err := readCatalogue(cfg.Catalog)
	if err != nil {
		return s, nil, err
	}
	files = distinct(files)
	cat, err := lineage.ParseCatalogue(files)
	if err != nil {
		return s, nil, err
	}
	return s, cat, s.put(cat.Hash(), files)
}

func (s shelf) path(hash string) string { return filepath.Join(s.dir, hash+".json") }

// put keeps the files of a catalogue, all at once.
func (s shelf) put(hash string, files []lineage.File) error {
	if _, err := os.Stat(s.path(hash)); err == nil {
		return nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("keep the catalogue: %w", err)
	}
	text, err := json.Marshal(files)
	if err != nil {
		return fmt.Errorf("keep the catalogue: %w", err)
	}
	next := s.path(hash) + ".next"
	if err := os.WriteFile(next, text, 0o600); err != nil {
		return fmt.Errorf("keep the catalogue: %w", err)
	}
	return os.Rename(next, s.path(hash))
}

// Catalogue returns the catalogue with a hash. The error is of kind NotFound when
// it was never kept, or its file was removed.
func (s shelf) Catalogue(hash string) (*lineage.Catalogue, error) {
	text, err := os.ReadFile(s.path(hash))
	if err != nil {
		return nil, lineage.E(lineage.NotFound, "find catalogue "+hash, err)
	}
	var files []lineage.File
	if err := json.Unmarshal(text, &files); err != nil {
		return nil, lineage.E(lineage.Internal, "read catalogue "+hash, err)
	}
	return lineage.ParseCatalogue(files)
}
