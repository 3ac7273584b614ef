# ruff: noqa: E501  # sentences and tables of names stay whole
"""What reps write down about customers abroad, in English; the slots are those of ``notes_zh``."""

from __future__ import annotations

from crm.demo.notes_zh import Note

BY_STAGE: tuple[tuple[Note, ...], ...] = (
    (
        Note("mail", "{who} answered our mailing: they look for a second source for {product}.", "Send references and the data sheet"),
        Note("meeting", "Met {who} at the trade fair; their current {product} come from {rival} with long lead times.", "Call within a week"),
        Note("call", "First call with {who}: about {n} pieces a year, decision in spring.", "Send the company presentation"),
        Note("mail", "Sent the catalogue and ISO certificates to {who}; asked for the process data.", "Ask again on {day}"),
    ),
    (
        Note("call", "Went through the data sheet with {who}: DN{dn}, {bar} MPa, {temp} °C, 316L.", "Confirm the flange standard"),
        Note("mail", "{who} sent the P&ID; ATEX zone 1 is required for {product}.", "Check the certificate with engineering"),
        Note("meeting", "Video meeting with {who} and their engineer; open point is the test protocol.", "Send a sample protocol"),
        Note("mail", "{who} confirmed delivery within {weeks} weeks ex works.", "Check capacity with production"),
    ),
    (
        Note("mail", "Proposal for {n} {product} sent to {who}, with drawings.", "Review call on {day}"),
        Note("meeting", "Review with {who}: they like the design, ask for a stainless version.", "Revise the proposal"),
        Note("call", "{who} compares our proposal with {rival}; service in their country is the question.", "Name our service partner"),
        Note("mail", "Sample shipped to {who}; trial runs for three weeks.", "Ask for the trial data"),
    ),
    (
        Note("mail", "Quotation sent to {who}, FOB Shanghai, valid 60 days.", "Follow up on {day}"),
        Note("call", "{who} says {rival} is {pct}% cheaper, but needs {weeks} weeks.", "Offer a split delivery"),
        Note("call", "{who} asks for 60 days net; our terms are 30% in advance.", "Clear the terms with finance"),
        Note("mail", "Second quotation with DAP prices sent to {who}.", "Confirm receipt"),
    ),
    (
        Note("meeting", "Negotiated terms with {who}: warranty 24 months, penalty capped at 5%.", "Send the contract draft"),
        Note("call", "{who} expects the order to be released after their board meeting.", "Call on {day}"),
        Note("mail", "{who} returned the contract with two changes in the warranty clause.", "Have the changes checked"),
    ),
)  # fmt: skip

AFTER_WON: tuple[Note, ...] = (
    Note(
        "mail",
        "Order confirmation sent to {who}; delivery in {weeks} weeks.",
        "Send the shipping documents",
    ),
    Note(
        "mail",
        "{who} confirmed arrival; all certificates were complete.",
        "Ask for feedback in a month",
    ),
)

# By the reason for which it was lost; the last one fits any.
AFTER_LOST: dict[str, tuple[Note, ...]] = {
    "项目取消": (
        Note(
            "mail", "{who}: the order for {product} is on hold until next year.", "Ask in January"
        ),
    ),
    "预算不足": (
        Note(
            "mail", "{who}: the budget for {product} has to wait until next year.", "Ask in January"
        ),
    ),
    "": (
        Note(
            "call",
            "{who} told us they buy {product} elsewhere this year; spare parts remain open.",
            "Call again in autumn",
        ),
    ),
}

AT_CUSTOMER: tuple[Note, ...] = (
    Note("mail", "Sent the yearly maintenance reminder to {who}."),
    Note(
        "call",
        "{who} reports the units run well; asked for a price for spare seals.",
        "Quote the spare parts",
    ),
    Note("mail", "Sent the price list for next year to {who}.", "Ask for the forecast"),
)
