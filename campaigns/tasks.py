"""What the queue calls on a schedule."""

from campaigns.operations import advance_campaigns, today


def advance() -> None:
    advance_campaigns(today=today())
