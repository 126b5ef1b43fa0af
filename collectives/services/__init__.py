"""What can be done to and in a collective. Every verb records its fact in the same transaction."""

from collectives.services.collective import change_standing, create_collective, edit_collective, find_centre
from collectives.services.fleet import remove_hub, remove_vehicle, save_hub, save_vehicle
from collectives.services.hours import close_day, open_day, set_opening_hours
from collectives.services.invitations import (
    accept_invitation,
    check_open,
    invite,
    link_token,
    ref_in_token,
    resend_invitation,
    withdraw_invitation,
)
from collectives.services.members import add_member, deactivate_member, edit_member, reactivate_member, set_roles
from collectives.services.policies import POLICIES, AlreadyFounded, NotDecided, found_policies, policy_value, set_policy
from collectives.services.shifts import CopiedWeek, change_shift, copy_week, plan_shift, remove_shift
from collectives.services.zones import remove_zone, save_zone

__all__ = [
    "POLICIES",
    "AlreadyFounded",
    "CopiedWeek",
    "NotDecided",
    "accept_invitation",
    "add_member",
    "change_shift",
    "change_standing",
    "check_open",
    "close_day",
    "copy_week",
    "create_collective",
    "deactivate_member",
    "edit_collective",
    "edit_member",
    "find_centre",
    "found_policies",
    "invite",
    "link_token",
    "open_day",
    "plan_shift",
    "policy_value",
    "reactivate_member",
    "ref_in_token",
    "remove_hub",
    "remove_shift",
    "remove_vehicle",
    "remove_zone",
    "resend_invitation",
    "save_hub",
    "save_vehicle",
    "save_zone",
    "set_opening_hours",
    "set_policy",
    "set_roles",
    "withdraw_invitation",
]
