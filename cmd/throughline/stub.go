package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"throughline/lineage"
	"throughline/lineage/ocel"
)

// writeStub writes a catalogue to start from. A file that is there is somebody's work
// and stays.
func (i *importing) writeStub(log *ocel.Log, files []lineage.File) error {
	def, err := lineage.ParseDefinition(files)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(def.Flows, func(f lineage.Flow) bool { return f.Name == i.flow }) || i.flow == lineage.TransactionFlow {
		return fmt.Errorf("the catalogue has a flow %q already; name another with --flow", i.flow)
	}
	guess, err := ocel.NewGuess(log, def, i.anchor)
	if err != nil {
		return err
	}
	text := guess.Stub(i.name, i.flow)
	if _, err := lineage.ParseCatalogue(append(slices.Clone(files), lineage.File{Name: i.name + ".yaml", Data: text})); err != nil {
		return fmt.Errorf("no catalogue can be made of the log's types, write one by hand: %w", err)
	}
	if err := os.MkdirAll(i.stub, 0o755); err != nil {
		return err
	}
	path := filepath.Join(i.stub, i.name+".yaml")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already; remove it, or give the log another --name", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(i.console.Out, "%s: read it, edit it, and then\n  throughline check --catalog %s\n  throughline import ocel %s --name %s --flow %s --catalog %s\n",
		path, i.stub, i.file, i.name, i.flow, i.stub)
	return err
}
