from coopdelivery.decisions.models.meeting import Amendment, Item, Meeting, Proxy, Signature
from coopdelivery.decisions.models.paper import PaperSheet
from coopdelivery.decisions.models.secret import SecretBallot, Turnout
from coopdelivery.decisions.models.vote import Ballot, Proposal

__all__ = ["Amendment", "Ballot", "Item", "Meeting", "PaperSheet", "Proposal", "Proxy", "SecretBallot", "Signature", "Turnout"]
