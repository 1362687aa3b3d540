from types import SimpleNamespace

cuda = SimpleNamespace(is_available=lambda: False)
