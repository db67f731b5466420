# Two commands are enough to begin: `make run` and `make test`.

GO ?= go

.PHONY: run build test soak lint cross clean

run: ## a server in memory with a guild, a bot and a person to try things with; ARGS="--listen 127.0.0.1:9000" passes flags
	$(GO) run ./cmd/guildhall serve --dev $(ARGS)

build: ## the binary, for this machine
	CGO_ENABLED=0 $(GO) build -trimpath -o guildhall ./cmd/guildhall

test: ## all that CI runs, at most 40 minutes; one part alone: scripts/test PART
	scripts/test

soak: ## what takes longer: run before an issue is closed
	scripts/soak

lint: ## format, vet, staticcheck
	scripts/test lint

cross: ## binaries without cgo for linux, darwin and windows on amd64 and arm64, in build/cross
	scripts/cross

clean:
	rm -rf build guildhall
