"""What columns are called in the files of others, apart from their own names."""

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
