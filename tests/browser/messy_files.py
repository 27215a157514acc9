"""Files as marketers have them: a tidy first one, a messy workbook, and its mended rejects."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

# A heading that nobody can guess, for the id of a transaction.
UNCLEAR = "Slip"
OURS = 6  # columns in front of a file of rejected rows, from the sheet to the reason
TIDY: dict[str, list[list[Any]]] = {
    "cities": [["city_id", "city_name"], ["1", "القاهرة"], ["2", "الإسكندرية"]],
    "merchants": [["merchant_id", "merchant_name"], ["M1", "مكتبة النيل"]],
    "branches": [
        ["branch_id", "branch_name", "merchant_id", "city_id"],
        ["B1", "وسط البلد", "M1", "1"],
        ["B2", "الكورنيش", "M1", "2"],
    ],
    "customers": [
        ["customer_id", "join_date", "city_id", "gender", "accepts_marketing"],
        ["00017", "2024-01-03", "1", "Female", "yes"],
        ["00018", "2024-01-04", "1", "Male", "yes"],
        ["C-3", "2024-02-05", "1", "Female", "no"],
    ],
    "transactions": [
        [
            *("transaction_id", "customer_id", "transaction_date", "transaction_status"),
            *("coupon_name", "burn_date", "branch_id", "amount"),
        ],
        ["T-1", "00018", "2025-02-01", "claimed", "Spring", "", "B1", ""],
        ["T-2", "00017", "2025-02-02", "burned", "Spring", "2025-02-09", "B2", "75.5"],
        ["T-3", "C-3", "2025-02-03", "burned", "Spring", "2025-02-10", "B1", "60"],
    ],
}
MESSY: dict[str, list[list[Any]]] = {
    "Read me first": [["Sara keeps this list."], ["Ask her before you change a number!"]],
    "العملاء": [
        ["أعضاء النادي – ٢٠٢٥"],
        ["exported by Sara"],
        [],
        ["رقم العميل", "الاسم", "تاريخ التسجيل", "رقم المدينة", "الجنس", "Opt-in"],
        ["00017", "ليلى حسن", "03/01/2024", "2", "أنثى", "نعم"],  # moved to another city
        [" 00018 ", "Omar Said", date(2024, 1, 4), " 1", "ذكر", "yes "],  # as it was
        ["00019", "منى علي", date(2025, 2, 13), "1", "F", "لا"],
        ["00020", "Adam Fathy", "28/02/2025", "2", "m", "Y"],
        ["00021", "هدى كامل", "01/03/2025", "99", "أنثى", "yes"],  # no such city
        [None, "كريم مجدي", "02/03/2025", "1", "ذكر", "no"],  # no id
        ["C-3", "Nadia Aziz", "05/02/2024", "Luxor", "أنثى", "no"],  # no such city
    ],
    "Coupons 2025": [
        ["All coupons, from the till"],
        [],
        [
            *(UNCLEAR, "Customer no.", "Claimed on", "State"),
            *("Coupon", "Used on", "Store ID", "المبلغ"),
        ],
        ["T-1", "00018", date(2025, 2, 1), "Redeemed", "Spring", "14/03/2025", "B1", 120.5],
        ["T-2", "00017", "02/02/2025", "used", "Spring", date(2025, 2, 9), "B2", 75.5],  # as it was
        ["T-5", " 00019", "15/02/2025", "subscribed", "Spring", None, "B1 ", None],
        ["T-6", "00020", date(2025, 3, 2), "REDEEMED", "Ramadan", "20/03/2025", "B2", 80],
        ["T-7", "00017", "20/03/2025", "used", "Ramadan", "01/03/2025", "B1", 15],  # too early
        ["T-3", "C-3", "03/02/2025", "used", "Spring", "10/02/2025", "B1", -60],  # negative
        ["T-9", "99999", "21/03/2025", "open", "Ramadan", None, "B1", None],  # no such customer
        [None, "00020", "22/03/2025", "open", "Ramadan", None, "B2", None],  # no id
    ],
}
# What a person writes into the file of rejected rows, by a cell that only that row has.
MENDED = {
    "00021": {"رقم المدينة": "1"},
    "كريم مجدي": {"رقم العميل": "00022"},
    "C-3": {"رقم المدينة": "2"},
    "T-7": {"Used on": "25/03/2025"},
    "T-3": {"المبلغ": "65"},
    "T-9": {"Customer no.": "00021"},
    "2025-03-22": {UNCLEAR: "T-10"},  # a day that was read stands there in the certain form
}


def write_tidy(folder: Path) -> Path:
    return _write(folder / "records 2024.xlsx", TIDY)


def write_messy(folder: Path) -> Path:
    return _write(folder / "سجلات النادي 2025.xlsx", MESSY)


def mend(rejects: Path, target: Path) -> Path:
    """Mend each row of a file of rejected rows, leaving its columns as they are."""
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        headings, *rows = csv.reader(file)
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headings, *(_mended(headings, row) for row in rows)])
    return target


def _mended(headings: list[str], row: list[str]) -> list[str]:
    ours, cells = row[:OURS], dict(zip(headings[OURS:], row[OURS:], strict=True))
    # C-3 is also the customer of the transaction T-3.
    known = next(key for key in reversed(MENDED) if key in cells.values())
    return [*ours, *(cells | MENDED[known]).values()]


def _write(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path
