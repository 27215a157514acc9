"""What tables and columns hold, in a sentence; what columns are called on the pages."""

# In the order of what people most often have.
TABLES_IN_WORDS = {
    "transactions": "One row for each coupon that a customer claimed, and when it was used.",
    "customers": "The people who claim coupons.",
    "branches": "The shops in which coupons are used.",
    "merchants": "The brands whose coupons these are.",
    "cities": "Where customers live and branches stand.",
    "genders": "Only where customers have a gender_id instead of the gender itself.",
}

KEY = "Its key in your own system; an import finds the row again by it."
_COLUMNS = {
    "customers": {
        "customer_id": (KEY, "C-00017"),
        "join_date": ("The day on which the customer joined.", "2024-05-31"),
        "city_id": ("Where the customer lives: a city_id of the sheet cities.", "CAI"),
        "gender": ("Female, Male or Unknown; empty means Unknown.", "Female"),
        "accepts_marketing": (
            "Whether the customer agreed to receive offers, yes or no; empty means no.",
            "yes",
        ),
    },
    "cities": {
        "city_id": (KEY, "CAI"),
        "city_name": ("What the city is called on the pages.", "Cairo"),
        "latitude": ("Degrees north, -90 to 90; together with longitude or not at all.", "30.0444"),
        "longitude": ("Degrees east, -180 to 180; together with latitude.", "31.2357"),
    },
    "merchants": {
        "merchant_id": (KEY, "M-12"),
        "merchant_name": ("What the merchant is called on the pages.", "Nile Books"),
    },
    "branches": {
        "branch_id": (KEY, "B-003"),
        "branch_name": ("What the branch is called; empty: its merchant and its id.", "Downtown"),
        "merchant_id": ("Whose branch it is: a merchant_id of the sheet merchants.", "M-12"),
        "city_id": ("Where it is: a city_id of the sheet cities.", "CAI"),
    },
    "transactions": {
        "transaction_id": (KEY, "T-0000125"),
        "customer_id": ("Who took the coupon: a customer_id of the sheet customers.", "C-00017"),
        "transaction_date": ("The day on which the coupon was claimed.", "2024-06-01"),
        "transaction_status": ("claimed, or burnt once the coupon was used.", "burnt"),
        "coupon_name": ("What the coupon is called.", "Spring 10%"),
        "burn_date": (
            "The day on which it was used; empty while it is only claimed.",
            "2024-06-09",
        ),
        "branch_id": ("At which branch: a branch_id of the sheet branches.", "B-003"),
        "amount": ("What the customer paid when using the coupon.", "149.50"),
    },
}
# {(sheet, column): (what it holds, an example)}
COLUMN_WORDS = {
    (sheet, column): words
    for sheet, columns in _COLUMNS.items()
    for column, words in columns.items()
}
_LABELS = {
    "customers": {
        "customer_id": "Customer number",
        "join_date": "Joined on",
        "city_id": "City",
        "gender": "Gender",
        "gender_id": "Gender number",
        "accepts_marketing": "Accepts marketing",
    },
    "cities": {
        "city_id": "City number",
        "city_name": "City name",
        "latitude": "Latitude",
        "longitude": "Longitude",
    },
    "merchants": {"merchant_id": "Merchant number", "merchant_name": "Merchant name"},
    "branches": {
        "branch_id": "Branch number",
        "branch_name": "Branch name",
        "merchant_id": "Merchant",
        "city_id": "City",
    },
    "transactions": {
        "transaction_id": "Coupon number",
        "customer_id": "Customer",
        "transaction_date": "Claimed on",
        "transaction_status": "Status",
        "coupon_name": "Coupon",
        "burn_date": "Burnt on",
        "branch_id": "Branch",
        "amount": "Amount",
    },
    "genders": {"gender_id": "Gender number", "gender_name": "Gender name"},
}


def label_of(table: str, column: str) -> str:
    """What a column is called on the pages; its own name where it is none of the catalogue."""
    return _LABELS.get(table, {}).get(column, column)
