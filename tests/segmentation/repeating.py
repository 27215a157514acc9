"""An automatic run in a new site, as a program: it ends with what it found, as JSON."""

import json
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "ecommerce.settings"


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from customers.operations.facts import refresh_facts
    from tests.factories import make_history
    from tests.segmentation.findings import found
    from tests.segmentation.running import do

    make_history(customers=150, transactions=900, never_active=7)
    refresh_facts()
    sys.stdout.write(json.dumps(found(do("auto").pk)) + "\n")


if __name__ == "__main__":
    main()
