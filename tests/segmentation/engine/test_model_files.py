import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KNeighborsClassifier

from segmentation.engine.model_files import ModelMissing, UntrustedModel, load_model, save_model
from tests.segmentation.engine.builders import blobs

VALUES = blobs(size=30, dimensions=4)
LABELS = np.arange(len(VALUES)) % 3
OTHERS = np.random.default_rng(1).normal(10, 10, (50, 4))
PREDICTING = [
    KMeans(3, n_init=1, random_state=0),
    *(GaussianMixture(3, covariance_type=c, random_state=0) for c in ("full", "tied", "diag")),
    GaussianMixture(3, covariance_type="spherical", random_state=0),
    *(KNeighborsClassifier(1, algorithm=a) for a in ("auto", "brute", "kd_tree")),
]
TRANSFORMING = [
    PCA(2),
    PCA(3, svd_solver="covariance_eigh"),
]


def kept(path: Path, fitted: dict[str, Any]) -> dict[str, Any]:
    return load_model(path / "model.skops", save_model(path / "model.skops", fitted))


def foreign_file(path: Path, fitted: dict[str, Any]) -> tuple[Path, str]:
    """A file that skops wrote without asking us, and its digest."""
    skops.io.dump(fitted, path / "foreign.skops")
    content = (path / "foreign.skops").read_bytes()
    return path / "foreign.skops", hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("model", PREDICTING, ids=repr)
def test_a_model_predicts_after_a_round_trip_as_before(model: Any, tmp_path: Path) -> None:
    model.fit(VALUES, LABELS)
    again = kept(tmp_path, {"model": model})["model"]
    assert again.predict(OTHERS).tolist() == model.predict(OTHERS).tolist()


@pytest.mark.parametrize("model", TRANSFORMING, ids=repr)
def test_a_transform_is_the_same_after_a_round_trip(model: Any, tmp_path: Path) -> None:
    model.fit(VALUES)
    again = kept(tmp_path, {"model": model})["model"]
    assert np.array_equal(again.transform(OTHERS), model.transform(OTHERS))


def test_arrays_and_plain_values_come_back_as_they_were(tmp_path: Path) -> None:
    plain = {"names": ("recency", "claims"), "scale": 1.5, "seed": 7, "on": True, "eps": None}
    nested = {"weights": {"recency": 2.0}, "list": [1, "two", 3.0], "by number": {1: "one"}}
    arrays = {"numbers": np.arange(3), "means": np.array([[0.5, -1]]), "one": np.float64(2)}
    again = kept(tmp_path, plain | nested | arrays)
    assert {key: again[key] for key in plain | nested} == plain | nested
    assert all(np.array_equal(again[key], arrays[key]) for key in arrays)


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    digest = save_model(tmp_path / "model.skops", {"seed": 1})
    content = (tmp_path / "model.skops").read_bytes()
    assert digest == hashlib.sha256(content).hexdigest()


def test_a_file_is_written_whole_into_a_folder_that_may_be_new(tmp_path: Path) -> None:
    path = tmp_path / "models" / "7.skops"
    save_model(path, {"seed": 1})
    digest = save_model(path, {"seed": 2})
    assert load_model(path, digest) == {"seed": 2}
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_changed_byte_is_refused(place: int, tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    digest = save_model(path, {"numbers": np.arange(100)})
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(UntrustedModel, match="was changed since the run wrote it"):
        load_model(path, digest)


FOREIGN = [
    (np.linalg.norm, "norm"),
    (np.exp, "exp"),  # skops by itself would trust this one
    (LogisticRegression(), "LogisticRegression"),  # and this one
    (Fraction(1, 3), "Fraction"),
    ({1, 2}, "set"),
    (KMeans().fit, "fit"),
]


@pytest.mark.parametrize(("value", "name"), FOREIGN, ids=[name for _, name in FOREIGN])
def test_a_foreign_type_is_refused_although_the_digest_fits(
    value: Any, name: str, tmp_path: Path
) -> None:
    path, digest = foreign_file(tmp_path, {"model": [value]})
    with pytest.raises(UntrustedModel, match=rf"something that is no model \(.*{name}"):
        load_model(path, digest)


@pytest.mark.parametrize(("value", "name"), FOREIGN, ids=[name for _, name in FOREIGN])
def test_a_foreign_type_is_not_written_either(value: Any, name: str, tmp_path: Path) -> None:
    with pytest.raises(UntrustedModel, match=name):
        save_model(tmp_path / "models" / "7.skops", {"model": value})
    assert not (tmp_path / "models").exists()


def test_a_foreign_type_is_found_inside_a_trusted_estimator(tmp_path: Path) -> None:
    model = KMeans(3, n_init=1, random_state=0).fit(VALUES)
    model.cluster_centers_ = Fraction(1, 3)
    path, digest = foreign_file(tmp_path, {"model": model})
    with pytest.raises(UntrustedModel, match="Fraction"):
        load_model(path, digest)


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no longer there"):
        load_model(tmp_path / "model.skops", "0" * 64)
