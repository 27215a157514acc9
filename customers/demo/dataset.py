"""Makes a whole set of demo data: the files that can be imported, and the truth beside them."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from customers.demo.archetypes import ARCHETYPES, column
from customers.demo.files import write_history, write_people, write_places
from customers.demo.history import OUTSTANDING, History, Market, make_history
from customers.demo.people import customers_by_archetype, make_habits, make_people
from customers.demo.seasons import busyness, seasons_of
from customers.demo.shops import open_branches

DAYS = 3 * 365 + 1  # three years, one of them a leap year
END = date(2026, 6, 30)
MONTHLY_GROWTH_OF_CUSTOMERS = 0.04
MONTHLY_GROWTH_OF_CLAIMS = 0.005  # by the same customer


class DemoDataRefused(ValueError):
    """The demo data can't be made with these settings; the text says why."""


@dataclass(frozen=True)
class DemoSummary:
    """What was written."""

    folder: Path
    customers: dict[str, int]  # how many of each archetype
    transactions: int
    burns: int
    first_claim: date
    last_claim: date


def write_demo_data(
    folder: Path, *, customers: int, transactions: int, seed: int, end: date = END
) -> DemoSummary:
    """Writes three years of invented coupon records up to `end`; the same again for the same seed.

    `folder` is made if need be and files of the same names in it are replaced: customers.csv,
    genders.csv, cities.csv, transactions.csv, branches.csv and merchants.csv for the import, and
    truth.csv with the archetype of each customer. There are exactly `customers` customers, a few
    of them never active, and exactly `transactions` transactions in order of date.

    Raises DemoDataRefused for a folder that can't be used, for a count below 1, for a negative
    seed and for fewer transactions than active customers.
    """
    _check(customers, transactions, seed)
    _make_folder(folder)
    rng = np.random.default_rng(seed)
    start = end - timedelta(DAYS - 1)
    joining = busyness(start, DAYS, monthly_growth=MONTHLY_GROWTH_OF_CUSTOMERS)
    claiming = busyness(start, DAYS, monthly_growth=MONTHLY_GROWTH_OF_CLAIMS)
    market = Market(open_branches(rng), claiming, seasons_of(start, DAYS))
    people = make_people(rng, customers, joining)
    habits = make_habits(rng, people, transactions, DAYS - 1)
    history = make_history(rng, people, habits, market)
    write_places(folder, market.branches)
    write_people(folder, people, start)
    write_history(folder, history, start)
    return _summary(folder, customers, history, start)


def _check(customers: int, transactions: int, seed: int) -> None:
    if customers < 1 or transactions < 1:
        raise DemoDataRefused("Ask for at least one customer and one transaction.")
    if seed < 0:
        raise DemoDataRefused("The seed must be 0 or more.")
    active = int(customers_by_archetype(customers)[column("transactions") > 0].sum())
    if transactions < active:
        raise DemoDataRefused(
            f"{active:,} of the {customers:,} customers are active and need a transaction each; "
            f"{transactions:,} are too few."
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise DemoDataRefused(f"{folder} is a file; name a folder.") from error
    except OSError as error:
        raise DemoDataRefused(f"The folder {folder} can't be made: {error.strerror}.") from error


def _summary(folder: Path, customers: int, history: History, start: date) -> DemoSummary:
    counts = customers_by_archetype(customers)
    return DemoSummary(
        folder=folder,
        customers={a.name: int(n) for a, n in zip(ARCHETYPES, counts, strict=True)},
        transactions=len(history),
        burns=int((history.burnt != OUTSTANDING).sum()),
        first_claim=start + timedelta(int(history.claimed[0])),
        last_claim=start + timedelta(int(history.claimed[-1])),
    )
