# make run           everything on http://127.0.0.1:8000 (PORT=… for another), with sample data
# make test          lint, types, tests
# make check         lint, types, and the tests of what changed since main, on SQLite (SINCE=… for another revision)
# make lint          the first half of that
# make lock          new pins from the ranges in pyproject.toml (LOCKFLAGS=--upgrade for the newest within them)
# make translations  new texts into the catalogues
# make clean         back to a fresh checkout; data stays

PYTHON ?= python3
PORT ?= 8000
SINCE ?= main
export PORT

BIN := .venv/bin
# The pins are the whole closure; looking for more, pip would ask for "coverage[toml]" beyond them.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
LOCALES := en ar so
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard watch/translations/*/LC_MESSAGES/messages.po))
KEYWORDS := _ gettext ngettext:1,2 pgettext:1c,2 npgettext:1c,2,3 lazy_gettext lazy_ngettext:1,2 _l

.PHONY: run test check lint lock translations clean

run: .venv/.installed $(CATALOGUES)
	WATCH_ENV=$${WATCH_ENV:-development} $(BIN)/flask --app watch demo run

test: .venv/.installed-dev $(CATALOGUES) lint
	$(BIN)/pytest

check: .venv/.installed-dev $(CATALOGUES) lint
	@tests=$$($(BIN)/python -m tests.changed $(SINCE)) && $(BIN)/pytest -q -k "not postgresql" $$tests

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet templates

# Stamps, newer than the pins they were installed from: a second run starts at once.
.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/.installed: requirements.txt | .venv/bin/python
	$(PIP) -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt | .venv/bin/python
	$(PIP) -r requirements-dev.txt
	@touch .venv/.installed $@

%.mo: %.po | .venv/.installed
	$(BIN)/pybabel compile -i $< -o $@

# uv runs from an environment of its own: a lock that cannot be installed can still be made anew.
LOCK := .venv-lock/bin/uv pip compile pyproject.toml --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: .venv-lock/bin/uv
	$(LOCK) $(LOCKFLAGS) -o requirements.txt
	$(LOCK) $(LOCKFLAGS) --extra dev -c requirements.txt -o requirements-dev.txt

.venv-lock/bin/uv:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'

translations: .venv/.installed
	@mkdir -p watch/translations
	$(BIN)/pybabel extract -F pyproject.toml --no-default-keywords $(foreach each,$(KEYWORDS),-k $(each)) \
		--add-comments 'Translators:' --strip-comments --project watch --no-location --sort-output \
		-o watch/translations/messages.pot .
	for locale in $(LOCALES); do \
		$(BIN)/pybabel update --width 110 --no-fuzzy-matching --init-missing --ignore-pot-creation-date \
			-i watch/translations/messages.pot -d watch/translations -l $$locale || exit 1; \
	done

clean:
	rm -rf .venv .venv-lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf htmlcov test-results .coverage .coverage.*
	find watch tests migrations -name __pycache__ -type d -prune -exec rm -rf {} +
	find watch/translations -name '*.mo' -delete
