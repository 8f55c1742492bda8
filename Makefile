# Everything a newcomer needs: `make run`, `make test`. The first target that needs it makes .venv.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run view test check bench soak setup python clean

BIN := .venv/bin
SCENARIO ?= central-asia-2025
INSTALLED := .venv/.installed

# A command that is on the path may still fail (a pyenv shim does where its version is not chosen): only running it, here,
# tells. VERSION_TEST fails for an old Python, VENV_TEST for one that cannot make a virtual environment.
VERSION_TEST := import sys; sys.exit(sys.version_info < (3, 12))
VENV_TEST := import ensurepip, venv
FIND_PYTHON = found=; incomplete=; \
	for candidate in "$(PYTHON)" python3.12 python3.13 python3; do \
		if [ -z "$$candidate" ] || ! "$$candidate" -c '$(VERSION_TEST)' </dev/null >/dev/null 2>&1; then \
			if [ -n "$$candidate" ] && [ "$$candidate" = "$(PYTHON)" ]; then \
				echo "PYTHON=$$candidate is not a Python 3.12 or newer that runs here: looking for another." >&2; \
			fi; \
		elif "$$candidate" -c '$(VENV_TEST)' </dev/null >/dev/null 2>&1; then found=$$candidate; break; \
		else incomplete="$${incomplete:-$$candidate}"; fi; \
	done; \
	if [ -z "$$found" ] && [ -n "$$incomplete" ]; then \
		echo "$$incomplete is new enough, but cannot make a virtual environment: its module ensurepip is missing." >&2; \
		echo "Install it (Debian and Ubuntu: apt install python3-venv, or python3.12-venv for that version)" >&2; \
		echo "and repeat the command, or name another Python: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; \
	elif [ -z "$$found" ]; then \
		echo "Détente needs Python 3.12 or newer; python3.12, python3.13 and python3 are missing, too old or do not run here." >&2; \
		echo "Install one (Debian 13, Ubuntu 24.04 or newer: apt install python3 python3-venv; Fedora: dnf install python3.12;" >&2; \
		echo "macOS: brew install python@3.12; with pyenv: pyenv install 3.12; or from python.org) and repeat the command," >&2; \
		echo "or name yours: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; \
	fi

# A .venv that was copied along with the checkout still belongs to the old place: its stamp says which.
ifneq ($(shell cat $(INSTALLED) 2>/dev/null),$(CURDIR))
$(INSTALLED): moved
endif
.PHONY: moved

$(INSTALLED): pyproject.toml constraints.txt
	@if ! $(BIN)/python -c '$(VERSION_TEST)' >/dev/null 2>&1 || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		$(FIND_PYTHON); echo "Making .venv with $$found"; "$$found" -m venv --clear .venv || exit 1; \
	fi
	@echo "Installing what Détente and its tests need into .venv: two or three minutes the first time"
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable '.[test]'
	@printf '%s\n' "$(CURDIR)" > $@

setup: $(INSTALLED)  ## make .venv with everything that running and testing need

run: setup  ## simulate SCENARIO (central-asia-2025) and write its report; more options with ARGS="--seed 7"
	@$(BIN)/detente run $(SCENARIO) $(ARGS)

view: setup  ## open SCENARIO in the browser; more options with ARGS="--port 8800"
	@$(BIN)/detente view $(SCENARIO) $(ARGS)

test: setup  ## all tests, the slow ones too
	$(BIN)/python -m pytest -n logical --maxprocesses 8 --dist loadgroup $(ARGS)

check: setup  ## lint, format, types and the fast tests: before each commit
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy sim
	$(BIN)/python -m pytest -n logical --maxprocesses 8 --dist loadgroup -m "not slow and not soak" $(ARGS)

bench: setup  ## how fast steps, commands, sweeps and the page are on this machine
	$(BIN)/python tests/bench_speed.py $(ARGS)
	$(BIN)/python tests/bench_sweep.py
	$(BIN)/python tests/bench_page.py

soak: setup  ## long runs that look for rare trouble
	$(BIN)/python -m pytest -n logical --maxprocesses 8 -m soak $(ARGS)

python:  ## say which Python would make .venv
	@$(FIND_PYTHON); echo "$$found"

clean:  ## remove .venv, caches and build products; runs/ stays
	rm -rf .venv build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## this list
	@awk -F ':.*##' '/^[a-z]+:.*##/ { printf "make %-8s%s\n", $$1, $$2 }' Makefile
