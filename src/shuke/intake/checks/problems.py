"""What can be wrong with a cell, a row or several: a code for programs, words for people."""

from shuke.core.words import mark as _

PROBLEMS = {
    "missing": _("This cell must not be blank."),
    "cells": _("The row has another number of cells than the header."),
    "time_unreadable": _("This is no date that can be read."),
    "date_impossible": _("There is no such day."),
    "number_unreadable": _("This is no number that can be read."),
    "number_too_large": _("This number is too large."),
    "number_shortened": _("A spreadsheet has shortened this number: its last digits are lost."),
    "phone_unreadable": _("This is no phone number."),
    "phone_masked": _("Part of this phone number is hidden."),
    "phone_unassigned": _("This phone number is in a range that no operator uses."),
    "email_unreadable": _("This is no e-mail address."),
    "rating_unreadable": _("This is no rating from 1 to 5."),
    "share_unreadable": _("This is no percentage that can be read."),
    "too_long": _("This text is too long."),
    "filled_down": _("The customer is left blank and taken from the row above."),
    "lines_alike": _("Lines of one order say the same; all of them are kept."),
    "order_repeated": _("The order stands in the file before; the first row counts."),
    "customer_repeated": _("The customer stands in the file before; the first row counts."),
    "entry_repeated": _("The entry stands in the file before; the first row counts."),
    "record_repeated": _("The same record stands in the file before; the first row counts."),
    "order_unknown": _(
        "No order with this number has come from this source yet. Import the orders, then read this file again."
    ),
    "refund_before_order": _("The refund is dated before its order."),
    "refunds_exceed_order": _("More has been paid back for the order than was paid for it."),
    "return_not_done": _(
        "The refund is not through yet or was called off; it counts once the file says that it is done."
    ),
}

CONTACT_FAULTS = ("phone_unreadable", "phone_masked", "email_unreadable")
CELL_FAULTS = (
    *CONTACT_FAULTS,
    "time_unreadable",
    "date_impossible",
    "number_unreadable",
    "number_too_large",
    "number_shortened",
    "rating_unreadable",
    "share_unreadable",
    "too_long",
)
"""Problems of a cell that was left out of a row that was taken."""
