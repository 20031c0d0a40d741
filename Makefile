# Tasks of picket. `make` lists them.

GO ?= go
DATA ?= ../shared/data
SIZES ?= 10000,100000

.DEFAULT_GOAL := help

help: ## list the tasks
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build ./picket
	$(GO) build -trimpath -o picket ./cmd/picket

check: ## everything CI runs: formatting, vet, generated files, all tests with the race detector
	@./.ci/check

test: ## all tests, without the race detector
	$(GO) test ./...

e2e: ## call a running server as its clients do, on both stores (RUN=pattern)
	cd test && $(GO) test -timeout 30m -run '$(RUN)' ./e2e

clients: ## the AWS CLI, boto3 and Terraform through whole life cycles, where they are installed
	cd test && PICKET_CLIENTS=1 $(GO) test -v -timeout 30m -run 'TestAWSCLI|TestBoto3|TestTerraform' ./e2e

generate: ## write docs/reference anew from the declarations
	$(GO) generate ./...

fuzz: ## run every fuzz target for FUZZTIME (default 2m)
	@./.ci/fuzz $${FUZZTIME:-2m}

eval: ## score detection on labelled data (DATA=dir) and on generated logs
	$(GO) run ./bench/eval -data $(DATA)

bench: ## time whole scans against zcat on generated logs
	$(GO) run ./bench/speed

bench-api: ## time the API on many findings (SIZES=10000,100000)
	$(GO) run ./bench/api -sizes $(SIZES)

.PHONY: help build check test e2e clients generate fuzz eval bench bench-api
