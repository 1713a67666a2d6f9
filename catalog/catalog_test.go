package catalog_test

import (
	"io/fs"
	"testing"

	"throughline/catalog"
	"throughline/lineage"
)

func parse(t *testing.T) *lineage.Catalogue {
	t.Helper()
	var files []lineage.File
	err := fs.WalkDir(catalog.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(catalog.FS(), name)
		files = append(files, lineage.File{Name: name, Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := lineage.ParseCatalogue(files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestShippedCatalogueIsValid(t *testing.T) {
	t.Parallel()
	flows := parse(t).Flows()
	if len(flows) != 1 || flows[0].Name != "quote-to-cash" || len(flows[0].Stages) != 6 {
		t.Errorf("flows are %+v", flows)
	}
}
