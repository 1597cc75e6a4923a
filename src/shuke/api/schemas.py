"""What the API answers, and what it takes as its documentation shows it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from shuke.intake.live import LONGEST_BATCH, BehaviourRecord, CustomerRecord, InteractionRecord, OrderRecord

REF = "#/components/schemas/{model}"
BATCH = Field(min_length=1, max_length=LONGEST_BATCH)


class CustomerEvent(CustomerRecord):
    type: Literal["customer"]


class OrderEvent(OrderRecord):
    type: Literal["order"]


class InteractionEvent(InteractionRecord):
    type: Literal["interaction"]


class BehaviourEvent(BehaviourRecord):
    type: Literal["behaviour"]


class Customers(BaseModel):
    items: Annotated[list[CustomerRecord], BATCH]


class Orders(BaseModel):
    items: Annotated[list[OrderRecord], BATCH]


class Interactions(BaseModel):
    items: Annotated[list[InteractionRecord], BATCH]


class Behaviours(BaseModel):
    items: Annotated[list[BehaviourRecord], BATCH]


class Events(BaseModel):
    items: Annotated[list[CustomerEvent | OrderEvent | InteractionEvent | BehaviourEvent], BATCH]


CART = {"key": "E-9", "customer": "V17", "at": "2026-11-03T14:18:00+08:00", "kind": "cart", "subject": "T-250"}
EXAMPLES: dict[type[BaseModel], dict[str, Any]] = {
    Customers: {"items": [{"key": "V17", "name": "王小明", "phone": "13800138000", "birthday": "1990-08-15"}]},
    Orders: {
        "items": [
            {
                "key": "A-1001",
                "customer": "V17",
                "at": "2026-11-03T14:20:00+08:00",
                "lines": [{"product": "T-250", "product_name": "乌龙茶 250g", "quantity": "2", "unit_price": "128.00"}],
            },
            {
                "key": "A-1002",
                "customer": "V23",
                "at": "2026-11-03T15:00:00+08:00",
                "amount": "59.00",
                "refund": "9.00",
            },
        ]
    },
    Interactions: {"items": [{"key": "C-7", "customer": "V17", "at": "2026-11-04T10:00:00+08:00", "channel": "phone"}]},
    Behaviours: {"items": [{**CART, "value": "128.00"}]},
    Events: {"items": [{"type": "customer", "key": "V17", "tags": ["常客"]}, {"type": "behaviour", **CART}]},
}


def definitions() -> dict[str, Any]:
    """The schemas of everything that is taken, for the documentation's components."""
    _by_model, schema = models_json_schema([(model, "validation") for model in EXAMPLES], ref_template=REF)
    return schema["$defs"]


def taking(model: type[BaseModel]) -> dict[str, Any]:
    """The part of an operation's documentation that says what it takes."""
    content = {"schema": {"$ref": REF.format(model=model.__name__)}, "example": EXAMPLES[model]}
    key = {
        "in": "header",
        "name": "Idempotency-Key",
        "required": False,
        "schema": {"type": "string", "maxLength": 255},
        "description": "The same key and body again get the same answer, and nothing is written twice (24 hours).",
    }
    return {"requestBody": {"required": True, "content": {"application/json": content}}, "parameters": [key]}


class ProblemOfField(BaseModel):
    code: str
    field: str = Field(description="Blank where the item as a whole is meant; lines.0.quantity inside of lists.")
    message: str


class ItemAnswer(BaseModel):
    index: int
    key: str
    result: Literal["inserted", "updated", "unchanged", "refused"]
    problems: list[ProblemOfField]


class BatchAnswer(BaseModel):
    """One answer for every item, in the order of the batch. A refused item stops no other."""

    items: list[ItemAnswer]


class ProblemDocument(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    detail: str


class Contact(Schema):
    kind: str
    masked: str
    source: str
    invalid: bool


class LastContact(Schema):
    at: datetime
    channel: str
    direction: str
    outcome: str


class Reasons(Schema):
    """Sentences in the language that was asked for."""

    letters: list[str]
    tier: list[str]
    activity: list[str]
    value_at_risk: list[str]


class Scores(Schema):
    """Amounts in whole units of the installation's currency."""

    as_of: date
    recency: str
    frequency: str
    monetary: str
    trend: str
    days_since_last: int
    orders: int
    money: str
    net_money_365: str
    value_at_risk: str
    reasons: Reasons


class Profile(Schema):
    source: str
    key: str
    name: str
    tier: str | None
    activity: str | None
    tags: list[str]
    contacts: list[Contact]
    last_contact: LastContact | None
    scores: Scores | None = Field(description="Only for tokens with scores:read, once the customer has been scored.")


class SegmentTold(Schema):
    id: int
    name: str
    rule: dict[str, Any]
    words: str = Field(description="The rule in the language that was asked for.")
    members: int = Field(description="Up to 10,000 are counted; 10,001 stands for more.")
    filled_at: datetime | None = Field(description="Null while the members of a new or changed rule are being found.")


class Segments(Schema):
    items: list[SegmentTold]


class SourceRecord(Schema):
    source: str
    key: str


class SegmentMember(Schema):
    since: date
    records: list[SourceRecord] = Field(description="Under which keys the sources know this customer.")


class SegmentMembers(Schema):
    items: list[SegmentMember]
    after: int | None = Field(description="Where the next page begins; null at the end.")
