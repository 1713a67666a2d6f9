package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
)

// options are the settings as one command's flags.
type options struct {
	file  string // --config
	flags []*flag
}

// flag is one setting on the command line. It keeps the texts that were given:
// the flags are applied last, over the file and the environment.
type flag struct {
	setting setting
	texts   []string
	shown   string // the default, for the help
}

var _ pflag.Value = (*flag)(nil)

func (f *flag) String() string { return f.shown }

func (f *flag) Type() string {
	if f.setting.value == "" {
		return "bool"
	}
	return f.setting.value
}

// Set keeps the text. It is checked by load: cobra quotes what a flag refuses,
// and that could be a secret.
func (f *flag) Set(text string) error {
	f.texts = append(f.texts, text)
	return nil
}

// addOptions declares the settings as flags, those of the reference pipeline
// only for demo.
func addOptions(set *pflag.FlagSet, demo bool) *options {
	o := &options{}
	set.SortFlags = false
	set.StringVar(&o.file, "config", "", "read settings from this YAML `FILE`")
	base := defaults()
	for _, s := range settings() {
		if s.demo && !demo {
			continue
		}
		f := &flag{setting: s}
		if s.get != nil {
			f.shown = s.get(&base)
		}
		declared := set.VarPF(f, s.name, "", s.usage)
		if s.value == "" {
			declared.NoOptDefVal = "true"
		}
		o.flags = append(o.flags, f)
	}
	return o
}

// load puts the settings together: defaults, then the file, then the
// environment, then the command line.
func (o *options) load(env func(string) (string, bool)) (Config, error) {
	cfg := defaults()
	file := o.file
	if named, ok := env("THROUGHLINE_CONFIG"); ok && file == "" {
		file = named
	}
	if file != "" {
		if err := loadFile(file, &cfg); err != nil {
			return Config{}, err
		}
	}
	if err := loadEnv(env, &cfg); err != nil {
		return Config{}, err
	}
	for _, f := range o.flags {
		if f.setting.list && len(f.texts) > 0 {
			cfg.Catalog = nil
		}
		for _, text := range f.texts {
			if err := f.setting.set(&cfg, text); err != nil {
				return Config{}, fmt.Errorf("--%s %w", f.setting.name, err)
			}
		}
	}
	return cfg, cfg.checkListen()
}

// loadEnv applies THROUGHLINE_…. An empty variable counts as not set; a list
// is written like PATH.
func loadEnv(env func(string) (string, bool), cfg *Config) error {
	for _, s := range settings() {
		value, ok := env(s.env())
		if !ok || value == "" {
			continue
		}
		texts := []string{value}
		if s.list {
			texts, cfg.Catalog = filepath.SplitList(value), nil
		}
		for _, text := range texts {
			if err := s.set(cfg, text); err != nil {
				return fmt.Errorf("%s %w", s.env(), err)
			}
		}
	}
	return nil
}

// loadFile applies a YAML file. Relative directories in it are relative to it.
func loadFile(name string, cfg *Config) error {
	raw, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read the config file: %w", err)
	}
	before := *cfg
	if err := parseFile(name, raw, cfg); err != nil {
		return err
	}
	here := filepath.Dir(name)
	if cfg.Data != before.Data {
		cfg.Data = below(here, cfg.Data)
	}
	for i, dir := range cfg.Catalog {
		cfg.Catalog[i] = below(here, dir)
	}
	return nil
}

func below(dir, name string) string {
	if filepath.IsAbs(name) || strings.HasPrefix(name, "~") {
		return name
	}
	return filepath.Join(dir, name)
}
