"""Imports go one way, engines know nothing but numbers, and nothing is left half done."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Each app may import itself and those before it.
APPS = ("customers", "segmentation", "campaigns", "ecommerce")
CALLERS = {"views", "api", "admin", "tasks", "management", "urls", "forms"}
CALLERS |= {f"{part}_{kind}" for part in ("import", "export") for kind in ("views", "forms")}
CALLERS |= {"export_urls", "mapping_forms", "part_forms", "run_views"}
CALLERS |= {"api_requests", "api_results", "run_form_parts", "schedule_forms", "schedule_views"}
RECORDS = {"models", "querysets"}
NOT_IN_ENGINES = {"django", "django_q", "duckdb", "psycopg", "rest_framework", "sqlite3", "time"}
MARKS = ("TO" + "DO", "FIX" + "ME", "X" + "XX")


def imports(module: str, source: str) -> set[str]:
    """Everything a module imports, wherever in it, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level] if node.level else []
            parts = [*base, *(node.module or "").split(".")]
            found |= {".".join(filter(None, [*parts, alias.name])) for alias in node.names}
    return found


def faults(module: str, source: str) -> list[str]:
    """What a module does against the rules, one sentence each."""
    found = [fault for name in sorted(imports(module, source)) if (fault := _fault(module, name))]
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    if any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls):
        found.append(f"{module} prints")
    return found + [f"{module} has a mark: {mark}" for mark in MARKS if mark in source]


def _fault(module: str, imported: str) -> str | None:
    app, *inside = module.split(".")
    other, *parts = imported.split(".")
    if "engine" in inside:
        engine = module[: module.index("engine") + len("engine")]
        foreign = other in APPS and not f"{imported}.".startswith(f"{engine}.")
        if foreign or other in NOT_IN_ENGINES:
            return f"{module} is no pure arithmetic: it imports {imported}"
    if other not in APPS:
        return None
    if APPS.index(other) > APPS.index(app):
        return f"{module} imports {imported} against the one way"
    layer, part = inside[:1], parts[:1]
    if part and part[0] in CALLERS and app != "ecommerce" and not CALLERS.intersection(layer):
        return f"{module} imports its caller {imported}"
    if RECORDS.intersection(layer) and part == ["operations"]:
        return f"{module} imports the operation {imported}"
    return None


def modules() -> dict[str, str]:
    """The source of every module of the four apps by its dotted name, migrations apart."""
    paths = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
        for path in paths
        if "migrations" not in path.parts
    }


def test_every_module_keeps_the_rules() -> None:
    sources = modules()
    assert len(sources) > 80
    assert [fault for name, source in sources.items() for fault in faults(name, source)] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("customers.models.records", "from segmentation.models import Segment"),
        ("campaigns.models", "import ecommerce.settings"),
        ("segmentation.presets", "def late():\n    from campaigns import models"),
        ("customers.operations.facts", "from customers.views import overview_page"),
        ("segmentation.operations.runs", "from segmentation import tasks"),
        ("customers.facts.query", "from .. import views"),
        ("customers.models.jobs", "from customers.operations.jobs import perform"),
        ("segmentation.engine.scores", "from django.conf import settings"),
        ("segmentation.engine.scores", "import duckdb"),
        ("segmentation.engine.algorithms.kmeans", "from segmentation.models import Segment"),
        ("campaigns.engine.power", "from segmentation.engine import features"),
        ("customers.bulk", "print('here')"),
        ("customers.bulk", f"# {MARKS[0]}: later"),
    ],
)
def test_the_checker_sees_each_fault(module: str, source: str) -> None:
    assert faults(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("ecommerce.urls", "from campaigns.views import segment_page"),
        ("campaigns.api", "from customers.api.records import Reference"),
        ("segmentation.engine.algorithms", "from segmentation.engine.algorithms import kmeans"),
        ("segmentation.engine.algorithms.kmeans", "from .clustering import Clustering"),
        ("segmentation.operations.runs", "from segmentation.engine.settings import BadSettings"),
    ],
)
def test_the_checker_lets_the_right_way_pass(module: str, source: str) -> None:
    assert faults(module, source) == []
