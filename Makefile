# Two commands do everything on a fresh machine:
#   make demo    builds an invented case, from nothing to a case file that opens in a browser
#   make test    runs every test
# `make check` adds the linters and the types, `make lock` renews the pinned requirements.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# the system's own certificates, because a company's proxy often signs with one of its own
INSTALL := $(BIN)/uv pip install --quiet --system-certs --python $(BIN)/python

.PHONY: demo test check lock clean

demo: $(VENV)/.core
	$(BIN)/darkwake demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto -m ""

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# uv comes first, itself pinned by hash; then the locked requirements; then this package, without asking for anything more
$(VENV)/.uv: requirements/uv.txt
	$(PYTHON) -c 'import sys; sys.exit("Darkwake needs Python 3.11 or later; run: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	touch $@

$(VENV)/.core: $(VENV)/.uv requirements/core.txt pyproject.toml
	$(INSTALL) --require-hashes -r requirements/core.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.core requirements/dev.txt
	$(INSTALL) --require-hashes -r requirements/dev.txt
	touch $@

lock: $(VENV)/.uv
	$(BIN)/uv pip compile --quiet --system-certs --universal --generate-hashes --no-emit-index-url --no-header \
	    requirements/uv.in --output-file requirements/uv.txt
	$(BIN)/uv pip compile --quiet --system-certs --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 --extra all pyproject.toml requirements/build.in --output-file requirements/core.txt
	$(BIN)/uv pip compile --quiet --system-certs --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 --extra all --extra spark pyproject.toml requirements/build.in --group dev \
	    --output-file requirements/dev.txt

clean:
	$(PYTHON) -c 'import shutil; shutil.rmtree(".venv", ignore_errors=True)'
