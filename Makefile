# The two commands of the README are `make demo` and `make test`; both set up everything themselves.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint bench docs clean

demo: $(READY)
	@# A finished demo is run again; an interrupted one goes on where it was.
	@test ! -e runs/demo/summary.json || rm -r runs/demo
	$(BIN)/moonstead run ilrs-basic --out runs/demo
	@echo "Open runs/demo/report.html in a browser."

test: $(READY)
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python benchmarks/year.py
	$(BIN)/python benchmarks/station.py
	$(BIN)/python benchmarks/record.py
	$(BIN)/python benchmarks/horizon.py --peers all --azimuths 36 --budget 120 --out build/horizon.json
	$(BIN)/python benchmarks/temperature.py
	$(BIN)/python benchmarks/orbits.py
	$(BIN)/python benchmarks/transfers.py
	$(BIN)/python benchmarks/contacts.py
	$(BIN)/python benchmarks/routing.py
	$(BIN)/python benchmarks/planning.py --quick
	$(BIN)/python benchmarks/executive.py
	$(BIN)/python benchmarks/survival.py

docs: $(READY)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[docs]"
	$(BIN)/mkdocs build --strict

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Moonstead needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11 ..." >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $(READY)

clean:
	rm -rf .venv build dist site runs .mypy_cache .pytest_cache .ruff_cache .hypothesis
