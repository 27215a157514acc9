"""What columns are called in the files of others, apart from their own names."""

import re
import unicodedata

from customers.importing.words import fold

ID = ("id", "external_id", "code", "key")
CITY = ("city_code", "رقم_المدينة", "كود_المدينة", "المدينة")
MERCHANT = ("merchant_code", "brand_id", "رقم_التاجر", "كود_التاجر")
BRANCH = ("branch_code", "store_id", "shop_id", "رقم_الفرع", "كود_الفرع")
CUSTOMER = (
    *("customer_no", "customer_number", "customer_code", "client_id", "client", "member_id"),
    *("user_id", "contact_id", "loyalty_id", "رقم_العميل", "كود_العميل", "معرف_العميل"),
)
TRANSACTION = (
    *("transaction_no", "transaction_code", "coupon_id", "coupon_code", "claim_id", "order_id"),
    *("رقم_المعاملة", "كود_المعاملة", "رقم_الكوبون"),
)
JOINED = (
    *("joined_on", "joined", "join", "joined_at", "joining_date", "date_joined", "signup_date"),
    *("sign_up_date", "registered_on", "registration_date", "created_at", "member_since"),
    *("تاريخ_الانضمام", "تاريخ_التسجيل"),
)
CONSENT = (
    *("consent", "marketing_consent", "opt_in", "opted_in", "subscribed_to_marketing"),
    *("newsletter", "الموافقة", "موافق_على_الرسائل", "قبول_العروض", "قبول_الرسائل"),
)
CLAIM_DAY = (
    *("claimed_on", "claim_date", "claimed", "claimed_at", "date", "subscribed_on", "issued_on"),
    *("subscription_date", "issue_date", "تاريخ_المعاملة", "التاريخ"),
)
BURN_DAY = (
    *("burnt_on", "burned_on", "burnt_at", "burned_at", "redeemed_on", "redemption_date"),
    *("redeemed_at", "used_on", "use_date", "تاريخ_الاستخدام"),
)

_CITY = ("town", "town_code")
_CUSTOMER = ("member_no", "member_number", "client_no", "member")
# What means a column of a table only where no other heading does; of several, the first one.
PERHAPS: dict[tuple[str, str], tuple[str, ...]] = {
    ("cities", "city_name"): ("town",),
    ("branches", "branch_name"): ("store", "shop"),
    ("branches", "city_id"): _CITY,
    ("customers", "customer_id"): _CUSTOMER,
    ("customers", "join_date"): ("signed_up_on", "signed_up", "signup", "sign_up"),
    ("customers", "city_id"): _CITY,
    ("customers", "accepts_marketing"): (
        *("الموافقة_على_التسويق", "موافقة_التسويق", "قبول_التسويق", "الموافقة_على_الرسائل"),
        *("موافقة", "موافق", "الاشتراك"),
    ),
    ("transactions", "transaction_id"): (
        *("voucher_id", "voucher_no", "voucher_number", "voucher_code"),
        *("coupon_no", "coupon_number", "voucher"),
    ),
    ("transactions", "customer_id"): _CUSTOMER,
    ("transactions", "transaction_date"): ("issued_at", "issued"),
    ("transactions", "coupon_name"): ("campaign_name", "campaign"),
    ("transactions", "burn_date"): ("used_at", "used", "redeemed", "burnt", "burned"),
    ("transactions", "branch_id"): (
        *("store_no", "shop_no", "store_code", "shop_code", "store", "shop"),
    ),
    ("transactions", "amount"): ("amount_paid", "paid_amount", "paid", "القيمة"),
}

UNIT = r"\s*[(\[](?!\d+[)\]])[^()\[\]]+[)\]]\s*$"


def plain(heading: str) -> str:
    """A heading without case and marks: customerID, Customer-Id and CUSTOMER ID are one."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", heading))
    return "_".join(re.findall(r"\w+", fold(spaced.casefold()).replace("_", " ")))


def names_of(heading: str) -> set[str]:
    """What a heading may be meant as: Value (EGP) is a value, but date (2) is another date."""
    return {plain(heading), plain(re.sub(UNIT, "", heading))}
