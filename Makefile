# "make" lists the targets. Needed: Go, Node 20+, npm, make; chromium for the browser tests.
.DEFAULT_GOAL := help
SHELL := /bin/bash -euo pipefail

BIN          := $(CURDIR)/.bin
LINT_VERSION := v2.15.0
LINT         := $(BIN)/golangci-lint-$(LINT_VERSION)
VERSION      := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
PKG          ?= ./...
TARGETS      := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
BUILD        := -trimpath -ldflags "-s -w -buildid= -X main.version=$(VERSION)"
export GOFLAGS := -buildvcs=false

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build everything and serve on http://localhost:8080
	@bin/tongban serve

dev: frontend/node_modules/.stamp ## server and front end with live reload (front end on :5173)
	@trap 'kill 0' EXIT; go run ./server/cmd/tongban serve & (cd frontend && npm run dev)

build: web ## build the one binary, bin/tongban
	CGO_ENABLED=0 go build $(BUILD) -o bin/tongban ./server/cmd/tongban

web: frontend/node_modules/.stamp ## build the front end into frontend/dist
	@if [ -z "$$(find frontend/dist/.vite/manifest.json -newer frontend/package-lock.json 2>/dev/null)" ] \
	 || [ -n "$$(find frontend/src frontend/public frontend/index.html frontend/vite.config.ts -newer frontend/dist/.vite/manifest.json -print -quit 2>/dev/null)" ]; \
	then cd frontend && npm run build; fi

frontend/node_modules/.stamp: frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund
	@touch $@

test: test-go test-web e2e ## every test

test-go: ## Go tests, on SQLite and on MongoDB (a real server if there is one, else the double)
	go test -shuffle=on -timeout 20m $(PKG)

test-race: ## Go tests of what is concurrent, with the race detector
	go test -race -timeout 20m ./schema/... ./runtime/event/... ./runtime/live/... ./runtime/record/... ./server/ws/...

test-web: frontend/node_modules/.stamp ## types, unit tests and rules of the front end
	cd frontend && npm run types && npm run test

e2e: build ## browser tests against the built binary
	cd frontend && npm run e2e

torture: ## kill, starve, cut and race the program for 30 minutes (TIME=2h for longer)
	TONGBAN_TORTURE=$${TIME:-30m} go test -count=1 -v -timeout 24h ./server/torture

test-mongo: ## the storage suite against the server that TONGBAN_TEST_MONGO names
	@test -n "$${TONGBAN_TEST_MONGO:-}" || { echo "set TONGBAN_TEST_MONGO=mongodb://…"; exit 2; }
	go test -count=1 -timeout 30m ./runtime/store/mongo/... ./server/api/...

check: lint test ## what a commit must pass

$(LINT):
	GOBIN=$(BIN) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv $(BIN)/golangci-lint $@

lint: $(LINT) frontend/node_modules/.stamp ## linters and the architecture table
	$(LINT) run $(PKG)
	go test ./server/archtest
	cd frontend && npm run lint

fmt: $(LINT) ## format everything
	$(LINT) fmt $(PKG)
	cd frontend && npx biome check --write .

bench: ## benchmarks beside the code they measure, with ratios to floors of the same run
	go test -run '^$$' -bench . -benchtime 1s -timeout 60m $(PKG)

fuzz: ## each fuzz target for 20 s
	@grep -rho '^func Fuzz[A-Za-z0-9_]*' --include='*_test.go' -l schema runtime server | xargs -n1 dirname | sort -u | while read -r d; do \
	  for f in $$(grep -ho '^func Fuzz[A-Za-z0-9_]*' $$d/*_test.go | awk '{print $$2}'); do \
	    go test -run '^$$' -fuzz "^$$f$$" -fuzztime 20s ./$$d; done; done

screenshot: build ## take the picture of the README from the running product
	cd frontend && node scripts/screenshot.mjs ../docs/screenshot.png

release: web ## cross-compiled programs with list of parts, notices and checksums in bin/release
	@rm -rf bin/release && mkdir -p bin/release
	@for t in $(TARGETS); do \
	  o=bin/release/tongban-$(VERSION)-$${t%/*}-$${t#*/}; [ $${t%/*} = windows ] && o=$$o.exe; \
	  echo $$o; CGO_ENABLED=0 GOOS=$${t%/*} GOARCH=$${t#*/} go build $(BUILD) -o $$o ./server/cmd/tongban; done
	@cp LICENSE bin/release/
	@go run ./server/cmd/release -bin bin/release/tongban-$(VERSION)-linux-amd64 -version $(VERSION) -out bin/release
	@cat bin/release/SHA256SUMS

reproducible: ## build twice, in two folders, without a common cache: the bytes must be the same
	@scripts/reproducible $(VERSION)

clean: ## remove what was built
	rm -rf bin frontend/dist/assets frontend/dist/.vite frontend/node_modules/.stamp

.PHONY: help run dev build web test test-go test-race test-web e2e torture test-mongo check lint fmt bench fuzz screenshot release reproducible clean
