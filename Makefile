# `make demo` and `make test` are each enough on a new machine. What they need is installed by scripts/setup.
DEMO_PORT ?= 8080
PYTEST_FLAGS ?=
WORKERS ?= 4
export PATH := $(CURDIR)/.venv/bin:$(PATH)
ASK = import sys, urllib.request as web; print(web.build_opener(web.ProxyHandler({})).open(sys.argv[1], timeout=10).read().decode().strip())

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-tests demo demo-down test check unit lint format cluster-up cluster-down clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what slimdeploy needs
	@scripts/setup run

setup-dev: ## and what `make check` needs
	@scripts/setup dev

setup-tests: ## and what `make test` needs
	@scripts/setup tests

demo: setup ## run examples/hello on local podman, and ask it
	@url=$$(cd examples/hello && slimdeploy up --publish $(DEMO_PORT)) && echo "$$url" && python -c '$(ASK)' "$$url"

demo-down: setup ## remove what the demo made
	@cd examples/hello && slimdeploy down

test: setup-tests ## all tests, the real cluster included
	@pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --ignore tests/cluster $(PYTEST_FLAGS)
	@pytest $(PYTEST_FLAGS) tests/cluster

check: lint unit ## lint and unit

lint: setup-dev ## format, lint, types, layers; changes nothing
	ruff format --check .
	ruff check .
	mypy
	lint-imports --no-logo

unit: setup-dev ## the pure tests
	@pytest $(PYTEST_FLAGS) tests/unit

format: setup-dev ## write the code as `make check` wants it
	ruff check --fix-only --quiet .
	ruff format --quiet .

cluster-up: setup-tests ## a real Kubernetes for working by hand, until cluster-down
	@python -m tests.cluster up

cluster-down: setup-tests ## end it
	@python -m tests.cluster down

clean: ## remove what git ignores: environments, caches
	git clean -dfqX
