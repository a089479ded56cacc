# The verbs of this repository. Each makes first whatever it needs, and only what is not there or has changed.
# `make help` lists them. What was done is remembered by stamps inside .venv, so that deleting .venv forgets it all.

VENV    := .venv
BIN     := $(VENV)/bin
STAMPS  := $(VENV)/stamps
WEB     := beidou_svc/web
PAGE    := $(WEB)/dist/index.html
BROWSER := .cache/chromium
WEB_PACKAGES := $(WEB)/node_modules/.package-lock.json
ARGS    ?=

PACKAGES    := gnss mapping simulators beidou_svc
SOURCES     := $(shell find $(PACKAGES) -name '*.py' 2>/dev/null)
WEB_SOURCES := $(shell find $(WEB) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
CHECKED     := $(PACKAGES) tests .setup

# what does not need each other is made beside each other: kernels are compiled while the page is built
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += --jobs=2 --no-print-directory
endif

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo serve test check format bench fuzz setup page kernels browser wheel lock clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## the service, a simulated fleet and the page, on this machine (ARGS="--terminals 10000 ...")
	$(BIN)/beidou demo $(ARGS)

serve: setup ## the service alone (ARGS="--config my.toml")
	$(BIN)/beidou serve $(ARGS)

# all are run, whatever the ones before say: two parts at a time, the longest first, then those in a browser by
# themselves: they mind a busy machine
test: setup $(STAMPS)/dev browser ## all tests (ARGS="-k nmea" selects among those of Python)
ifneq ($(ARGS),)
	$(PYTEST) $(ARGS)
else
	@rm -f $(TESTS_FAILED)
	@$(MAKE) --keep-going --output-sync=target $(TEST_PARTS) || touch $(TESTS_FAILED)
	@$(PYTEST) $(BROWSER_TESTS) && test ! -e $(TESTS_FAILED)
endif

check: $(STAMPS)/dev $(STAMPS)/project $(WEB_PACKAGES) ## format, lint, types and import rules
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/mypy $(CHECKED)
	$(BIN)/lint-imports
	cd $(WEB) && ../../.setup/npm run check

format: $(STAMPS)/dev ## put the sources into the house's format
	$(BIN)/ruff format $(CHECKED)
	$(BIN)/ruff check --fix $(CHECKED)

bench: setup $(STAMPS)/dev $(STAMPS)/peers browser ## all benchmarks, into docs/benchmarks.md (ARGS="nmea_decode")
	CHROMIUM=$(abspath $(BROWSER)/chromium) $(BIN)/python -m tests.bench --write $(ARGS)

fuzz: setup $(STAMPS)/dev ## hostile bytes at the decoder (ARGS="600 7": seconds, first seed)
	$(BIN)/python -m tests.fuzz.fuzz_decoder $(or $(ARGS),60)

setup: kernels page ## everything that running needs: packages, the built page, compiled kernels

page: $(PAGE)

kernels: $(STAMPS)/kernels

browser: $(STAMPS)/browser

wheel: page ## a wheel with the built page in it, in dist/
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python

lock: $(STAMPS)/venv ## resolve the dependencies of pyproject.toml anew, into the lock files
	$(foreach lock,$(LOCKS),$(COMPILE) $(subst :, ,$(lock)) $(ARGS) &&) true

clean: ## forget everything that was made here
	rm -rf $(VENV) .cache dist $(WEB)/dist $(WEB)/node_modules
	find $(PACKAGES) tests -name __pycache__ -prune -exec rm -rf {} +

# --- how each is made ---------------------------------------------------------------------------------------------

COMPILE := UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
           --generate-hashes --no-emit-index-url
LOCKS   := pyproject.toml:-o:requirements.lock pyproject.toml:--group:dev:-o:requirements-dev.lock \
           --group:setup:-o:.setup/setup.lock --group:node:-o:.setup/node.lock --group:peers:-o:.setup/peers.lock
INSTALL := $(BIN)/python .setup/packages.py

PYTEST        := CHROMIUM=$(abspath $(BROWSER)/chromium) $(BIN)/pytest
BROWSER_TESTS := tests/browser

# Kernels are plain Python too, and the tests of gnss and mapping also run them as that. Integers that wrap around do so
# on purpose.
PURE_TESTS := $(wildcard tests/property $(addprefix tests/unit/,$(notdir $(patsubst %/,%,$(wildcard gnss/*/ mapping/*/)))))
PYTEST_INTERPRETED = NUMBA_DISABLE_JIT=1 $(BIN)/pytest -m 'not compiled' \
                     -W 'ignore:overflow encountered in scalar:RuntimeWarning' $(PURE_TESTS)
TESTS_FAILED    := .cache/tests-failed
UNIT_TESTS      := tests/unit
API_TESTS       := tests/api tests/fault tests/fuzz
TEST_PARTS      := interpreted-tests unit-tests other-tests api-tests page-tests

.PHONY: $(TEST_PARTS)

interpreted-tests:
	@$(PYTEST_INTERPRETED)

unit-tests:
	@$(PYTEST) $(UNIT_TESTS)

api-tests:
	@$(PYTEST) $(API_TESTS)

# whatever folder there is that has no part of its own
other-tests:
	@$(PYTEST) $(addprefix --ignore=,$(UNIT_TESTS) $(API_TESTS) $(BROWSER_TESTS))

page-tests:
	@cd $(WEB) && ../../.setup/npm test

$(STAMPS)/venv: .setup/venv.py .setup/setup.lock
	python=$$(.setup/find-python) && "$$python" .setup/venv.py $(VENV) .setup/setup.lock
	mkdir -p $(STAMPS) && touch $@

$(STAMPS)/packages: $(STAMPS)/venv requirements.lock
	$(INSTALL) requirements.lock
	touch $@

$(STAMPS)/dev: $(STAMPS)/packages requirements-dev.lock
	$(INSTALL) requirements-dev.lock
	touch $@

$(STAMPS)/peers: $(STAMPS)/dev .setup/peers.lock
	$(INSTALL) .setup/peers.lock
	touch $@

$(STAMPS)/project: $(STAMPS)/packages pyproject.toml
	$(BIN)/uv pip install --python $(BIN)/python --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(STAMPS)/node: $(STAMPS)/venv .setup/npm .setup/node.lock
	.setup/npm --which >/dev/null 2>&1 || $(INSTALL) .setup/node.lock
	touch $@

$(WEB_PACKAGES): $(STAMPS)/node $(WEB)/package-lock.json
	cd $(WEB) && ../../.setup/npm ci --no-audit --no-fund
	touch $@

$(PAGE): $(WEB_PACKAGES) $(WEB_SOURCES)
	cd $(WEB) && ../../.setup/npm run build
	touch $@

# numba keeps compiled kernels beside their sources and knows itself which are stale: a repeated warm-up is quick;
# bytecode is made here, not at each start where Python may not write it. First come the kernels of the simulators,
# which share many with the service: beside each other, both would compile those
$(STAMPS)/kernels: $(STAMPS)/simulator-kernels $(SOURCES)
	$(BIN)/beidou warm
	touch $@

$(STAMPS)/simulator-kernels: $(STAMPS)/project $(SOURCES)
	@echo "compiling kernels: two minutes or so the first time"
	$(BIN)/python -m compileall -q $(PACKAGES)
	$(BIN)/beidou-sim warm
	touch $@

$(STAMPS)/browser: .setup/chromium.py .setup/chromium/package-lock.json $(STAMPS)/node
	$(BIN)/python .setup/chromium.py $(BROWSER)
	touch $@
