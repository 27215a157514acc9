"""Import and figures on SQLite, beside `executemany` and DuckDB by hand.

The product reads, checks, compares and loads six files and takes the snapshot for the figures. The
baseline inserts the parsed rows of the transactions alone into the product's own table: the same
indexes, checks and foreign keys, the same settings of SQLite. What they refer to is there already,
and parsing is not timed.
"""

import shutil
from pathlib import Path

from benchmarks.measure import Result
from benchmarks.process import do
from benchmarks.site import Site, ask_questions, check_created
from benchmarks.sizes import Size


def measure(size: Size, folder: Path) -> list[Result]:
    data = folder / "embedded"
    do("generate", data, size.customers, size.transactions)
    raw, site = (_site(folder / name) for name in ("raw", "site"))
    raw.migrate()
    shutil.copy(folder / "raw.sqlite3", folder / "site.sqlite3")
    inserted = raw.do("write_raw", data, folder)
    product = site.do("load", data)
    check_created(product, size)
    assert product.value["holds"] == inserted.value["holds"], (product.value, inserted.value)
    result = Result(
        name="import on SQLite: check, load, figures",
        size=str(size),
        baseline="executemany of the transactions alone",
        product_seconds=product.seconds,
        baseline_seconds=inserted.value["seconds"]["transactions"],
        limit=2.5,
    )
    day = product.value["facts"]["last_day"]
    # The limit of the questions is for the size of one machine; here opening the files counts most.
    return [result, *ask_questions(site, data, folder, size, day, limit=None)]


def _site(folder: Path) -> Site:
    return Site(f"sqlite:///{folder}.sqlite3", folder)
