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

SOURCES     := $(shell find gnss mapping simulators beidou_svc -name '*.py' 2>/dev/null)
WEB_SOURCES := $(shell find $(WEB) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
CHECKED     := gnss mapping beidou_svc simulators tests .setup

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo serve test check format bench fuzz setup page kernels browser wheel lock clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## the service, a simulated fleet and the page, on this machine (ARGS="--terminals 10000 ...")
	$(BIN)/beidou demo $(ARGS)

serve: setup ## the service alone (ARGS="--config my.toml")
	$(BIN)/beidou serve $(ARGS)

# all three are run, whatever the ones before say, and pytest's account of the last comes last
test: setup $(STAMPS)/dev browser ## all tests (ARGS="-k nmea" selects among those of Python)
	@failed=0; \
	$(if $(ARGS),,(cd $(WEB) && ../../.setup/npm test) || failed=1; $(PYTEST_INTERPRETED) || failed=1;) \
	CHROMIUM=$(abspath $(BROWSER)/chromium) $(BIN)/pytest $(ARGS) || failed=1; \
	exit $$failed

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

setup: page kernels ## everything that running needs: packages, the built page, compiled kernels

page: $(PAGE)

kernels: $(STAMPS)/kernels

browser: $(STAMPS)/browser

wheel: page ## a wheel with the built page in it, in dist/
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python

lock: $(STAMPS)/venv ## resolve the dependencies of pyproject.toml anew, into the lock files
	$(foreach lock,$(LOCKS),$(COMPILE) $(subst :, ,$(lock)) $(ARGS) &&) true

clean: ## forget everything that was made here
	rm -rf $(VENV) .cache dist $(WEB)/dist $(WEB)/node_modules
	find gnss mapping simulators beidou_svc tests -name __pycache__ -prune -exec rm -rf {} +

# --- how each is made ---------------------------------------------------------------------------------------------

COMPILE := UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
           --generate-hashes --no-emit-index-url
LOCKS   := pyproject.toml:-o:requirements.lock pyproject.toml:--group:dev:-o:requirements-dev.lock \
           --group:setup:-o:.setup/setup.lock --group:node:-o:.setup/node.lock --group:peers:-o:.setup/peers.lock
INSTALL := $(BIN)/python .setup/packages.py

# Kernels are plain Python too, and the tests of gnss and mapping also run them as that. Integers that wrap around do so
# on purpose.
PURE_TESTS := $(wildcard tests/property $(addprefix tests/unit/,$(notdir $(patsubst %/,%,$(wildcard gnss/*/ mapping/*/)))))
PYTEST_INTERPRETED = NUMBA_DISABLE_JIT=1 $(BIN)/pytest -m 'not compiled' \
                     -W 'ignore:overflow encountered in scalar:RuntimeWarning' $(PURE_TESTS)

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

# numba keeps compiled kernels beside their sources and knows itself which are stale: a repeated warm-up is quick
$(STAMPS)/kernels: $(STAMPS)/project $(SOURCES)
	$(BIN)/beidou warm
	$(BIN)/beidou-sim warm
	touch $@

$(STAMPS)/browser: .setup/chromium.py .setup/chromium/package-lock.json $(STAMPS)/node
	$(BIN)/python .setup/chromium.py $(BROWSER)
	touch $@
