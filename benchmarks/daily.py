"""The files of one more day on top of the generated ones, made of what these hold."""

from pathlib import Path

import duckdb

WEEKS = 4
# Sorting by a hash shuffles, the same way every time.
RECENT = f"""
    CREATE TABLE recent AS
    SELECT *, max(transaction_date) OVER () + 1 AS today, max(transaction_id) OVER () AS last_id
    FROM (
        FROM read_csv($path, types = {{'amount': 'DECIMAL(12, 2)'}})
        QUALIFY transaction_date > max(transaction_date) OVER () - {7 * WEEKS}
    ) ORDER BY hash(transaction_id)
"""
CUSTOMERS = """
    CREATE TABLE customers AS
    SELECT known + n AS customer_id, today AS join_date, 1 + n % 20 AS city_id,
        CASE n % 2 WHEN 0 THEN 'Female' ELSE 'Male' END AS gender, n % 3 > 0 AS accepts_marketing
    FROM (SELECT max(customer_id) AS known FROM read_csv($path)), range(1, $rows + 1) AS r(n),
        (SELECT any_value(today) AS today FROM recent)
"""
# Like those of the last weeks; each customer who joined that day has claimed one.
CLAIMS = """
    CREATE TABLE claims AS
    SELECT last_id + n AS transaction_id, coalesce(c.customer_id, r.customer_id) AS customer_id,
        today AS transaction_date, 'claimed' AS transaction_status, coupon_name,
        NULL::DATE AS burn_date, branch_id, NULL::DECIMAL(12, 2) AS amount
    FROM (SELECT *, row_number() OVER (ORDER BY hash(-transaction_id)) AS n FROM recent) AS r
    LEFT JOIN (SELECT customer_id, row_number() OVER () AS n FROM customers) AS c USING (n)
    WHERE n <= $rows
"""
# What was paid is what others paid.
BURNS = """
    CREATE TABLE burns AS
    SELECT transaction_id, customer_id, transaction_date, 'burned' AS transaction_status,
        coupon_name, today AS burn_date, branch_id, paid.amount
    FROM (SELECT *, row_number() OVER () AS n FROM recent WHERE burn_date IS NULL LIMIT $rows)
    JOIN (SELECT amount, row_number() OVER () AS n FROM recent WHERE burn_date IS NOT NULL) AS paid
        USING (n)
"""


def write_daily_data(data: Path, folder: Path, *, rows: int) -> dict[str, int]:
    """Write customers.csv and transactions.csv of the day after the last claim in `data`.

    Half of the transactions are new claims, half are coupons claimed in the last weeks and burned
    that day, under the ids they have; for 200 of them 3 customers join. Returns the numbers of
    customers, claims and burns.
    """
    folder.mkdir(parents=True)
    joining = max(1, rows * 3 // 200)
    with duckdb.connect() as db:
        db.execute(RECENT, {"path": str(data / "transactions.csv")})
        db.execute(CUSTOMERS, {"path": str(data / "customers.csv"), "rows": joining})
        db.execute(CLAIMS, {"rows": rows // 2})
        db.execute(BURNS, {"rows": rows - rows // 2})
        db.execute(f"COPY customers TO '{folder}/customers.csv'")
        db.execute(f"COPY (FROM claims UNION ALL FROM burns) TO '{folder}/transactions.csv'")
        return {name: _count(db, name) for name in ("customers", "claims", "burns")}


def _count(db: duckdb.DuckDBPyConnection, table: str) -> int:
    row = db.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
