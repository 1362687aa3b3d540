# The contest's image with the contest's zip in it, run as the organisers do: no network, not as root.
#
#   make docker                 build it (after make zip) and answer the sample's questions in it
#   docker run --rm --gpus all --network none -v MODEL:/app/models/GigaChat-20B-A3B-instruct-v1.5-bf16:ro -v DATA:/data:ro gigamemory \
#       /data/questions.jsonl /app/out /app/models/GigaChat-20B-A3B-instruct-v1.5-bf16
#
# The model folder is mounted, as above, or copied into the image: make docker MODEL=folder.
ARG BASE_IMAGE=cr.ai.cloud.ru/aicloud-base-images/cuda11.8-torch2-py310:0.0.36

# replaced by --build-context model=FOLDER where the model is to be copied
FROM scratch AS model

FROM ${BASE_IMAGE} AS content
# gpu or cpu: the zip carries both, this image installs one
ARG FAISS=gpu
COPY dist/submission.zip data/sample/sample.jsonl /tmp/
WORKDIR /tmp/content
RUN python3 -m zipfile -e /tmp/submission.zip submit && \
    find submit/wheels -name 'faiss_*' ! -name "faiss_${FAISS}-*" -delete && \
    python3 -m pip install --no-cache-dir --no-index --no-deps --no-compile --target packages submit/wheels/*.whl && \
    rm -r submit/wheels && \
    head -n 4 /tmp/sample.jsonl > sample.jsonl

FROM ${BASE_IMAGE}
USER 0
# a .pth file appends to the path: what the base has is not shadowed
RUN useradd --uid 10001 --create-home gigamemory && \
    install -d -o gigamemory /app/out && \
    echo /app/packages > "$(python3 -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')/gigamemory.pth"
COPY --from=model / /app/models/GigaChat-20B-A3B-instruct-v1.5-bf16/
COPY --from=content /tmp/content/packages /app/packages
COPY eval/stand_in /app
COPY --from=content /tmp/content/sample.jsonl /app/sample.jsonl
COPY --from=content /tmp/content/submit /app/submit
ENV DO_NOT_TRACK=1 HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1 TRANSFORMERS_OFFLINE=1 VLLM_NO_USAGE_STATS=1
USER 10001
WORKDIR /app
RUN ["python3", "-c", "import faiss, submit"]
HEALTHCHECK --interval=5m --timeout=2m --start-period=1m CMD ["env", "GIGAMEMORY_STRICT=1", "python3", "/app/run.py", "/app/sample.jsonl", "/tmp"]
ENTRYPOINT ["python3", "/app/run.py"]
CMD ["/app/sample.jsonl", "/app/out", "/app/models/GigaChat-20B-A3B-instruct-v1.5-bf16"]
