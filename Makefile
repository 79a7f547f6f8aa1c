# What can be done here, from a machine with Python 3.11 or later, pip and make. PYTHON=... chooses the Python.

PYTHON ?=
export PYTHON

# The tests that .ci/run runs elsewhere, as options that leave them out here.
ELSEWHERE ?=

BIN := .venv/bin
INSTALL := .ci/environment .venv -e

.PHONY: help demo test test-all soak clean

help:
	@echo "make demo      the imatinib protocol: its check, its courses, nine published patients, one decision"
	@echo "make test      style, types and tests"
	@echo "make test-all  the same with every extra installed, and the comparisons of running time"
	@echo "make soak      long randomised runs; SOAK_CASES=... says how many cases of each kind"
	@echo "make clean     removes everything that was made here"

# A stamp is newer than what it was made from, so that a second run installs nothing.
.venv/for-use: pyproject.toml .ci/environment
	@$(INSTALL) .
	@touch $@

.venv/for-tests: pyproject.toml .ci/environment
	@$(INSTALL) '.[test]'
	@touch .venv/for-use $@

.venv/for-everything: pyproject.toml .ci/environment
	@$(INSTALL) '.[test,bulk,cdisc,report,spark,verify]'
	@touch .venv/for-use .venv/for-tests $@

demo: .venv/for-use
	@echo '$$ protocol check imatinib-hes'
	@$(BIN)/protocol check imatinib-hes
	@echo
	@echo '$$ protocol test imatinib-hes'
	@$(BIN)/protocol test imatinib-hes
	@echo
	@echo "\$$ protocol replay imatinib-hes specs/imatinib-hes/courses.md --course Patient"
	@$(BIN)/protocol replay imatinib-hes specs/imatinib-hes/courses.md --course Patient
	@echo
	@echo "\$$ protocol why 'imatinib-hes:Counts fall twice' 49"
	@$(BIN)/protocol why 'imatinib-hes:Counts fall twice' 49

.PHONY: style
style: .venv/for-tests
	@$(BIN)/python -m ruff check --quiet .
	@$(BIN)/python -m ruff format --quiet --check .
	@$(BIN)/python -m mypy --no-error-summary

test: style
	@$(BIN)/python -m pytest -q $(ELSEWHERE)

test-all: .venv/for-everything test
	@$(BIN)/python -m pytest -q -m benchmark

soak: .venv/for-everything
	@SOAK=1 $(BIN)/python -m pytest -q -s -m soak --hypothesis-profile=default tests/soak tests/verification

clean:
	@rm -rf .venv dist build .benchmarks .hypothesis .pytest_cache .mypy_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
