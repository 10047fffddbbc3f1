# SPDX-License-Identifier: Apache-2.0
"""Answers of a server that a test runs, refusals among them."""
import dataclasses
import typing

JSON = "application/json"
# As an application server answers a path that it does not know.
NOT_FOUND_PAGE = ("<!DOCTYPE html><html><head><title>Error 404</title></head><body>"
                  "<h2>Error 404: SRVE0295E: Error reported: 404</h2></body></html>\n")


@dataclasses.dataclass
class Answer:
    """`body` is what becomes JSON, or text, or None for none."""
    status: int
    body: typing.Any = None
    headers: dict = dataclasses.field(default_factory=dict)
    media: str = JSON + ";charset=UTF-8"


class Refusal(Exception):
    """Ends a call with an answer. `violation` says what a correct client would not have done, if it is that."""

    def __init__(self, answer, violation=None):
        super().__init__(violation or answer.status)
        self.answer = answer
        self.violation = violation


def page(status, text=NOT_FOUND_PAGE, headers=None):
    return Answer(status, text, headers or {}, "text/html;charset=ISO-8859-1")
