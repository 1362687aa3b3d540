"""Sealer: encryption at rest, AES-256-GCM of the package cryptography with a key from a passphrase by scrypt (RFC 7914)."""

from __future__ import annotations

import hashlib
import hmac
import os

__all__ = ["Sealer"]

NONCE_BYTES = 12
_PROOF = b"gigamemory"


class Sealer:
    """Seals rows, and names them by a keyed hash.  Raises RuntimeError without the package, ValueError for an empty passphrase."""

    def __init__(self, passphrase: str, salt: bytes) -> None:
        if not passphrase:
            raise ValueError("the key is empty")
        try:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        except ImportError as error:
            raise RuntimeError("encryption needs the package cryptography: pip install 'gigamemory[crypto]'") from error
        keys = hashlib.scrypt(passphrase.encode(), salt=salt, n=2**14, r=8, p=1, dklen=64)
        self._cipher, self._name_key = AESGCM(keys[:32]), keys[32:]

    def seal(self, plain: bytes, place: str) -> bytes:
        """Nonce and ciphertext; it opens at the same `place` only."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """What was sealed at `place`.  Raises ValueError where key, place or bytes are not those."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise ValueError(f"{place} does not open with this key") from error

    def name(self, plain: bytes) -> bytes:
        """A name for `plain` that tells nothing of it without the key."""
        return hmac.digest(self._name_key, plain, "sha256")

    def proof(self) -> bytes:
        """Bytes by which the right key is known again."""
        return self.seal(_PROOF, "proof")

    def accepts(self, proof: bytes) -> bool:
        """Whether `proof` was made with this key."""
        try:
            return self.open(proof, "proof") == _PROOF
        except ValueError:
            return False
