package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"throughline/lineage"
)

// recorded is what a house has received, and the catalogue that it goes by: one that
// runs is asked, and the data of one that does not is opened.
type recorded interface {
	inForce(ctx context.Context) ([]lineage.File, error)
	received(ctx context.Context, since time.Time, keys []string, take func(*lineage.Received) error) error
	promote(ctx context.Context, console Console, p lineage.Promotion) error
	close() error
}

// openRecorded finds a house: at an address, or by its data directory.
func openRecorded(ctx context.Context, cfg Config, server string) (recorded, error) {
	if server == "" {
		if _, err := os.Stat(cfg.Data); err != nil {
			return nil, fmt.Errorf("find the data directory: %w; name it with --data DIR, or a house that runs with --server URL", err)
		}
		if dir, err := openDataDir(cfg.Data); err == nil {
			return openResting(ctx, cfg, dir)
		}
	}
	address, err := reach(server, cfg.Data, func(a Addresses) string { return a.HTTP })
	if err != nil {
		return nil, err
	}
	return running{houseAPI{address}}, nil
}

// running is a house that is asked.
type running struct{ houseAPI }

func (r running) close() error { return nil }

// theCatalogue is what a house answers of its catalogue.
type theCatalogue struct {
	Hash  string          `json:"hash"`
	Files []catalogueFile `json:"files"`
}

type catalogueFile struct {
	Name string `json:"name"`
	Team string `json:"team"`
	Text string `json:"text"`
}

func (r running) inForce(ctx context.Context) ([]lineage.File, error) {
	raw, err := r.ask(ctx, "/api/v1/catalogue", url.Values{})
	if err != nil {
		return nil, err
	}
	var answer theCatalogue
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, fmt.Errorf("the house's answer cannot be read: %w", err)
	}
	var files []lineage.File
	for _, f := range answer.Files {
		files = append(files, lineage.File{Name: f.Name, Team: f.Team, Data: []byte(f.Text)})
	}
	return files, nil
}

// receivedLine is one line of /api/v1/export/received.
type receivedLine struct {
	Received *lineage.Received `json:"received"`
	End      *struct {
		Lines int `json:"lines"`
	} `json:"end"`
	Error string `json:"error"`
}

func (r running) received(ctx context.Context, since time.Time, keys []string, take func(*lineage.Received) error) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	q := url.Values{"since": {since.UTC().Format(time.RFC3339)}, "key": keys}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.address+"/api/v1/export/received?"+q.Encode(), nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the house cannot be asked: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
		return errors.Join(problemOf(answer, body), err)
	}
	in := json.NewDecoder(answer.Body)
	for n := 0; ; n++ {
		var line receivedLine
		if err := in.Decode(&line); err != nil {
			return fmt.Errorf("what was recorded broke off after %d lines: %w", n, err)
		}
		switch {
		case line.Error != "":
			return errors.New(line.Error)
		case line.End != nil && line.End.Lines != n:
			return fmt.Errorf("what was recorded has %d lines, and says that it has %d", n, line.End.Lines)
		case line.End != nil:
			return nil
		case line.Received == nil:
			continue // of a later version
		}
		if err := take(line.Received); err != nil {
			return err
		}
	}
}

// resting is the data of a house that does not run.
type resting struct {
	*Program
	dir *dataDir
}

// openResting opens the store of a data directory that nobody else holds.
func openResting(ctx context.Context, cfg Config, dir *dataDir) (_ recorded, err error) {
	p, err := NewProgram(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	r := &resting{p, dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	p.shelf = shelf{filepath.Join(cfg.Data, "catalogues")}
	if err := p.startStore(ctx); err != nil {
		return nil, err
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for p.store.Ping(ctx) != nil {
		select {
		case err := <-p.failed:
			return nil, err
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
	return r, nil
}

func (r *resting) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	return errors.Join(r.Stop(ctx), r.dir.Close())
}

func (r *resting) inForce(context.Context) ([]lineage.File, error) {
	a, err := r.shelf.activated()
	if err == nil && a.Catalogue != "" {
		return r.shelf.files(a.Catalogue)
	}
	if err != nil {
		return nil, err
	}
	return readCatalogue(r.cfg.Catalog)
}

func (r *resting) received(ctx context.Context, since time.Time, keys []string, take func(*lineage.Received) error) error {
	return r.store.Received(ctx, tenant, since, keys, take)
}

// theirs are the files of a directory alone, without those that the program ships with.
func theirs(dir string) ([]lineage.File, error) {
	files, err := readCatalogue([]string{dir})
	if err != nil {
		return nil, err
	}
	var own []lineage.File
	for _, f := range files {
		if !strings.HasPrefix(f.Name, builtIn+string(filepath.Separator)) {
			own = append(own, f)
		}
	}
	if len(own) == 0 {
		return nil, fmt.Errorf("%s: no .yaml file in it", dir)
	}
	return own, nil
}
