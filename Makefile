# Two commands do all the set-up that they need: `make eval` and `make test`.

PYTHON ?= python3
# cpu or gpu; found out by asking the driver, or forced: make eval EXTRA=cpu
EXTRA ?= $(shell nvidia-smi -L >/dev/null 2>&1 && echo gpu || echo cpu)
# an environment for each extra, as faiss-cpu and faiss-gpu exclude one another
VENV := .venv/$(EXTRA)
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready

DATA ?= data/sample/sample.jsonl
OUT ?= runs/eval
SYSTEMS ?= submission,oracle,bm25,tfidf,user_turns,last_turns,abstain

.DEFAULT_GOAL := help
.PHONY: help eval test lint data clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

eval: $(READY)  ## the main job: run all systems on DATA and print the leaderboard
	@rm -rf $(OUT)
	@$(RUN) -m eval run --system $(SYSTEMS) --data $(DATA) --out $(OUT)

test: $(READY)  ## the tests
	@$(RUN) -m pytest

lint: $(READY)  ## style and mistakes (ruff)
	@$(VENV)/bin/ruff check .

data: $(READY)  ## fetch the contest's public sample into data/public (needs a network)
	@$(RUN) -m data.fetch

clean:  ## remove environments, runs and caches
	rm -rf .venv runs dist .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@echo "installing gigamemory[$(EXTRA),dev] into $(VENV) ..."
	@$(RUN) -m pip install --quiet --disable-pip-version-check -e '.[$(EXTRA),dev]'
	@touch $@
