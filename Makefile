# make help says what there is. Everything happens in .venv; nothing else of yours is touched.
#
# Stamps are written last, so whatever is interrupted is done again, and they carry the sum
# of the locks in their name, so nothing is installed twice.

PYTHON ?= python3
PORT ?= 8000
# Said on the command line or not at all: WSL, for one, has a NAME of its own in the environment.
NAMES :=
NAME :=
ALL :=
EDITIONS := en zh
export GDLIB_EDITIONS = $(EDITIONS)

# What you have set for your own work (PIP_USER, PYTHONPATH, PYTEST_ADDOPTS …) changes neither what
# is installed nor the book; the ways to a package index stay. tools/isolation.py does the rest.
WAYS := PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_NO_INDEX PIP_FIND_LINKS PIP_CERT PIP_CLIENT_CERT PIP_TRUSTED_HOST \
	PIP_PROXY PIP_TIMEOUT PIP_DEFAULT_TIMEOUT PIP_RETRIES PIP_CACHE_DIR PIP_NO_CACHE_DIR PIP_CONFIG_FILE \
	PIP_KEYRING_PROVIDER PIP_USE_FEATURE PIP_USE_DEPRECATED PIP_PREFER_BINARY PIP_ONLY_BINARY PIP_NO_BINARY \
	UV_INDEX% UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_NO_INDEX UV_CACHE_DIR UV_HTTP_TIMEOUT \
	UV_NATIVE_TLS UV_SYSTEM_CERTS UV_INSECURE_HOST UV_KEYRING_PROVIDER
OWN := $(filter-out $(WAYS),$(filter PIP_% UV_% PYTHON% PYTEST_% MYPY% RUFF_% COV_% COVERAGE_%,$(.VARIABLES)))
$(foreach name,$(OWN),$(eval unexport $(name)))
export PYTHONUTF8 := 1
# These come before a pip.conf, too.
export PIP_USER := 0
export PIP_NO_DEPS := 0
export PIP_REQUIRE_HASHES := 0
export PIP_DRY_RUN := 0
export PIP_NO_INPUT := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

VENV := .venv
RUN := $(VENV)/bin/python
# Only for the axe.min.js in it.
AXE := axe-playwright-python==0.1.8
SUM := $(shell echo "$(AXE)" | cat - requirements.txt requirements-test.txt pyproject.toml site/extensions/katex_package.py tools/jupyter_config.json | cksum | cut -d ' ' -f 1)
BOOK := $(VENV)/.book-$(SUM)
TEST := $(VENV)/.test-$(SUM)
SITE := _build/html
CHINESE := _build/zh
# Unless it was made here, whole, and still runs, .venv is made anew: an environment does not
# survive being moved, and .installing stays behind where an installation was cut off.
SOUND := $(shell [ "$$(cat $(VENV)/.made 2>/dev/null)" = "$$(pwd -P)" ] && [ ! -e $(VENV)/.installing ] && \
	$(RUN) -I -c '' 2>/dev/null && echo yes)

.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: unsound help book zh pdf serve watch check chapter test lint unit nbval site-check binder lighthouse bench notebooks picture lock clean

help:
	@echo "make book        build the website, English and Chinese, into $(SITE); one alone: EDITIONS=en"
	@echo "make pdf         print each edition as one PDF; needs Chrome or Chromium"
	@echo "make zh          write the Chinese notebooks into zh/"
	@echo "make serve       build it and serve it on http://localhost:$(PORT)"
	@echo "make test        run the checks: lint, unit, nbval, site-check"
	@echo "make lint        ruff over code and notebooks, mypy over gdlib, what the Chinese edition lacks"
	@echo "make unit        gdlib's tests, its examples, its coverage, the notebook rules"
	@echo "make nbval       run the chapters and compare with what they print"
	@echo "make watch       build it, serve it, and show each edit as it is saved"
	@echo "make check       rules and nbval of some chapters: make check NAMES=06_iteration"
	@echo "make chapter     begin one: make chapter NAME=12_noun"
	@echo "make notebooks   execute the chapters again and store them in normal form; update the catalogues"
	@echo "make picture     draw the README's picture again"
	@echo "make site-check  build the site, test it, and measure its pages"
	@echo "make binder      run the chapters in JupyterLab, in an environment made as Binder makes it"
	@echo "make lighthouse  score pages with Lighthouse; needs Node's npx, and Chromium"
	@echo "make bench       time gdlib against other ways to compute the same, and write the page about it"
	@echo "make lock        choose the newest versions of everything that is installed"
	@echo "make clean       remove what was built; with ALL=1 also .venv"
	@echo
	@echo "Another Python: make book PYTHON=python3.13"

