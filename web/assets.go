package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

// Our own style sheet and script, and under npm/ what `make assets` copied
// from npm before the build.
//
//go:embed static
var files embed.FS

// What is said when the build went without `make assets`.
const (
	assetsFix  = "run `make assets` and build again"
	assetsNote = "Pages are not live: this build is without its browser assets. Run `make assets` and build again."
)

// assets serves the embedded files under names that change with their content,
// so that a browser may keep them for ever.
type assets struct {
	vendor  []string // in the order in which they are loaded
	missing []string
	files   map[string]asset // by path under static/
}

type asset struct {
	body []byte
	hash string
}

func newAssets() (*assets, error) {
	a := &assets{
		vendor: []string{"npm/htmx.min.js", "npm/ws.min.js", "npm/idiomorph-ext.min.js"},
		files:  map[string]asset{},
	}
	err := fs.WalkDir(files, "static", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, path)
		sum := sha256.Sum256(body)
		a.files[strings.TrimPrefix(path, "static/")] = asset{body, hex.EncodeToString(sum[:6])}
		return err
	})
	for _, name := range a.vendor {
		if _, there := a.files[name]; !there {
			a.missing = append(a.missing, name)
		}
	}
	for _, name := range []string{"throughline.css", "throughline.js", "icon.svg"} {
		if _, there := a.files[name]; !there {
			err = errors.Join(err, errors.New("static/"+name+" is not embedded"))
		}
	}
	return a, err
}

// url is the address of a file, with its content's hash.
func (a *assets) url(name string) string {
	return "/static/" + name + "?v=" + a.files[name].hash
}

// vendored are the addresses of the vendored scripts.
func (a *assets) vendored() []string {
	out := make([]string, 0, len(a.vendor)+1)
	for _, name := range a.vendor {
		out = append(out, a.url(name))
	}
	return out
}

// ServeHTTP serves a file. Only the current hash may be kept for ever.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/static/")
	file, there := a.files[name]
	if !there {
		http.Error(w, "there is no such asset", http.StatusNotFound)
		return
	}
	w.Header().Set("ETag", `"`+file.hash+`"`)
	if r.URL.Query().Get("v") == file.hash {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(file.body))
}
