# Every target works on a machine with Python 3.11 or newer (with venv) and make; the first one builds the environment.

PYTHON ?= python3
VENV ?= .venv
# That share the tests, each with a PostgreSQL of its own.
PROCESSES ?= 2
# What is installed for developers; dev,spark runs the tests of Spark too, which need Java 17 or 21.
EXTRAS ?= dev
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help demo test check fmt messages bench accept screens cluster soak lock clean

help:
	@echo "make demo      a shop to look at: database, data, server; prints the address and the log-ins"
	@echo "make test      all tests on a PostgreSQL of their own"
	@echo "make check     style, types, layers, templates, migrations, translations"
	@echo "make fmt       put the code in order"
	@echo "make accept    each promise of this release with its measured value, and the figures"
	@echo "make screens   every page in two languages, two widths, two themes"
	@echo "make bench     the figures on speed and size"
	@echo "make cluster   runs on Spark and on a cluster of it, held against those without"
	@echo "make soak      the long fault tests"

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
RECIPE := pyproject.toml constraints.txt build_hook.py frontend/package-lock.json frontend/icons.txt \
	src/shuke/locale/zh_Hans/LC_MESSAGES/django.po

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# What the program needs; what its developers need, too; what it is measured against, too; what runs it on Spark, too.
$(VENV)/run.stamp: $(RECIPE) | $(BIN)/python
	$(INSTALL) -e .
	@$(BIN)/python -m compileall -q src/shuke
	@touch $@

$(VENV)/dev.stamp: $(RECIPE) | $(BIN)/python
	$(INSTALL) -e '.[$(EXTRAS)]'
	@touch $(VENV)/run.stamp $@

$(VENV)/bench.stamp: $(RECIPE) | $(BIN)/python
	$(INSTALL) -e '.[$(EXTRAS),bench]'
	@touch $(VENV)/run.stamp $(VENV)/dev.stamp $@

$(VENV)/spark.stamp: $(RECIPE) | $(BIN)/python
	$(INSTALL) -e '.[$(EXTRAS),spark]'
	@touch $(VENV)/run.stamp $(VENV)/dev.stamp $@

demo: $(VENV)/run.stamp
	$(BIN)/shuke demo

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadscope --no-loadscope-reorder

check: $(VENV)/dev.stamp
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	djlint --quiet --lint src/shuke/web/templates
	$(BIN)/python -m pytest -q tests/unit/test_repository.py

# Gathers what people read into the catalogue, names what has no Chinese yet, and compiles it.
messages: $(VENV)/dev.stamp
	$(BIN)/python frontend/messages.py
	$(BIN)/python build_hook.py

fmt: $(VENV)/dev.stamp
	ruff check --fix .
	ruff format .

bench: $(VENV)/bench.stamp
	$(BIN)/python bench

accept: $(VENV)/bench.stamp $(VENV)/spark.stamp
	$(BIN)/python tests/accept.py

screens: $(VENV)/dev.stamp
	$(BIN)/python tests/screens.py

cluster: $(VENV)/spark.stamp
	SHUKE_REQUIRE_SPARK=1 $(BIN)/python -m pytest -m cluster

soak: $(VENV)/dev.stamp
	SHUKE_SOAK=1 $(BIN)/python -m pytest -m slow

lock: $(VENV)/dev.stamp
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --extra bench --extra spark \
		--no-header --no-annotate --no-emit-index-url pyproject.toml -o constraints.txt

clean:
	rm -rf $(VENV) .cache build dist screens
