from coopdelivery.decisions.models.meeting import Amendment, Item, Meeting, Proxy
from coopdelivery.decisions.models.secret import SecretBallot, Turnout
from coopdelivery.decisions.models.vote import Ballot, Proposal

__all__ = ["Amendment", "Ballot", "Item", "Meeting", "Proposal", "Proxy", "SecretBallot", "Turnout"]
