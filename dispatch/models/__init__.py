from dispatch.models.board_view import BoardView
from dispatch.models.courier_action import CourierAction
from dispatch.models.incident import Incident, IncidentReason
from dispatch.models.label import BoundLabel
from dispatch.models.phone import PhonePin, PoolPhone
from dispatch.models.plan_change import PlanChange
from dispatch.models.position import Position, PositionLook, PositionPause
from dispatch.models.proof import Proof
from dispatch.models.request import RoundRequest
from dispatch.models.road_note import RoadNote
from dispatch.models.round import Round
from dispatch.models.sandbox import SandboxDelivery
from dispatch.models.tag import Tag, Tagged
from dispatch.models.task import ALONG, Leg, Task, TaskKind, TaskStatus
from dispatch.models.template import RoundTemplate

__all__ = [
    "ALONG",
    "BoardView",
    "BoundLabel",
    "CourierAction",
    "Incident",
    "IncidentReason",
    "Leg",
    "PhonePin",
    "PlanChange",
    "PoolPhone",
    "Position",
    "PositionLook",
    "PositionPause",
    "Proof",
    "RoadNote",
    "Round",
    "RoundRequest",
    "RoundTemplate",
    "SandboxDelivery",
    "Tag",
    "Tagged",
    "Task",
    "TaskKind",
    "TaskStatus",
]
