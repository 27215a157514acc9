from datetime import date
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

from customers.demo import DemoDataRefused, DemoSummary, write_demo_data
from customers.demo.places import distances_km
from customers.demo.seasons import EID, ORDINARY, RAMADAN, SUMMER, season_of

END = date(2026, 6, 30)
IMPORTED = ["customers", "genders", "cities", "transactions", "branches", "merchants"]
DAYS = ["join_date", "transaction_date", "burn_date"]
Tables = dict[str, pd.DataFrame]


def make(folder: Path, customers: int = 600, transactions: int = 6_000, seed: int = 7) -> Tables:
    write_demo_data(folder, customers=customers, transactions=transactions, seed=seed)
    tables = {name: pd.read_csv(folder / f"{name}.csv") for name in [*IMPORTED, "truth"]}
    for table in tables.values():
        for day in table.columns.intersection(DAYS):
            table[day] = pd.to_datetime(table[day])
    return tables


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def features(tables: Tables) -> pd.DataFrame:
    rows = tables["transactions"].merge(tables["branches"], on="branch_id")
    rows["last_day"] = rows[["transaction_date", "burn_date"]].max(axis=1)
    profile = rows.groupby("customer_id").agg(
        last_day=("last_day", "max"),
        frequency=("transaction_id", "size"),
        burn_rate=("burn_date", lambda burns: burns.notna().mean()),
        merchants=("merchant_id", "nunique"),
        cities=("city_id", "nunique"),
    )
    profile["recency"] = (pd.Timestamp(END) - profile.pop("last_day")).dt.days
    return profile.join(tables["truth"].set_index("customer_id"))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return make(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def typical(tables: Tables) -> pd.DataFrame:
    """The mean of each feature for each archetype."""
    return features(tables).groupby("archetype").mean()


@pytest.fixture(scope="module")
def claims(tables: Tables) -> pd.DataFrame:
    """One row per transaction with its customer and its branch."""
    rows = tables["transactions"].merge(tables["customers"], on="customer_id")
    return rows.merge(tables["branches"], on="branch_id", suffixes=("_home", "_branch"))


def test_there_are_exactly_as_many_rows_as_asked_for(tables: Tables) -> None:
    assert len(tables["customers"]) == 600
    assert len(tables["transactions"]) == 6_000


@pytest.mark.parametrize(("customers", "transactions"), [(1, 1), (7, 100), (100, 96), (100, 101)])
def test_counts_are_exact_at_odd_sizes_too(
    tmp_path: Path, customers: int, transactions: int
) -> None:
    tables = make(tmp_path, customers, transactions)
    assert len(tables["customers"]) == customers
    assert len(tables["transactions"]) == transactions


@pytest.mark.parametrize(
    ("table", "key", "target"),
    [
        ("transactions", "customer_id", "customers"),
        ("transactions", "branch_id", "branches"),
        ("branches", "merchant_id", "merchants"),
        ("branches", "city_id", "cities"),
        ("customers", "city_id", "cities"),
        ("customers", "gender_id", "genders"),
        ("customers", "customer_id", "truth"),
    ],
)
def test_every_reference_is_met(tables: Tables, table: str, key: str, target: str) -> None:
    assert tables[target][key].is_unique
    assert tables[table][key].dropna().isin(tables[target][key]).all()


def test_the_truth_covers_every_customer(tables: Tables) -> None:
    assert list(tables["truth"]["customer_id"]) == list(tables["customers"]["customer_id"])
    assert tables["truth"]["archetype"].nunique() == 7


def test_only_the_never_active_have_no_transaction(tables: Tables) -> None:
    truth = tables["truth"]
    active = truth["customer_id"].isin(tables["transactions"]["customer_id"])
    assert (active == (truth["archetype"] != "never active")).all()
    assert 0.02 < 1 - active.mean() < 0.06


def test_nobody_claims_before_joining(claims: pd.DataFrame) -> None:
    assert (claims["transaction_date"] >= claims["join_date"]).all()


def test_nothing_is_burnt_before_its_claim_or_after_the_end(claims: pd.DataFrame) -> None:
    burnt = claims.dropna(subset="burn_date")
    delay = (burnt["burn_date"] - burnt["transaction_date"]).dt.days
    assert delay.between(0, 60).all()
    assert 4 <= delay.median() <= 8
    assert burnt["burn_date"].max() <= pd.Timestamp(END)


def test_status_burn_date_and_amount_agree(claims: pd.DataFrame) -> None:
    burnt = claims["transaction_status"] == "burnt"
    assert (claims["burn_date"].notna() == burnt).all()
    assert (claims["amount"].notna() == burnt).all()
    assert (claims.loc[burnt, "amount"] > 0).all()
    assert set(claims.loc[~burnt, "transaction_status"]) == {"claimed"}


def test_ids_increase_with_the_date(tables: Tables) -> None:
    assert tables["transactions"]["transaction_id"].is_monotonic_increasing
    assert tables["transactions"]["transaction_date"].is_monotonic_increasing
    assert tables["customers"]["join_date"].is_monotonic_increasing


def test_the_records_span_three_years(tmp_path: Path) -> None:
    summary = write_demo_data(
        tmp_path, customers=3_000, transactions=30_000, seed=7, end=date(2025, 12, 31)
    )
    assert date(2023, 1, 1) <= summary.first_claim < date(2023, 3, 1)
    assert date(2025, 12, 25) < summary.last_claim <= date(2025, 12, 31)


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    make(tmp_path / "one")
    make(tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_another_seed_writes_other_customers(tmp_path: Path) -> None:
    make(tmp_path / "one")
    make(tmp_path / "two", seed=8)
    for name in ("customers.csv", "transactions.csv", "truth.csv"):
        assert files(tmp_path / "one")[name] != files(tmp_path / "two")[name]


def test_some_facts_about_customers_are_unknown(tmp_path: Path) -> None:
    customers = make(tmp_path, 3_000, 30_000)["customers"]
    assert 0.02 < customers["gender_id"].isna().mean() < 0.06
    assert 0 < customers["city_id"].isna().mean() < 0.03
    assert 0.75 < customers["accepts_marketing"].mean() < 0.81


def test_most_claims_are_in_the_home_city(claims: pd.DataFrame) -> None:
    known = claims.dropna(subset="city_id_home")
    assert (known["city_id_home"] == known["city_id_branch"]).mean() > 0.8


def test_alexandria_is_180_km_from_cairo() -> None:
    assert distances_km()[0, 1] == pytest.approx(180, abs=5)


@pytest.mark.parametrize(
    ("day", "season"),
    [
        (date(2024, 3, 11), RAMADAN),
        (date(2024, 4, 10), EID),
        (date(2025, 3, 31), EID),
        (date(2026, 2, 18), ORDINARY),
        (date(2026, 2, 19), RAMADAN),
        (date(2026, 7, 15), SUMMER),
    ],
)
def test_feasts_follow_the_moon(day: date, season: int) -> None:
    assert season_of(day) == season


def test_thursday_to_saturday_are_busy(claims: pd.DataFrame) -> None:
    by_weekday = claims.groupby(claims["transaction_date"].dt.day_of_week).size()
    assert by_weekday[[3, 4, 5]].mean() > 1.2 * by_weekday[[0, 1, 2, 6]].mean()


def test_business_grows_from_year_to_year(claims: pd.DataFrame) -> None:
    by_year = claims.groupby(claims["transaction_date"].dt.to_period("Y-JUN")).size()
    assert by_year.is_monotonic_increasing


def test_coupon_names_are_used_again_and_again(claims: pd.DataFrame) -> None:
    assert claims["coupon_name"].nunique() < 60
    ramadan = claims["coupon_name"].str.contains("Ramadan")
    assert set(claims.loc[ramadan, "transaction_date"].dt.month) <= {2, 3, 4}


def test_loyal_burners_burn_most_and_deal_collectors_least(typical: pd.DataFrame) -> None:
    rates = typical["burn_rate"].sort_values()
    assert rates.index[0] == "deal collector"
    assert rates.index[-1] == "loyal burner"
    assert rates.iloc[0] < 0.2
    assert rates.iloc[-1] > 0.8


def test_lapsed_regulars_have_been_gone_for_about_a_year(typical: pd.DataFrame) -> None:
    assert 300 < typical["recency"]["lapsed regular"] < 480
    assert typical["recency"].drop("lapsed regular").max() < 45


def test_newcomers_joined_lately_and_have_claimed_little(
    tables: Tables, typical: pd.DataFrame
) -> None:
    people = tables["customers"].merge(tables["truth"], on="customer_id")
    newcomers = people[people["archetype"] == "newcomer"]
    assert (pd.Timestamp(END) - newcomers["join_date"]).dt.days.max() <= 90
    assert typical["frequency"].idxmin() == "newcomer"


def test_explorers_see_many_merchants_and_cities(typical: pd.DataFrame) -> None:
    for feature in ("merchants", "cities"):
        assert typical[feature].idxmax() == "explorer"
        assert typical[feature]["explorer"] > 1.8 * typical[feature].drop("explorer").max()


def test_one_merchant_regulars_keep_to_one_merchant_and_city(tables: Tables) -> None:
    regulars = features(tables).query("archetype == 'one-merchant regular'")
    assert (regulars[["merchants", "cities"]] == 1).all(axis=None)
    assert regulars["frequency"].median() >= 7


def test_clustering_finds_the_archetypes_again(tmp_path: Path) -> None:
    profile = features(make(tmp_path, 3_000, 30_000))
    truth = profile.pop("archetype")
    skewed = ["recency", "frequency"]
    profile[skewed] = np.log1p(profile[skewed])
    scaled = StandardScaler().fit_transform(profile)
    found = KMeans(n_clusters=6, n_init=10, random_state=0).fit_predict(scaled)
    assert adjusted_rand_score(truth, found) > 0.9


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"customers": 0}, "at least one customer"),
        ({"transactions": -5}, "at least one customer and one transaction"),
        ({"seed": -1}, "seed must be 0 or more"),
        ({"transactions": 575}, "576 of the 600 customers are active .* 575 are too few"),
    ],
)
def test_impossible_settings_are_refused(
    tmp_path: Path, asked: dict[str, int], reason: str
) -> None:
    with pytest.raises(DemoDataRefused, match=reason):
        make(tmp_path / "unused", **asked)
    assert not (tmp_path / "unused").exists()


