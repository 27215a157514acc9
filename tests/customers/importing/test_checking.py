from pathlib import Path
from typing import Any

import pytest

from customers.import_display import outcomes_of
from customers.models import Branch, City, Customer, Merchant, Transaction
from customers.operations.imports import execute_import, import_summary, request_import
from tests.customers.importing.files import (
    BRANCH,
    BURN,
    CITY,
    CLAIM,
    CUSTOMER,
    MERCHANT,
    good_tables,
    import_tables,
    import_text,
    outcomes,
    rejects_of,
)
from tests.factories import make_branch, make_customer

pytestmark = pytest.mark.django_db
PLACE = CITY | {"latitude": "30.04", "longitude": "31.24"}
FAULTS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("transactions", CLAIM, {"transaction_date": "1989-12-31"}, "implausible_day"),
    ("transactions", CLAIM, {"transaction_date": "2999-01-01"}, "implausible_day"),
    ("transactions", BURN, {"burn_date": "2999-01-01"}, "implausible_day"),
    ("customers", CUSTOMER, {"join_date": "0001-01-01"}, "implausible_day"),
    ("cities", CITY, {"city_id": ""}, "missing"),
    ("cities", CITY, {"city_name": "  "}, "missing"),
    ("cities", CITY, {"city_name": "x" * 201}, "too_long"),
    ("cities", CITY, {"city_id": "x" * 65}, "too_long"),
    ("cities", CITY, {"city_name": "Cai\x00ro"}, "control_character"),
    ("cities", CITY, {"city_name": "Cai\nro"}, "control_character"),
    ("cities", PLACE, {"latitude": "north"}, "not_a_number"),
    ("cities", PLACE, {"latitude": "nan"}, "not_a_number"),
    ("cities", PLACE, {"latitude": "90.01"}, "out_of_range"),
    ("cities", PLACE, {"longitude": "-181"}, "out_of_range"),
    ("cities", PLACE, {"longitude": ""}, "half_coordinates"),
    ("merchants", MERCHANT, {"merchant_name": ""}, "missing"),
    ("branches", BRANCH, {"merchant_id": ""}, "missing"),
    ("branches", BRANCH, {"merchant_id": "9"}, "unknown_reference"),
    ("branches", BRANCH, {"city_id": "9"}, "unknown_reference"),
    ("customers", CUSTOMER, {"customer_id": ""}, "missing"),
    ("customers", CUSTOMER, {"join_date": "31/13/2024"}, "not_a_date"),
    ("customers", CUSTOMER, {"join_date": "2024-02-30"}, "not_a_date"),
    ("customers", CUSTOMER, {"join_date": "2024-02-01 25:00:00"}, "not_a_date"),
    ("customers", CUSTOMER, {"join_date": "0000-01-01"}, "not_a_date"),
    ("customers", CUSTOMER, {"join_date": "infinity"}, "not_a_date"),
    ("customers", CUSTOMER, {"gender": "unsure"}, "unknown_gender"),
    ("customers", CUSTOMER, {"accepts_marketing": "perhaps"}, "unknown_accepts_marketing"),
    ("customers", CUSTOMER, {"city_id": "9"}, "unknown_reference"),
    ("transactions", CLAIM, {"customer_id": "9"}, "unknown_reference"),
    ("transactions", CLAIM, {"branch_id": "9"}, "unknown_reference"),
    ("transactions", CLAIM, {"transaction_date": ""}, "missing"),
    ("transactions", CLAIM, {"transaction_status": "lost"}, "unknown_status"),
    ("transactions", CLAIM, {"coupon_name": "x" * 201}, "too_long"),
    ("transactions", CLAIM, {"burn_date": "2024-03-01"}, "burn_date_unexpected"),
    ("transactions", BURN, {"burn_date": ""}, "burn_date_missing"),
    ("transactions", BURN, {"burn_date": "soon"}, "not_a_date"),
    ("transactions", BURN, {"burn_date": "2024-01-31"}, "burnt_before_claimed"),
    ("transactions", BURN, {"amount": "12 pounds"}, "not_a_number"),
    ("transactions", BURN, {"amount": "99999999999"}, "not_a_number"),
    ("transactions", BURN, {"amount": "-1"}, "negative"),
]


