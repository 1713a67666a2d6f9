// Package catalog holds the catalogue that the program ships with: central/ is
// the flow quote-to-cash and its types, reference/ the contracts of the bundled
// pipeline's events, as any team has them. A folder of your own is read after it;
// what stands at its top or in its central/ may redefine what is central here.
package catalog

import (
	"embed"
	"io/fs"
)

//go:embed central/*.yaml reference/*.yaml
var files embed.FS

// FS returns the YAML files, by team and name.
func FS() fs.FS { return files }
