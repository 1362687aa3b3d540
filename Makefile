# Two commands do all the set-up that they need: `make eval` and `make test`.

PYTHON ?= python3
# cpu or gpu; found out by asking the driver, or forced: make eval EXTRA=cpu
EXTRA ?= $(shell nvidia-smi -L >/dev/null 2>&1 && echo gpu || echo cpu)
EXTRA := $(EXTRA)
# an environment for each extra, as faiss-cpu and faiss-gpu exclude one another
VENV := .venv/$(EXTRA)
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready

DATA ?= data/sample/sample.jsonl
OUT ?= runs/eval
SYSTEMS ?= submission,oracle,bm25,tfidf,user_turns,last_turns,abstain

# searched in $$GIGAMEMORY_DATA too; what is not there is left out with a line
RETRIEVAL_DATA ?= longmemeval_s/longmemeval_s_dev.json locomo/locomo_dev5.json beam/beam_100K_dev10.jsonl gigamemory/ru_dev.jsonl data/built/tune.jsonl

.DEFAULT_GOAL := help
.PHONY: help eval readme test lint judge-check data data-dev retrieval peers-mem0 peers-langmem peers-graphiti test-peers clean

help:  ## list the targets
	@grep -hE '^[a-z0-9 -]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

eval: $(READY)  ## the main job: run all systems on DATA and print the leaderboard
	@$(if $(filter runs/%,$(OUT)),rm -rf $(OUT))
	@$(RUN) -m eval run --system $(SYSTEMS) --data $(DATA) --out $(OUT)

readme: eval  ## make eval, and put its table into README.md
	@sed -i -e '/<!-- leaderboard -->/,/<!-- end -->/{//!d}' -e '/<!-- leaderboard -->/r $(OUT)/leaderboard.md' README.md

test: $(READY)  ## the tests
	@$(RUN) -m pytest

lint: $(READY)  ## style and mistakes (ruff)
	@$(VENV)/bin/ruff check .

data: $(READY)  ## fetch the contest's public sample into data/public (needs a network)
	@$(RUN) -m data.fetch

data-dev: $(READY)  ## compose our own data into data/built, contest length
	@$(RUN) -m data.prepare

retrieval: .venv/bench/.ready  ## recall on LongMemEval, LoCoMo, BEAM and the Russian sets against plain controls, one table
	@.venv/bench/bin/python -m eval benchmarks --skip-missing --data $(RETRIEVAL_DATA) --out runs/retrieval

peers-mem0 peers-langmem peers-graphiti: peers-%: .venv/%/.ready  ## environments of the real peers (also peers-langmem, peers-graphiti)

test-peers: $(READY) peers-mem0 peers-langmem peers-graphiti  ## the slow tests that run the real peers
	@$(RUN) -m pytest -m peers

clean:  ## remove environments, runs and caches
	rm -rf .venv runs dist .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "Python 3.10 or later is needed: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(RUN) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "installing gigamemory[$(EXTRA),dev] into $(VENV) ..."
	@$(RUN) -m pip install --quiet --disable-pip-version-check -e '.[$(EXTRA),dev]'
	@touch $@

.venv/bench/.ready: pyproject.toml
	@test -x .venv/bench/bin/python || $(PYTHON) -m venv .venv/bench
	@echo "installing gigamemory[cpu,bench] into .venv/bench ..."
	@.venv/bench/bin/python -m pip install --quiet --disable-pip-version-check -e '.[cpu,bench]'
	@touch $@

# a peer's environment holds the peer only: it talks to ours over a pipe (baselines/bridge.py)
.venv/%/.ready: baselines/peers/%.txt
	@test -x .venv/$*/bin/python || $(PYTHON) -m venv .venv/$*
	@echo "installing the peer $* into .venv/$* ..."
	@.venv/$*/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@
