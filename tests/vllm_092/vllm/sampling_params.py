from dataclasses import dataclass


@dataclass
class GuidedDecodingParams:
    json: object = None
    regex: str | None = None
    choice: list | None = None
    grammar: str | None = None
    json_object: bool | None = None


@dataclass
class SamplingParams:
    temperature: float = 1.0
    seed: int | None = None
    max_tokens: int = 16
    guided_decoding: GuidedDecodingParams | None = None
