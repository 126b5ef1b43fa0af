"""What spans the collectives. Federation rows are not owned by a collective; each part keeps its rows in a file of its own."""

from federation.models.contracts import Allotment, Appeal, Application, FrameworkContract, Lot
from federation.models.dues import TRUE_UP, DuesCall, DuesPayment, DuesRelief, DuesTerms, FiledAccounts
from federation.models.groups import Deliverable, Expense, GroupMember, Mandate, Signature, Source, WorkingGroup
from federation.models.handover import HandedTask, Handover, HandoverPartner
from federation.models.passport import TrainingRecord
from federation.models.policy import FederationPolicy
from federation.models.purchasing import Bill, GroupPurchase, Intent, Share
from federation.models.register import Condition, Delegate, Dossier, Evidence, Officer, Review, StandingChange
from federation.models.solidarity import AidRequest, Endowment, FundSource, LoanReminder, Repayment

__all__ = [
    "TRUE_UP",
    "AidRequest",
    "Allotment",
    "Appeal",
    "Application",
    "Bill",
    "Condition",
    "Delegate",
    "Deliverable",
    "Dossier",
    "DuesCall",
    "DuesPayment",
    "DuesRelief",
    "DuesTerms",
    "Endowment",
    "Evidence",
    "Expense",
    "FederationPolicy",
    "FiledAccounts",
    "FrameworkContract",
    "FundSource",
    "GroupMember",
    "GroupPurchase",
    "HandedTask",
    "Handover",
    "HandoverPartner",
    "Intent",
    "LoanReminder",
    "Lot",
    "Mandate",
    "Officer",
    "Repayment",
    "Review",
    "Share",
    "Signature",
    "Source",
    "StandingChange",
    "TrainingRecord",
    "WorkingGroup",
]
