from orders.models.change import ChangeRequest
from orders.models.delivery import BikeAsked, Delivery, DeliveryStatus, IfAbsent, Parcel, ParcelType, Stop, StopKind, StopStatus
from orders.models.imports import ImportBatch, ImportRow
from orders.models.order import Order, OrderLine, Quote
from orders.models.partner import AddressBookEntry, Partner, PartnerUser, SeatRole
from orders.models.payment import Payment, PaymentStatus, WebhookEvent
from orders.models.portal import Document, Favourite, PhoneCall
from orders.models.price_list import PriceCase, PriceList, PriceRule
from orders.models.repeat import Occurrence, Repeat
from orders.models.settlement import Credit, Outcome, Settlement, SettlementRun
from orders.models.statement import NumberSeries, Statement, StatementLine
from orders.models.terms import OrderTerms
from orders.models.window import Product, Purchase, PurchaseLine, PurchaseState, ShopWindow

__all__ = [
    "AddressBookEntry",
    "BikeAsked",
    "ChangeRequest",
    "Credit",
    "Delivery",
    "DeliveryStatus",
    "Document",
    "Favourite",
    "IfAbsent",
    "ImportBatch",
    "ImportRow",
    "NumberSeries",
    "Occurrence",
    "Order",
    "OrderLine",
    "OrderTerms",
    "Outcome",
    "Parcel",
    "ParcelType",
    "Partner",
    "PartnerUser",
    "Payment",
    "PaymentStatus",
    "PhoneCall",
    "PriceCase",
    "PriceList",
    "PriceRule",
    "Product",
    "Purchase",
    "PurchaseLine",
    "PurchaseState",
    "Quote",
    "Repeat",
    "SeatRole",
    "Settlement",
    "SettlementRun",
    "ShopWindow",
    "Statement",
    "StatementLine",
    "Stop",
    "StopKind",
    "StopStatus",
    "WebhookEvent",
]
