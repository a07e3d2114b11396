PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: run setup image lint test prove bench clean

run: setup
	@$(BIN)/rill simulate --days 1 --seed 1 --outage 39600:14400

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt tools/rill/fetch.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "rill needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv .venv || { echo "rill: $(PYTHON) cannot make a venv; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --upgrade --target typings \
		-c constraints.txt micropython-esp32-esp32-generic-stubs micropython-stdlib-stubs
	$(BIN)/python -m rill.fetch
	@touch $@

image: setup
	@$(BIN)/rill image

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/rill image

test: lint
	$(BIN)/pytest -n 2 -m "not prove"

prove: setup
	$(BIN)/pytest -n 2 --dist worksteal -m prove

bench: setup
	@$(BIN)/python -m rill.bench

clean:
	rm -rf .venv build lib typings
