"""All tables of the clinic's database; who writes each, and whether it holds something of a patient.

Times are seconds since 1970 (UTC), days are ISO dates. What holds a conversation's name or words of a
patient is erased by `clinic.privacy`; a new table of that kind belongs into `PERSONAL`.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

#: Wishes to be contacted. `id` is chosen before the patient says yes, so a repeated yes is one request.
requests = sa.Table(
    "clinic_requests",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("conversation", sa.String(255), nullable=False, index=True),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("locale", sa.String(8), nullable=False),
    sa.Column("created", sa.Float, nullable=False, index=True),
    sa.Column("changed", sa.Float, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False, default=""),
    sa.Column("phone", sa.String(32), nullable=False, default=""),
    sa.Column("email", sa.String(320), nullable=False, default=""),
    sa.Column("wish", sa.Text, nullable=False, default=""),
    sa.Column("consent_version", sa.String(32), nullable=False),
    sa.Column("consent_at", sa.Float, nullable=False),
    sa.Column("outcome", sa.String(32)),
    # The slots of the check, as JSON: text, page and FHIR resource are made of it when asked for.
    sa.Column("slots", sa.Text, nullable=False, default="{}"),
    sa.Column("note", sa.Text, nullable=False, default=""),
)

#: What is still to be delivered, one row a request and way; a row goes when its request goes.
outbox = sa.Table(
    "clinic_outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "request", sa.String(36), sa.ForeignKey("clinic_requests.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("way", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("due", sa.Float, nullable=False, index=True),
    # Who delivers it has it until then: a process that was killed does not keep it.
    sa.Column("leased", sa.Float, nullable=False, default=0.0),
    sa.Column("delivered", sa.Float),
    # The kind of the last error, never its text.
    sa.Column("error", sa.String(64), nullable=False, default=""),
    sa.UniqueConstraint("request", "way"),
)

#: Conversations that a person has taken over.
takeovers = sa.Table(
    "clinic_takeovers",
    metadata,
    sa.Column("conversation", sa.String(255), primary_key=True),
    sa.Column("since", sa.Float, nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
)

#: Questions without an answer, scrubbed; no conversation, no time but the day.
questions = sa.Table(
    "clinic_questions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("day", sa.String(10), nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("topic", sa.String(64), nullable=False, default=""),
    sa.Column("locale", sa.String(8), nullable=False, default="en"),
    sa.Column("text", sa.Text, nullable=False),
)

#: Numbers of a day, such as ("conversations", "web", 12).
counts = sa.Table(
    "clinic_counts",
    metadata,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("label", sa.String(64), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)

#: Who may log in to the inbox.
staff = sa.Table(
    "clinic_staff",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("password", sa.String(255), nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    # Sessions that began before are over: a new password, or "log out everywhere".
    sa.Column("valid_from", sa.Float, nullable=False),
)

#: What staff and commands did. `what` names a request by its id, never a patient.
audit = sa.Table(
    "clinic_audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("what", sa.String(64), nullable=False, default=""),
)

#: What is known of a conversation, by the column that names it.
PERSONAL = {requests: requests.c.conversation, takeovers: takeovers.c.conversation}