@pytest.mark.parametrize(("table", "good", "change", "code"), FAULTS)
def test_a_row_that_is_wrong_is_rejected_with_its_reason(
    folder: Path, table: str, good: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    wrong = good | change
    done = import_tables(folder, good_tables() | {table: [wrong]})
    reject = next(r for r in rejects_of(done) if r["sheet"] == table)
    [(column, value)] = change.items()
    shown = value.replace("\x00", "␀")
    assert reject["value"] in (shown, wrong[reject["column"]], f"'{shown}")
    assert (reject["line"], reject["code"]) == ("2", code)
    assert reject["reason"].endswith(".")
    assert "_" not in reject["reason"]
    assert code == "half_coordinates" or reject["column"] == column
    assert outcomes(done, table) == {"rows": 1, "rejected": 1}


@pytest.mark.parametrize(
    ("written", "stored"),
    [("F", "Female"), ("MALE", "Male"), ("m", "Male"), ("unknown", "Unknown"), ("", "Unknown")],
)
def test_genders_may_be_written_in_several_ways(folder: Path, written: str, stored: str) -> None:
    import_tables(folder, {"customers": [{"customer_id": "1", "gender": written}]})
    assert Customer.objects.get().gender == stored


@pytest.mark.parametrize(
    ("written", "stored"), [("TRUE", True), ("1", True), ("No", False), ("", False)]
)
def test_consent_may_be_written_in_several_ways(folder: Path, written: str, stored: bool) -> None:
    import_tables(folder, {"customers": [{"customer_id": "1", "accepts_marketing": written}]})
    assert Customer.objects.get().accepts_marketing is stored


@pytest.mark.parametrize(
    ("written", "burnt_on", "stored"),
    [
        ("Subscribed", "", "claimed"),
        ("claimed", "", "claimed"),
        ("BURNED", "2024-02-09", "burnt"),
        ("burnt", "2024-02-09", "burnt"),
    ],
)
def test_a_status_may_be_written_in_several_ways(
    folder: Path, written: str, burnt_on: str, stored: str
) -> None:
    row = CLAIM | {"transaction_status": written, "burn_date": burnt_on}
    import_tables(folder, good_tables() | {"transactions": [row]})
    assert Transaction.objects.get().status == stored


def test_nul_in_the_name_of_a_gender_is_shown_as_a_sign(folder: Path) -> None:
    (folder / "genders.csv").write_text("gender_id,gender_name\n1,Fem\0ale\n")
    done = import_text(folder, "customers", "customer_id,gender_id\na,1\n")
    assert done.tables["customers"]["rejected"] == 1
    assert "Fem␀ale" in str(done.preview["reasons"])
    assert r"\x00" not in str(done.preview)


def test_a_gender_id_is_looked_up(folder: Path) -> None:
    genders = "gender_id,gender_name\n1,Male\n2, f \n2,Female\n"
    (folder / "genders.csv").write_text(genders)
    done = import_text(folder, "customers", "customer_id,gender_id\na,1\nb,\nc,2\nd,7\n")
    found = list(Customer.objects.values_list("gender", flat=True))
    assert found == ["Male", "Unknown", "Female"]
    [reject] = rejects_of(done)
    assert reject["code"] == "unknown_reference"
    assert reject["reason"] == "The table genders has no gender with this id."
    assert "genders" not in done.tables


def test_no_row_of_the_sheet_genders_is_lost(folder: Path) -> None:
    genders = "gender_id,gender_name\n1,Male\n,Female\n3,Non-binary\n4,\n1,Female\n5\n"
    (folder / "genders.csv").write_text(genders)
    done = import_text(folder, "customers", "customer_id,gender_id\na,1\n")
    found = [(r["sheet"], r["line"], r["column"], r["code"]) for r in rejects_of(done)]
    assert found == [
        ("customers", "2", "gender_id", "unknown_reference"),
        ("genders", "2", "gender_id", "contradicts"),
        ("genders", "3", "gender_id", "missing"),
        ("genders", "4", "gender_name", "unknown_gender"),
        ("genders", "5", "gender_name", "missing"),
        ("genders", "6", "gender_id", "contradicts"),
        ("genders", "7", "", "broken_row"),
    ]
    assert outcomes(done, "genders") == {"rows": 6, "rejected": 6}
    assert (done.created, done.rejected) == (0, 7)


def test_a_rejected_row_of_the_sheet_genders_keeps_all_or_nothing_from_loading(
    folder: Path,
) -> None:
    (folder / "genders.csv").write_text("gender_id,gender_name\n1,Male\n3,Non-binary\n")
    (folder / "customers.csv").write_text("customer_id,gender_id\na,1\n")
    requested = request_import(
        source=folder,
        source_name="given",
        dry_run=False,
        requested_by=None,
        mode="all-or-nothing",
        queue=False,
    )
    done = execute_import(requested.pk)
    assert (done.status, done.error) == (
        "rejected",
        "1 of 3 rows are rejected, so nothing was loaded, as you chose.",
    )
    assert [(o.table, o.counts["rejected"]) for o in outcomes_of(done)] == [
        ("customers", 0),
        ("genders", 1),
    ]
    assert import_summary(done)["tables"]["genders"]["rejected"] == 1


@pytest.mark.parametrize(
    ("gender_id", "reason"),
    [
        ("3", "is called 'Non-binary' in the file genders.csv; use Female, Male or Unknown."),
        ("4", "has no name in the file genders.csv; use Female, Male or Unknown."),
    ],
)
def test_a_gender_that_cannot_be_understood_is_named(
    folder: Path, gender_id: str, reason: str
) -> None:
    (folder / "genders.csv").write_text("gender_id,gender_name\n3, Non-binary\n4,\n")
    done = import_text(folder, "customers", f"customer_id,gender_id\na, {gender_id}\n")
    reject = rejects_of(done)[0]
    assert (reject["sheet"], reject["code"]) == ("customers", "unknown_reference")
    assert reject["reason"] == f"Gender {gender_id} {reason}"


def test_a_row_with_several_faults_is_rejected_once_with_all_reasons(folder: Path) -> None:
    row = CUSTOMER | {"join_date": "soon", "gender": "unsure"}
    done = import_tables(folder, good_tables() | {"customers": [row], "transactions": [CLAIM]})
    reject = rejects_of(done)[0]
    assert (reject["column"], reject["value"]) == ("join_date", "soon")
    assert reject["reason"] == (
        "join_date: Write it as a date: 2024-05-31. gender: Write it as Female, Male or Unknown."
    )
    assert outcomes(done, "customers") == {"rows": 1, "rejected": 1}


def test_the_rejects_name_columns_as_the_file_does(folder: Path) -> None:
    done = import_text(folder, "customers", "Customer ID,Join Date\n1,soon\n")
    assert rejects_of(done)[0]["column"] == "Join Date"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_rejected_formula_is_never_live(folder: Path, start: str) -> None:
    done = import_text(folder, "customers", f"customer_id,join_date\n1,{start}SUM(A1)\n")
    assert rejects_of(done)[0]["value"] == f"'{start}SUM(A1)"


def test_an_exact_repeat_in_the_file_counts_as_unchanged(folder: Path) -> None:
    done = import_text(folder, "cities", "city_id,city_name\n1,Cairo\n1, Cairo\n")
    assert outcomes(done, "cities") == {"rows": 2, "created": 1, "unchanged": 1}


def test_rows_that_contradict_each_other_are_all_rejected(folder: Path) -> None:
    done = import_text(folder, "cities", "city_id,city_name\n1,Cairo\n2,Giza\n1,Luxor\n1,Cairo\n")
    rejects = rejects_of(done)
    assert {(r["value"], r["code"]) for r in rejects} == {("1", "contradicts")}
    said = {r["line"]: r["reason"].partition(" has")[0] for r in rejects}
    assert said == {"2": "Line 5", "4": "Line 2", "5": "Line 2"}
    assert outcomes(done, "cities") == {"rows": 4, "created": 1, "rejected": 3}


def test_a_wrong_first_row_leaves_room_for_the_right_second_one(folder: Path) -> None:
    done = import_text(folder, "cities", "city_id,city_name\n1,\n1,Cairo\n")
    assert outcomes(done, "cities") == {"rows": 2, "created": 1, "rejected": 1}


def test_references_are_found_in_the_database(folder: Path) -> None:
    make_customer(external_id="1")
    make_branch(external_id="1")
    assert import_tables(folder, {"transactions": [CLAIM, BURN]}).created == 2


def test_a_wrong_merchant_takes_its_branch_and_transactions_with_it(folder: Path) -> None:
    done = import_tables(folder, good_tables() | {"merchants": [MERCHANT | {"merchant_name": ""}]})
    found = [(r["sheet"], r["column"]) for r in rejects_of(done)]
    assert found == [
        ("merchants", "merchant_name"),
        ("branches", "merchant_id"),
        ("transactions", "branch_id"),
        ("transactions", "branch_id"),
    ]
    assert City.objects.exists()
    assert not Merchant.objects.exists()
    assert not Branch.objects.exists()


def test_thousands_of_unknown_references_are_looked_up(folder: Path) -> None:
    for n in range(5):
        make_customer(external_id=f"c{n * 500}")
    make_branch(external_id="1")
    rows = [CLAIM | {"transaction_id": str(n), "customer_id": f"c{n}"} for n in range(2500)]
    done = import_tables(folder, {"transactions": rows})
    assert outcomes(done, "transactions") == {"rows": 2500, "created": 5, "rejected": 2495}


@pytest.mark.parametrize("written", ["انثي", "أُنثى".replace("ُ", ""), "اُنثي".replace("ُ", "")])
def test_arabic_letters_may_be_written_in_several_forms(folder: Path, written: str) -> None:
    import_text(folder, "customers", f"customer_id,gender\n1,{written}\n")
    assert Customer.objects.get().gender == "Female"


def test_a_row_is_sent_to_the_rejected_row_that_it_needs(folder: Path) -> None:
    tables = good_tables() | {"customers": [CUSTOMER | {"gender": "?"}]}
    reasons = {r["sheet"]: r["reason"] for r in rejects_of(import_tables(folder, tables))}
    assert reasons["transactions"] == (
        "Its customer in line 2 of the file customers.csv was rejected; mend that one first."
    )


def test_the_preview_says_why_rows_are_rejected_and_shows_the_first_good_ones(folder: Path) -> None:
    cities = [
        CITY,
        CITY | {"city_id": "2", "city_name": ""},
        CITY | {"city_id": "3", "city_name": ""},
    ]
    preview = import_tables(folder, {"cities": cities}).preview
    [reason] = preview["reasons"]
    assert (reason["code"], reason["column"], reason["rows"]) == ("missing", "city_name", 2)
    assert [example["line"] for example in reason["examples"]] == [3, 4]
    assert preview["rows"] == {"cities": [[["city_id", "1"], ["city_name", "Cairo"]]]}
