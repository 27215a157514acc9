"""The currency that stands beside a number: EGP 1,250.00, 120 ج.م, € 5."""

_CODES = (
    *("EGP", "SAR", "AED", "KWD", "QAR", "BHD", "OMR", "JOD", "LBP", "IQD", "SYP", "YER", "LYD"),
    *("TND", "DZD", "MAD", "SDG", "TRY", "ILS", "USD", "EUR", "GBP", "CHF", "SEK", "NOK", "DKK"),
    *("PLN", "CZK", "HUF", "RON", "BGN", "RUB", "UAH", "JPY", "CNY", "INR", "PKR", "BDT", "IDR"),
    *("MYR", "SGD", "HKD", "PHP", "THB", "KRW", "CAD", "AUD", "NZD", "ZAR", "NGN", "KES", "GHS"),
    *("ETB", "BRL", "MXN", "ARS", "CLP", "COP", "Kr", "Rs", r"L\.?E"),
    *("جنيه", "ريال", "درهم", "دينار", "ليرة", r"ج\.?م", r"ر\.?س", r"د\.?إ", r"د\.?ك", r"د\.?أ"),
)
_CURRENCY = rf"(?:{'|'.join(_CODES)})\.?|[A-Z]{{0,2}}\p{{Sc}}[A-Z]?"
_BEFORE = rf"(?i)^([-+]?)({_CURRENCY})([-+]?\d)"
_AFTER = rf"(?i)(\d)({_CURRENCY})$"
_ANY = r"[\p{L}\p{Sc}]"  # a quick look, for most numbers have none


def currency_of(number: str) -> str:
    """SQL of the currency beside a number that has no spaces; NULL where there is none."""
    before = f"nullif(regexp_extract({number}, '{_BEFORE}', 2), '')"
    after = f"nullif(regexp_extract({number}, '{_AFTER}', 2), '')"
    return f"CASE WHEN regexp_matches({number}, '{_ANY}') THEN coalesce({before}, {after}) END"


def without_currency(number: str) -> str:
    """SQL of a number that has no spaces without the currency beside it."""
    bare = rf"regexp_replace({number}, '{_BEFORE}', '\1\3')"
    bare = rf"regexp_replace({bare}, '{_AFTER}', '\1')"
    return f"CASE WHEN regexp_matches({number}, '{_ANY}') THEN {bare} ELSE {number} END"
