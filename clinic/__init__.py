"""The clinic's side: requests of patients, their delivery, the staff's inbox, counts, privacy.

Imports `assistant`, and neither rasa nor rasa_sdk; `actions`, `rasa_ext` and `scripts` use it. Nothing
here decides about a patient.
"""
