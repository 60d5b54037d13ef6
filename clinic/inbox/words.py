"""Words of the inbox that stand in more than one place."""

from __future__ import annotations

#: States of a request, and what to press for them.
STATES = {"open": "Open", "new": "New", "in_progress": "In progress", "done": "Done"}
ACTIONS = {"new": "Mark as new", "in_progress": "Mark as in progress", "done": "Mark as done"}
#: Results of the check, short. None of them clears anybody.
OUTCOMES = {
    "contraindicated": "A listed reason was named",
    "needs_specialist_review": "The specialist needs to look",
    "no_listed_contraindication": "No listed reason reported",
}
DELIVERIES = {
    "delivered": "Delivered",
    "waiting": "Waiting",
    "failed": "Failed, will be tried again",
    "given_up": "Given up; whoever runs Stria can try again with make deliver RETRY=1",
}
#: Names of what is done, as they stand in the audit.
AUDIT = {
    "list": "Looked at the list",
    "search": "Searched",
    "view": "Looked at a request",
    "note": "Changed the note",
    "new": "Marked as new",
    "in_progress": "Marked as in progress",
    "done": "Marked as done",
    "export_csv": "Exported as CSV",
    "export_fhir": "Exported as FHIR",
    "export_text": "Exported as text",
    "export_html": "Exported as page",
    "print": "Opened the page to print",
    "take_over": "Took a conversation over",
    "give_back": "Gave a conversation back",
    "log_in": "Logged in",
    "log_in_failed": "Tried to log in, and failed",
    "log_out": "Logged out",
    "password_set": "Set a password",
    "staff_removed": "Removed a member of staff",
}
#: Of those, what is done with one request, which the audit names.
OF_REQUESTS = (
    "view", "note", "new", "in_progress", "done", "export_csv", "export_fhir", "export_text", "export_html", "print",
)  # fmt: skip

#: Title and text of the page for a status.
ERRORS = {
    400: ("That did not work", "The inbox can't read what your browser sent. Go back and try again."),
    401: (
        "Please log in again",
        "You were logged out, so nothing was saved. What you typed may still be there when you go back.",
    ),
    403: ("You can't get in here", "Please come through the login of your clinic."),
    404: ("There is nothing here", "The request may have been erased, or the address is wrong."),
    405: ("That did not work", "This address can't be used in this way."),
    409: ("Somebody else was faster", "The request was changed since you opened it. Look at it again."),
    413: ("That was too much", "What you sent is too long. Make it shorter."),
    421: ("Wrong address", "Open the inbox at the address that your clinic gave you."),
    429: ("Too many tries", "Please wait a few minutes, then try again."),
    500: (
        "Something went wrong",
        "That is our mistake. Nothing was changed. Try again, or tell who runs Stria.",
    ),
    503: (
        "The inbox can't reach its database",
        "Nothing is lost. Please try again in a minute. If it goes on, tell who runs Stria.",
    ),
}
STALE = (
    "This page was too old",
    "Nothing was saved. Go back, load the page again, and do it once more.",
)
WRONG_LOGIN = "The name or the password is not right."
SESSION_ENDED = "You were logged out, because some time has passed. Please log in again."
