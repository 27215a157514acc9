# Coterie's commands; `make demo` and `make test` need only Python 3.11 to 3.13 and a package index.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py

.PHONY: setup demo demo-password run worker test lint bench bench-import bench-segmentation screenshots lock clean

setup: .venv/ready .env

.venv/ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Coterie needs Python 3.11 to 3.13; name one with PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing packages …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev-ready: .venv/ready requirements-dev.txt
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.env: .venv/ready
	@$(BIN)/python -m ecommerce.env_file

demo: setup
	@exec $(MANAGE) demo --port $(PORT)

demo-password: setup
	@$(MANAGE) demo --prepare-only --reset-password

run: setup
	$(MANAGE) migrate --verbosity 0
	DEBUG=on $(MANAGE) runserver $(PORT)

worker: setup
	exec $(MANAGE) work

lint: .venv/dev-ready .env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: .venv/dev-ready .env
	$(BIN)/python -m tests.everything

bench: .venv/dev-ready .env
	$(BIN)/python -m benchmarks

bench-import: .venv/dev-ready .env
	$(BIN)/python -m benchmarks import

bench-segmentation: .venv/dev-ready .env
	$(BIN)/python -m benchmarks segmentation

screenshots: .venv/dev-ready .env
	$(BIN)/python -m tests.browser.screenshots

# Resolve the newest allowed versions for every supported Python.
lock: .venv/dev-ready
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf .venv var .mypy_cache .pytest_cache .ruff_cache