# ---------------------------------------------------------------- the environment

$(VENV)/.made: $(if $(SOUND),,unsound)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "The book needs Python 3.11 or newer; $(PYTHON) is not. Name another: make book PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) lacks the venv module. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@[ ! -e $(VENV) ] || [ -e $(VENV)/.made ] || [ -e $(VENV)/.installing ] || { \
		echo "$(VENV) is there, and not made by make. Remove it, or name another: make book VENV=.venv-book"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
	@pwd -P > $@

# $(call install,arguments of pip). A failure of pip itself (no network, say) changes nothing;
# only where it was killed half-way is the mark left standing.
define install
	@trap 'exit 130' HUP INT TERM; touch $(VENV)/.installing; \
		$(RUN) -m pip install --quiet $(1); code=$$?; \
		[ $$code -gt 128 ] || rm -f $(VENV)/.installing; exit $$code
endef

$(BOOK): $(VENV)/.made
	@echo "Installing what the book needs (once; a few minutes)"
	$(call install,-r requirements.txt)
	@$(RUN) site/extensions/katex_package.py
	@mkdir -p $(VENV)/etc/jupyter && cp tools/jupyter_config.json $(VENV)/etc/jupyter/
	@touch $@

$(TEST): $(BOOK)
	@echo "Installing what the checks need (once)"
	$(call install,-r requirements-test.txt)
	$(call install,--no-deps $(AXE))
	@touch $@

# ---------------------------------------------------------------- the book

# Only changed pages are read, only changed chapters executed (tools/executed.py), and all pages
# written. A warning is given once, where a page is read: after a failure every page is read again.
# The Chinese edition is a book of its own, made from the catalogues, that is moved into the site.
# With GDLIB_PDF=1 the pages lead to the PDF, which is then printed at once.
book: | $(BOOK)
	@echo "Building the site (a minute or two for each edition where every chapter has to be executed)"
	@[ ! -e _build/.unfinished ] || rm -rf _build/.doctrees $(CHINESE)/_build/.doctrees
	@mkdir -p _build && touch _build/.unfinished && rm -rf $(SITE) $(CHINESE)/_build/html
	$(VENV)/bin/jupyter-book build . -W -n --keep-going
ifneq ($(filter zh,$(EDITIONS)),)
	$(RUN) tools/translate.py make $(CHINESE)
	$(VENV)/bin/jupyter-book build $(CHINESE) -W -n --keep-going
	@mv $(CHINESE)/_build/html $(SITE)/zh
endif
	@rm _build/.unfinished
	@[ -z "$$GDLIB_PDF" ] || $(RUN) tools/pdf.py
	@echo
	@echo "The book is built. Open $(SITE)/index.html in a browser, or run make serve."

pdf: export GDLIB_PDF = 1
pdf: book

serve: book
	@echo "http://localhost:$(PORT) (stop with Ctrl-C)"
	@$(RUN) -m http.server --bind 127.0.0.1 --directory $(SITE) $(PORT)

watch: | $(BOOK)
	$(RUN) tools/watch.py $(PORT)

chapter: | $(BOOK)
	$(RUN) tools/chapter.py $(NAME)

notebooks: | $(BOOK)
	$(RUN) tools/notebooks.py $(NAMES)
	$(RUN) tools/translate.py update

zh: | $(BOOK)
	$(RUN) tools/translate.py make zh

picture: | $(BOOK)
	$(RUN) tools/picture.py

