# Two commands on a fresh machine: `make report`, then `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
READY := $(VENV)/.ready
# Rows of the generated mobility file that `make bench` measures on: ten million have 3 GB.
ROWS ?= 10000000
UV := $(shell command -v uv 2>/dev/null)
# Kernels of any tool of Jupyter are forked from one that has imported what notebooks import.
WARM := JUPYTER_DEFAULT_PROVISIONER_NAME=workbook-warm

# Some machines forbid Python to keep what it has compiled; every kernel and command would compile anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: report test coverage lab bench backtest lint lock refresh clean help

help: ## say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# Installed anew only when the lock or the project's own declaration changes.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else "Python 3.11 to 3.13 is needed, this is %d.%d; say which: make PYTHON=python3.12" % v[:2])'
ifneq ($(UV),)
	$(UV) venv --quiet --clear --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV)
	$(UV) pip install --quiet --compile-bytecode --python $(VENV) --no-deps --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(VENV) --no-deps --no-build-isolation --editable .
else
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endif
	@touch $@

report: $(READY) ## make the reports of every year of the plan, in both languages
	$(BIN)/workbook run

test: $(READY) ## run all tests, then nbval on the notebooks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 -p no:cov
	$(WARM) $(BIN)/python -m pytest -p no:cov -n 2 --loadscope-reorder --nbval --nbval-current-env --nbval-sanitize-with tests/nbval_sanitize.cfg --nbval-cell-timeout 120 notebooks/*.ipynb notebooks/explore/tour.ipynb notebooks/explore/tur.ipynb

coverage: $(READY) ## run all tests and print what they cover; following each line takes a third longer
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term:skip-covered

lab: $(READY) ## open JupyterLab at the overview
	$(BIN)/workbook lab

bench: $(READY) ## measure, beside a named peer in the same run
	$(BIN)/python tests/benchmarks/bench.py
	$(BIN)/python tests/benchmarks/batch.py
	$(BIN)/python tests/benchmarks/pages.py
	$(BIN)/python tests/benchmarks/mobility.py $(ROWS)

backtest: $(READY) ## test the forecasts on real series, cut at each year (needs ../shared/data)
	$(BIN)/python tests/benchmarks/backtest.py

lint: $(READY) ## format and check
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/mypy

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --generate-hashes --no-header --upgrade --all-extras --python-version 3.11 pyproject.toml --output-file requirements.lock

refresh: $(READY) ## execute the committed notebooks anew, show what has changed, and store it
	$(BIN)/workbook refresh --yes
	$(BIN)/ruff format notebooks

clean: ## remove the environment and the reports
	rm -rf $(VENV) reports/*
