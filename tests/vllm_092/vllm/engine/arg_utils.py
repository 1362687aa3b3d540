from dataclasses import dataclass


@dataclass
class EngineArgs:
    model: str
    seed: int | None = None
    gpu_memory_utilization: float = 0.9
    max_model_len: int | None = None
    enable_prefix_caching: bool | None = None
    pipeline_parallel_size: int = 1
    load_format: str = "auto"
    guided_decoding_backend: str = "auto"
    guided_decoding_disable_any_whitespace: bool = False
