"""What the commands that run the site's processes take."""

import pytest
from django.core.management import CommandError, call_command

from ecommerce.processes import port


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("8000", 8000), ("65535", 65535)])
def test_a_port_is_a_number(text: str, number: int) -> None:
    assert port(text) == number


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", ""])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - argparse says the sentence
        port(text)


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_command_says_that_a_port_is_none(command: str) -> None:
    with pytest.raises(CommandError, match="argument --port: invalid port value: '70000'"):
        call_command(command, "--port=70000")
