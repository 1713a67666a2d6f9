package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"throughline/catalog"
	"throughline/lineage"
)

// loadCatalogue reads and checks the built-in catalogue and those of the
// directories.
func loadCatalogue(dirs []string) (*lineage.Catalogue, error) {
	files, err := readCatalogue(dirs)
	if err != nil {
		return nil, err
	}
	return lineage.ParseCatalogue(files)
}

// readCatalogue reads the built-in catalogue and then every .yaml and .yml file
// below the directories, in their order and by path. Names are as a person would
// write them, for error messages. JSON files are read where they are AsyncAPI
// documents by their name.
func readCatalogue(dirs []string) ([]lineage.File, error) {
	files, err := catalogueFiles(catalog.FS(), "built-in")
	if err != nil {
		return nil, fmt.Errorf("read the built-in catalogue: %w", err)
	}
	for _, dir := range dirs {
		found, err := readFolder(dir)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	return files, nil
}

// readFolder reads the catalogue files below one directory.
func readFolder(dir string) ([]lineage.File, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("read the catalogue: %s is a file; want a directory, as the one that it lies in", dir)
	}
	files, err := catalogueFiles(os.DirFS(dir), dir)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	return files, nil
}

// catalogueFiles reads one tree of catalogue files; prefix goes before their names.
func catalogueFiles(tree fs.FS, prefix string) ([]lineage.File, error) {
	var files []lineage.File
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !ofCatalogue(name) {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		files = append(files, lineage.File{Name: filepath.Join(prefix, name), Data: data, Team: teamOf(name)})
		return err
	})
	return files, err
}

func ofCatalogue(name string) bool {
	return slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name)) || strings.HasSuffix(name, "asyncapi.json")
}

// central is the folder of the centre's rules.
const central = "central"

// teamOf is the team that a file of a catalogue is from: its folder's name. What
// stands at the top is the centre's, as is what stands in central.
func teamOf(name string) string {
	team, _, below := strings.Cut(filepath.ToSlash(name), "/")
	if !below || team == central {
		return ""
	}
	return team
}
