"""What a partner asks to see, for each outcome of a stop: a table of outcomes and kinds, each off, optional or required."""

from collections.abc import Mapping

OFF, OPTIONAL, REQUIRED = ASKED = ("off", "optional", "required")
PICKUP, DROP, FAILED = OUTCOMES = ("pickup", "drop", "failed")
KINDS = ("photo", "name", "signature", "code", "scan")
DEFAULTS: Mapping[tuple[str, str], str] = {(PICKUP, "photo"): OPTIONAL, (PICKUP, "name"): OPTIONAL, (FAILED, "photo"): OPTIONAL}