def test_a_file_is_not_taken_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(DemoDataRefused, match="is a file"):
        make(tmp_path / "taken")


def test_the_summary_says_what_was_written(tmp_path: Path) -> None:
    summary = write_demo_data(tmp_path, customers=600, transactions=6_000, seed=7)
    rows = pd.read_csv(tmp_path / "transactions.csv", parse_dates=["transaction_date"])
    assert summary == DemoSummary(
        folder=tmp_path,
        customers=summary.customers,
        transactions=6_000,
        burns=int(rows["burn_date"].count()),
        first_claim=rows["transaction_date"].iloc[0].date(),
        last_claim=rows["transaction_date"].iloc[-1].date(),
    )
    truth = pd.read_csv(tmp_path / "truth.csv")
    assert summary.customers == truth["archetype"].value_counts().to_dict()


def test_the_command_tells_what_it_wrote(tmp_path: Path) -> None:
    said = StringIO()
    folder = tmp_path / "written"
    call_command("make_demo_data", folder, customers=100, transactions=900, stdout=said)
    assert "100 customers:" in said.getvalue()
    assert "900 transactions" in said.getvalue()
    assert {path.stem for path in folder.iterdir()} == {*IMPORTED, "truth"}


def test_the_command_refuses_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="10 are too few"):
        call_command("make_demo_data", tmp_path, customers=100, transactions=10)
