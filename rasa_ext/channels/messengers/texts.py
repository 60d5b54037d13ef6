"""What messengers say by themselves, outside of a turn of the assistant."""

NOT_TEXT = (
    "I can only read text, so I can't see or hear what you sent. Please write it in your own words. "
    "If this is an emergency, call your local emergency number now."
)
ONLY_CAPTION = "I can't see or hear what you sent; I have read only the words with it."
TOO_LONG = "Your message is too long for me to read. Please send it in parts of up to 1000 characters."
TOO_MANY = "Please wait a moment: I'm still answering your other messages. Then send the last one again."
FAILED = (
    "Sorry, something went wrong on my side, and I did not take your message in. Please send it again. "
    "If this is an emergency, call your local emergency number now."
)
OLD_BUTTON = "That button belongs to an earlier question, so I did not count it. This is the last one:"
LOST_BUTTON = "That button is too old for me to read. Please write what you want to know."
PRIVATE_ONLY = (
    "I only talk in private, because health questions are nobody else's business. "
    "Please write to me in a private chat."
)
#: Above choices that came without words; platforms take no message without text.
CHOOSE = "Please choose:"