# ---------------------------------------------------------------- the checks

space := $(subst ,, )

test: lint unit nbval site-check
	@if grep -q '^Not looked at' _build/site-report.md; then \
		echo "All other checks passed."; else echo "All checks passed."; fi

check: | $(TEST)
	@[ -n "$(NAMES)" ] || { echo "Which chapters? make check NAMES=06_iteration"; exit 2; }
	$(RUN) -m pytest -q tests/test_notebooks.py -k "$(subst $(space), or ,$(strip $(NAMES)))"
	$(RUN) -m pytest -q --nbval $(NAMES:%=chapters/%.ipynb)

lint: | $(TEST)
	@echo "== Code: ruff, mypy"
	$(RUN) -m ruff check --quiet .
	$(RUN) -m ruff format --quiet --check .
	$(RUN) -m mypy --no-error-summary
	$(RUN) tools/translate.py check

unit: | $(TEST)
	@echo "== gdlib: tests, examples, coverage; rules for the notebooks"
	$(RUN) -m pytest -q --doctest-modules --cov --ignore=tests/site

nbval: | $(TEST)
	@echo "== Chapters: executed and compared with what they print"
	$(RUN) -m pytest -q --nbval chapters appendices
ifneq ($(filter zh,$(EDITIONS)),)
	$(RUN) tools/translate.py make $(CHINESE)-nbval --outputs
	$(RUN) -m pytest -q --nbval --nbval-sanitize-with tools/numbers.cfg $(CHINESE)-nbval
endif

site-check: book | $(TEST)
	@echo "== The built site"
	@rm -f _build/site-report.md
	$(RUN) -m pytest -q --numprocesses=2 --dist=loadfile tests/site
	@cat _build/site-report.md

# Binder's image has Jupyter in it; to that it adds .binder/requirements.txt, with this command.
binder: | $(TEST)
	$(PYTHON) -m venv --clear $(VENV)-binder
	$(VENV)-binder/bin/python -m pip install --quiet "jupyterlab==4.*" "notebook==7.*" "ipywidgets==8.*"
	@du -sm $(VENV)-binder
	$(VENV)-binder/bin/python -m pip install --quiet --no-cache-dir -r .binder/requirements.txt
	@du -sm $(VENV)-binder
	PATH="$(abspath $(VENV)-binder)/bin:$$PATH" .binder/postBuild
	GDLIB_LAB=$(VENV)-binder/bin/python $(RUN) -m pytest -q tests/site/test_lab.py

lighthouse: book
	$(RUN) tools/lighthouse.py

bench: | $(BOOK)
	$(RUN) benchmarks/page.py

# ---------------------------------------------------------------- upkeep

# uv resolves for all systems and for Python 3.11 and later at once. It gets an environment
# of its own, and writes neither the address of an index nor a path into the locks.
UV := $(VENV)-lock/bin/uv
COMPILE := UV_NO_CONFIG=1 $(UV) pip compile pyproject.toml --universal --python-version 3.11 \
	--fork-strategy fewest --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet \
	--extra chapters
NOTE := \# Made by make lock from pyproject.toml; edit that instead.

$(UV):
	$(PYTHON) -m venv --clear $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet uv==0.13.9

lock: $(UV)
	@rm -f requirements*.new
	(echo "$(NOTE)"; $(COMPILE) --group test) > requirements-test.new
	(echo "$(NOTE)"; echo "-e ."; $(COMPILE) --group book --constraint requirements-test.new) > requirements.new
	(echo "$(NOTE)"; echo "-e ."; $(COMPILE) --constraint requirements-test.new) > requirements-binder.new
	@grep -q '^ruff==' requirements-test.new && grep -q '^sphinx==' requirements.new && grep -q '^tqdm==' requirements-binder.new
	mv requirements-test.new requirements-test.txt
	mv requirements.new requirements.txt
	mv requirements-binder.new .binder/requirements.txt

clean:
	rm -rf _build zh .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis $(VENV)-lock $(VENV)-binder
	$(if $(ALL),rm -rf $(VENV))
