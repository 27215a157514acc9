"""What the workers of the queue do for this app; the queue calls these by name."""

from customers.operations import facts, imports


def execute_import(import_id: int) -> None:
    imports.execute_import(import_id)


def recover_lost_imports() -> None:
    imports.recover_lost_imports()


def refresh_stale_facts() -> None:
    try:
        facts.refresh_stale_facts()
    finally:
        # Also when the disk is full: it makes room for the next try.
        facts.clean_facts()
