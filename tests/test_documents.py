"""Every link and image inside the documents leads to a file that is there."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
# [text](target "title"), [label]: target, <img src="target"> and <a href="target">
TARGET = re.compile(
    r"""\]\(\s*<?([^)\s>]+) | ^\[[^\]]+\]:\s*(\S+) | (?:src|href|srcset)="([^"]+)\"""", re.M | re.X
)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.I)


def targets(text: str) -> list[str]:
    """Where the relative links and images of a text lead, without the place inside the file."""
    found = ["".join(match) for match in TARGET.findall(text)]
    return [unquote(target.split("#")[0]) for target in found if not ELSEWHERE.match(target)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document: Path) -> None:
    found = targets(document.read_text(encoding="utf-8"))
    assert [target for target in found if not (document.parent / target).exists()] == []


def test_links_are_found_in_every_form() -> None:
    text = """
        [a](a.md) ![b](docs/b.png "B") [c](c.md#part) [there](https://example.org/x.md) [d](#here)
        <img src="e.png" alt=""> <a href="mailto:x@example.org">
    """
    assert targets(text) == ["a.md", "docs/b.png", "c.md", "e.png"]
    assert targets("[label]: f.md") == ["f.md"]
