# Throughline. `make` alone lists what can be made.
#
# Everything is incremental: what is there and current is not made again, so
# `make run` and `make test` are quick when warm and complete on a fresh checkout.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS   += --no-print-directory
.DEFAULT_GOAL := help

BIN     := bin/throughline
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)
PKG     ?= ./...
BENCH   ?= .

# Two variants of everything are compiled and no more: this one, for the program,
# vet, lint and bench, and the race detector's, which needs cgo, for the tests.
export CGO_ENABLED := 0
export GOFLAGS     := $(strip $(filter-out -trimpath,$(shell go env GOFLAGS)) -trimpath)
RACE               := CGO_ENABLED=1 go test -race -trimpath=false

# Tests that take a tenth of the orders, or of the seeds, under the race detector.
WHOLE := KilledTwentyTimes|TwentyKills|TestEveryLog|TestAGraphThat|TestAStitcherThatForgets|TestAfterACut|TestAListenerIsTold|TestOfWhatHoldsNothing|TestTwoThousandCleanOrders|TestEveryFault|TestALargeMarket|TestWalksOverThePublicLogs|TestAStoreThatIsFilled

# The lock file's hash stamps node_modules: `npm ci` unpacks half a gigabyte, so
# it runs once a lock file and not once a build.
LOCK       := $(shell cksum <package-lock.json | cut -d' ' -f1)
NODE_STAMP := node_modules/.lock-$(LOCK)

# What the program is made of.
FOLDERS   := catalog clickhouse cmd collector lineage reference slo alerts jobs auth web
SOURCES   := $(shell find $(wildcard $(FOLDERS)) -type f -not -name '*_test.go' 2>/dev/null) go.mod go.sum
TEMPLATES := $(shell find $(wildcard web) -name '*.templ' 2>/dev/null)

# Debian's packages are asked for only where something is missing and we may install it.
APT := $(shell command -v apt-get 2>/dev/null)

# What the pages load in the browser; web/assets.go embeds it.
NPM    := web/static/npm
ASSETS := $(NPM)/htmx.min.js $(NPM)/ws.min.js $(NPM)/idiomorph-ext.min.js

.PHONY: help deps deps-test assets gen build run test prove bench lint fmt clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: $(NODE_STAMP) ## Fetch the embedded engine and the browser's assets (npm, once per lock file)

$(NODE_STAMP):
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

assets: $(ASSETS) ## Copy the browser's assets to where the build embeds them

$(NPM)/htmx.min.js: $(NODE_STAMP)
	cp node_modules/htmx.org/dist/htmx.min.js $@

$(NPM)/ws.min.js: $(NODE_STAMP)
	cp node_modules/htmx-ext-ws/dist/ws.min.js $@

$(NPM)/idiomorph-ext.min.js: $(NODE_STAMP)
	cp node_modules/idiomorph/dist/idiomorph-ext.min.js $@

# gcc is for the race detector, Chromium for the browser test.
deps-test: deps
	@missing=(); \
	command -v gcc >/dev/null || missing+=(gcc libc6-dev); \
	command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium); \
	if (( $${#missing[@]} == 0 )); then exit 0; fi; \
	if [[ -z "$(APT)" || $$(id -u) != 0 ]]; then \
		echo "make test needs $${missing[*]}: install it, then try again." >&2; exit 1; \
	fi; \
	echo "installing $${missing[*]}"; \
	apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null

gen: ## Generate code: the pages' templates
	go tool templ generate -log-level warn

# A checkout has its generated files; they are made again when a template is newer
# than the last time.
bin/.gen: $(TEMPLATES)
	@mkdir -p bin
	go tool templ generate -log-level warn
	@touch $@

build: $(BIN) ## Build bin/throughline (no cgo)

$(BIN): $(ASSETS) bin/.gen $(SOURCES)
	@mkdir -p bin
	go build -ldflags '$(LDFLAGS)' -o $@ ./cmd/throughline

run: build ## Build and run it all: Throughline, its engine and the reference pipeline
	$(BIN) demo

test: deps-test assets bin/.gen ## Install what the tests need, vet, and run every test with the race detector
	go vet $(PKG)
	$(RACE) -timeout 25m $(PKG)
	go test -timeout 15m -run '$(WHOLE)' ./cmd/throughline ./lineage ./lineage/stitcher

prove: ## Prove lineage on a thousand logs of every kind, in any order of arrival (SEEDS=n)
	THROUGHLINE_SEEDS=$(or $(SEEDS),1000) go test -timeout 120m -run 'EveryLog|Forgets|BeginsWithAll' ./lineage ./lineage/stitcher

bench: build ## Measure: CPU per span, bytes per span, events stitched a second (BENCH=pattern PKG=./folder)
	go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 30m $(PKG)

lint: ## Format and static analysis, by tools pinned in tools.mod
	@unformatted=$$(go tool -modfile=tools.mod gofumpt -l $$(find . -name '*.go' -not -name '*_templ.go' -not -path './node_modules/*')); \
	if [[ -n "$$unformatted" ]]; then echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi
	go tool -modfile=tools.mod staticcheck $(PKG)

fmt: ## Format the code and the templates
	go tool -modfile=tools.mod gofumpt -w $$(find . -name '*.go' -not -name '*_templ.go' -not -path './node_modules/*')
	go tool templ fmt -log-level warn $(wildcard web)

clean: ## Remove what the build made (not your data)
	rm -rf bin node_modules $(ASSETS)
