"""What the tests of the shell have in common."""

from tests.support.fixtures import company, no_configuration_of_the_machine

__all__ = ["company", "no_configuration_of_the_machine"]
