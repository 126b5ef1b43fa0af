"""What the federation does. Use as `from federation import services`, then `services.admit(...)`."""

from federation.assembly.resolutions import cast_voice, cast_voice_secretly, open_resolution, put_admission, record_founding
from federation.assembly.voices import name_delegate
from federation.register.dossiers import add_evidence, open_dossier
from federation.register.offices import end_office, name_officer
from federation.register.refusals import NotAStep
from federation.register.reviews import purge_originals, review_evidence
from federation.register.standing import admit, lapse, leave, reinstate, reopen, review_standing

__all__ = [
    "NotAStep",
    "add_evidence",
    "admit",
    "cast_voice",
    "cast_voice_secretly",
    "end_office",
    "lapse",
    "leave",
    "name_delegate",
    "name_officer",
    "open_dossier",
    "open_resolution",
    "purge_originals",
    "put_admission",
    "record_founding",
    "reinstate",
    "reopen",
    "review_evidence",
    "review_standing",
]
