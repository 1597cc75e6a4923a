"""What a record of each kind can say. Their fields are those of files (`intake.fields`), in one strict form each."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from shuke.core.money import MINOR_PER_UNIT, PRICE_SCALE
from shuke.history.models import Behaviour
from shuke.intake.live.forms import Day, Moment, Nobody, decimal, key, refusal, text

QUANTITY_SCALE = 1_000
LARGEST_LINE = 10**14
"""In minor units: sums over many such lines still are numbers that the database holds."""
MOST_LINES = 500
MOST_TAGS = 20

Money = decimal(digits=12, scale=MINOR_PER_UNIT)
Price = decimal(digits=10, scale=PRICE_SCALE)
Quantity = decimal(digits=9, scale=QUANTITY_SCALE)


class Record(BaseModel):
    """One record of a source, known by its key: the same key again says the same thing anew."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    key: key()


class Who(BaseModel):
    """What a record may tell about its customer. Phone and e-mail are kept encrypted."""

    name: text(200) | None = Field(None, examples=["王小明"])
    phone: text(200) | None = Field(None, examples=["13800138000"])
    email: text(200) | None = Field(None, examples=["ming@example.com"])


class CustomerRecord(Record, Who):
    """A customer. What a record does not tell stays as it is."""

    birthday: text(20) | None = Field(None, examples=["1990-08-15"], description="Also --08-15, or lunar 1990-08-15.")
    registered: Day | None = None
    store: text(100) | None = Field(None, examples=["人民路店"])
    tags: Annotated[list[text(60)], Field(max_length=MOST_TAGS)] | None = None


def _line_fits(line: "OrderLine") -> "OrderLine":
    if abs(line.amount) >= LARGEST_LINE:
        raise refusal("number_too_large")
    return line


class OrderLine(BaseModel):
    """One article of an order."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    product: key(100) | None = Field(None, description="Article number.", examples=["T-250"])
    product_name: text(300) | None = Field(None, examples=["乌龙茶 250g"])
    category: text(100) | None = None
    quantity: Quantity
    unit_price: Price

    @property
    def amount(self) -> int:
        """Minor units; a half is rounded away from zero."""
        exact = self.quantity * self.unit_price
        rounded = (abs(exact) + 50_000) // 100_000
        return rounded if exact >= 0 else -rounded


class OrderRecord(Record, Who):
    """An order, with its amount or with its lines. Sent again it is corrected; a refund is a fact of its own day."""

    customer: Annotated[key() | None, Nobody] = Field(None, description="Customer number; none: revenue of nobody.")
    at: Moment
    amount: Money | None = Field(None, description="Amount paid.")
    lines: Annotated[list[Annotated[OrderLine, AfterValidator(_line_fits)]], Field(max_length=MOST_LINES)] | None = None
    status: text(60) | None = Field(None, description="The source's own word.", examples=["交易成功"])
    refund: Money | None = Field(None, description="Amount refunded so far; 0 takes a refund back.")
    refunded_at: Moment | None = None
    store: text(100) | None = None
    channel: text(40) | None = None

    @model_validator(mode="after")
    def _amount_or_lines(self) -> "OrderRecord":
        if (self.amount is None) == (not self.lines):
            raise refusal("amount_or_lines")
        return self


class InteractionRecord(Record, Who):
    """A contact with a customer, either way. A correction is kept beside what it corrects."""

    customer: key()
    at: Moment
    channel: text(20) | None = Field(None, examples=["phone"])
    direction: text(40) | None = Field(None, description="“in” if the customer came to us.", examples=["in"])
    outcome: text(20) | None = Field(None, examples=["reached"])
    by: text(100) | None = Field(None, description="The colleague.")
    note: text(100_000) | None = None
    satisfaction: Annotated[int, Field(ge=1, le=5, strict=True)] | None = None
    seconds: Annotated[int, Field(ge=0, le=999_999, strict=True)] | None = None


class BehaviourRecord(Record):
    """What a customer did in the shop by themselves. Written once: the same key again changes nothing."""

    customer: key()
    at: Moment
    kind: Literal[*Behaviour.Kind.values] = Field(examples=["cart"])
    subject: text(300) | None = Field(None, description="Article or page.", examples=["T-250"])
    value: Money | None = Field(None, description="What it was worth.")


def told_fields(record: BaseModel) -> dict[str, Any]:
    """What a record says: fields without a value, and texts without a letter, say nothing."""
    told = {name: getattr(record, name) for name in record.model_fields_set}
    return {name: value for name, value in told.items() if value not in (None, "", [])}
