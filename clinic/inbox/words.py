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
#: Ways of delivery, and how far one got.
WAYS = {"email": "E-mail", "webhook": "Webhook"}
DELIVERIES = {
    "delivered": "sent",
    "waiting": "waits to be sent",
    "failed": "failed, and is tried again",
    "given_up": "failed for days, and is no longer tried",
    "off": "was not sent: it is switched off",
}
#: Why a try failed, by the kind of the error.
PROBLEMS = {
    "NotSet": "a setting of Stria is missing",
    "SettingsError": "a setting of Stria is wrong",
    "TimeoutError": "there was no answer in time",
    "ConnectionRefusedError": "the server can't be reached",
    "ConnectionResetError": "the server broke off",
    "RemoteDisconnected": "the server broke off",
    "gaierror": "the server's name is not known",
    "SSLCertVerificationError": "the server's certificate is not trusted",
    "SMTPServerDisconnected": "the mail server broke off",
    "SMTPConnectError": "the mail server can't be reached",
    "SMTPAuthenticationError": "the mail server refused our login",
    "SMTPNotSupportedError": "the mail server does not do what is set",
    "SMTPSenderRefused": "the mail server refused our address",
    "SMTPRecipientsRefused": "the mail server refused the clinic's address",
    "SMTPDataError": "the mail server refused the message",
}
#: Where a patient wrote, and in which language.
CHANNELS = {
    "web": "the website's chat", "rest": "REST", "telegram": "Telegram", "messenger": "Messenger",
    "instagram": "Instagram", "whatsapp": "WhatsApp", "twilio": "SMS", "slack": "Slack",
}  # fmt: skip
LANGUAGES = {"en": "English", "es": "Spanish"}
#: Names of what is done, as they stand in the audit.
AUDIT = {
    "deliver_again": "Had a delivery tried again",
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
    "deliver_again", "view", "note", "new", "in_progress", "done", "export_csv", "export_fhir", "export_text", "export_html", "print",
)  # fmt: skip

#: Of those, what changes something: the history of a request.
CHANGES = ("new", "in_progress", "done", "note", "deliver_again")


def problem(kind: str) -> str:
    """Return why a try to deliver failed, in words where there are some."""
    if kind.startswith("HTTP "):
        return f"the receiver refused it ({kind})"
    known = PROBLEMS.get(kind)
    return f"{known} ({kind})" if known else kind


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
