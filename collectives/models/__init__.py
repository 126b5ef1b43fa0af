from collectives.models.api import SCOPES, ApiAnswer, ApiApplication, PushToken, Webhook, WebhookCall
from collectives.models.collective import Collective, Standing
from collectives.models.fleet import Hub, Vehicle
from collectives.models.hours import ClosedDay, OpeningHours, Shift
from collectives.models.membership import Invitation, Membership, Role, RoleHeld
from collectives.models.policy import Policy
from collectives.models.worked import AssemblyTime, TimeCorrection, TimeMark
from collectives.models.zone import Zone

__all__ = [
    "SCOPES",
    "ApiAnswer",
    "ApiApplication",
    "AssemblyTime",
    "ClosedDay",
    "Collective",
    "Hub",
    "Invitation",
    "Membership",
    "OpeningHours",
    "Policy",
    "PushToken",
    "Role",
    "RoleHeld",
    "Shift",
    "Standing",
    "TimeCorrection",
    "TimeMark",
    "Vehicle",
    "Webhook",
    "WebhookCall",
    "Zone",
]
