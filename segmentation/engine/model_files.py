"""Fitted models as files: written whole, read only when they are what was written."""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import skops.io

# The only types a model file may hold. skops would also let in what it trusts by itself.
TRUSTED = (
    "builtins.dict",
    "builtins.float",
    "builtins.int",
    "builtins.list",
    "builtins.str",
    "builtins.tuple",
    "numpy.bool",
    "numpy.float32",
    "numpy.float64",
    "numpy.int32",
    "numpy.int64",
    "numpy.ndarray",
    "sklearn.cluster._kmeans.KMeans",
    "sklearn.decomposition._pca.PCA",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.mixture._gaussian_mixture.GaussianMixture",
    "sklearn.neighbors._classification.KNeighborsClassifier",
    "sklearn.neighbors._kd_tree.KDTree",
)


class ModelMissing(LookupError):
    """The file of a model is not there any more."""


class UntrustedModel(ValueError):
    """The file of a model is not one that may be loaded."""


def save_model(path: Path, fitted: Mapping[str, Any]) -> str:
    """Write fitted scikit-learn estimators, arrays and plain values; return the file's digest.

    The digest is the SHA-256 of the file in hexadecimal. The file appears whole or not at all.
    Raises UntrustedModel when `fitted` holds a type that load_model() would refuse.
    """
    content = skops.io.dumps(dict(fitted))
    _check_types(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_whole(path, content)
    return hashlib.sha256(content).hexdigest()


def load_model(path: Path, digest: str) -> dict[str, Any]:
    """Read what save_model() wrote, given the digest it returned.

    Raises ModelMissing when there is no file, and UntrustedModel when its content has another
    digest or holds a type that is not among the trusted ones.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise ModelMissing(
            "The stored model of this run is no longer there. Start a new run to have one."
        ) from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise UntrustedModel(
            "The stored model of this run was changed since the run wrote it, so it is not used. "
            "Start a new run to replace it."
        )
    _check_types(content)
    fitted: dict[str, Any] = skops.io.loads(content, trusted=TRUSTED)
    return fitted


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _check_types(content: bytes) -> None:
    """Raise UntrustedModel when the file holds a type beyond the trusted ones."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        found = set(_types(json.loads(parts.read("schema.json"))))
    found |= set(skops.io.get_untrusted_types(data=content))
    foreign = sorted(found - set(TRUSTED))
    if foreign:
        raise UntrustedModel(
            f"The stored model holds something that is no model ({', '.join(foreign)}), so it is "
            "not used. Start a new run to replace it."
        )


def _types(node: Any) -> Iterator[str]:
    """The full name of every type that a part of the file's schema names, at any depth."""
    if isinstance(node, dict):
        if isinstance(node.get("__class__"), str):
            yield f"{node.get('__module__')}.{node['__class__']}"
        for part in node.values():
            yield from _types(part)
    elif isinstance(node, list):
        for part in node:
            yield from _types(part)
