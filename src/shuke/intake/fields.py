"""What a file of each kind can tell us, and the words by which shops, tills and CRMs call it."""

from dataclasses import dataclass
from enum import StrEnum

from shuke.core.words import mark as _


class Kind(StrEnum):
    ORDERS = "orders"
    CUSTOMERS = "customers"
    INTERACTIONS = "interactions"

    @property
    def words(self) -> str:
        """What its rows are, marked for translation."""
        return _KIND_WORDS[self]


class Form(StrEnum):
    """How the text of a cell is read."""

    KEY = "key"
    TEXT = "text"
    TIME = "time"
    DAY = "day"
    BIRTHDAY = "birthday"
    MONEY = "money"
    PRICE = "price"
    QUANTITY = "quantity"
    PHONE = "phone"
    EMAIL = "email"
    RATING = "rating"
    SECONDS = "seconds"


class Need(StrEnum):
    COLUMN = "column"
    """The column must exist; a cell may be blank."""
    CELL = "cell"
    """The column must exist and every cell must be readable, or its row is set aside."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row can say. `names` are column names, the best first, written as `plain_name` leaves them."""

    key: str
    label: str
    form: Form
    names: tuple[str, ...]
    need: Need = Need.NOTHING
    longest: int = 200


_KIND_WORDS = {
    Kind.ORDERS: _("orders"),
    Kind.CUSTOMERS: _("customers"),
    Kind.INTERACTIONS: _("interactions"),
}


def _named(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_NUMBER = _named(
    "客户编号 客户id 客户号 会员编号 会员卡号 会员号 会员id 卡号 用户id 用户编号 买家会员名 买家昵称 "
    "买家id 买家账号 下单帐号 下单账号 用户名 粉丝昵称 会员名 customerid customerkey customerno "
    "customernumber customercode clientid memberid memberno userid buyerid buyername accountid "
    "recordid contactid customer 客户 会员 买家 顾客编号 顾客"
)
_NAME = _named(
    "姓名 客户姓名 会员姓名 顾客姓名 买家姓名 客户名称 收货人姓名 收货人 收货人提货人 收件人 "
    "收件人姓名 联系人 客户名 customername fullname firstname givenname firstnamebilling "
    "billingfirstname name billingname shippingname contactname membername 客户 会员 买家 顾客 "
    "customer client"
)
_SURNAME = _named("姓氏 lastname surname familyname lastnamebilling billinglastname")
_PHONE = _named(
    "手机号 手机号码 手机 联系手机 客户手机 会员手机 买家手机号 买家手机 收货人手机 收货人手机号 "
    "收货人手机号提货人手机号 收件人手机号 收件人手机 收货人电话 收货人联系方式 联系电话 电话 "
    "电话号码 联系方式 phone mobile phonenumber mobilephone mobilenumber customerphone telephone tel "
    "billingphone phonebilling shippingphone cellphone"
)
_EMAIL = _named(
    "邮箱 电子邮箱 邮件 电子邮件 客户邮箱 邮箱地址 email emailaddress customeremail mail billingemail "
    "emailbilling useremail"
)
_STORE = _named("门店 门店名称 店铺 店铺名称 所属门店 开卡门店 store storename shop location branch outlet")
_CHANNEL = _named("渠道 销售渠道 订单来源 来源渠道 来源 channel saleschannel source medium")


def _who(key_need: Need) -> tuple[Field, ...]:
    return (
        Field("customer", _("Customer number"), Form.KEY, _NUMBER, key_need),
        Field("name", _("Name"), Form.TEXT, _NAME),
        Field("surname", _("Surname"), Form.TEXT, _SURNAME),
        Field("phone", _("Phone"), Form.PHONE, _PHONE),
        Field("email", _("E-mail"), Form.EMAIL, _EMAIL),
    )


ORDERS = (
    Field(
        "order",
        _("Order number"),
        Form.KEY,
        _named(
            "订单编号 订单号 主订单编号 主订单号 订单id 订单流水号 单号 小票号 流水号 交易号 单据号 销售单号 "
            "orderid ordernumber orderno order invoiceno invoice invoiceid invoicenumber ordername receiptno "
            "receipt transactionid transactionno name"
        ),
        Need.CELL,
    ),
    *_who(Need.COLUMN),
    Field(
        "at",
        _("Ordered at"),
        Form.TIME,
        _named(
            "订单创建时间 下单时间 订单时间 创建时间 交易时间 消费时间 销售时间 下单日期 订单日期 销售日期 "
            "交易日期 消费日期 成交时间 订单成交时间 订单提交时间 拍下时间 购买时间 购买日期 结账时间 "
            "开单时间 开单日期 销售时间 单据日期 付款时间 订单付款时间 买家付款时间 支付时间 日期 时间 "
            "orderdate orderedat orderedon ordertime ordercreatedat invoicedate createdat purchasedate "
            "purchasedat saledate transactiondate datetime date timestamp"
        ),
        Need.CELL,
    ),
    Field(
        "amount",
        _("Amount paid"),
        Form.MONEY,
        _named(
            "买家实际支付金额 实付金额 订单实付金额 订单实付款 用户实付金额 用户实付金额元 买家实付金额 "
            "买家实付 实付款 实付 实际支付金额 实收金额 实收 支付金额 付款金额 应付金额 订单应付金额 结算金额 "
            "成交金额 订单金额 销售金额 消费金额 交易金额 金额 总金额 总价 总额 合计金额 amountpaid paid "
            "total ordertotal totalamount grandtotal totalprice totalpaid amount orderamount netamount "
            "revenue netsales sales ordervalue money"
        ),
    ),
    Field(
        "quantity",
        _("Quantity"),
        Form.QUANTITY,
        _named(
            "数量 商品数量 商品数量件 宝贝总数量 宝贝数量 订购数量 购买数量 销售数量 件数 quantity qty "
            "lineitemquantity units itemquantity"
        ),
    ),
    Field(
        "price",
        _("Unit price"),
        Form.PRICE,
        _named(
            "单价 商品单价 京东价 成交单价 销售单价 价格 商品价格 unitprice price lineitemprice itemprice priceeach"
        ),
    ),
    Field(
        "product",
        _("Article number"),
        Form.KEY,
        _named(
            "商品编码 商品编号 货号 商品id 规格编码 外部系统编号 sku编码 sku 商家编码 款号 商品代码 条码 "
            "stockcode productid productcode itemcode itemid itemno lineitemsku articleno barcode"
        ),
        longest=100,
    ),
    Field(
        "product_name",
        _("Article"),
        Form.TEXT,
        _named(
            "商品名称 全部商品名称 选购商品 宝贝标题 商品标题 标题 商品 品名 货品名称 产品名称 产品 "
            "description productname product itemname item lineitemname title productdescription"
        ),
        longest=300,
    ),
    Field(
        "category",
        _("Category"),
        Form.TEXT,
        _named("类目 商品类目 商品类别 品类 分类 商品分类 category productcategory producttype department"),
        longest=100,
    ),
    Field(
        "status",
        _("Order status"),
        Form.TEXT,
        _named("订单状态 状态 交易状态 支付状态 orderstatus status financialstatus paymentstatus state"),
        longest=60,
    ),
    Field(
        "refund",
        _("Amount refunded"),
        Form.MONEY,
        _named(
            "退款金额 已退款金额 订单已退款金额 商品已退款金额 退款 退货金额 refundamount refundedamount "
            "refunded refund amountrefunded totalrefunded"
        ),
    ),
    Field(
        "refunded_at",
        _("Refunded at"),
        Form.TIME,
        _named("退款时间 退款日期 退款完成时间 refundedat refunddate refundtime"),
    ),
    Field("store", _("Store"), Form.TEXT, _STORE, longest=100),
    Field("channel", _("Channel"), Form.TEXT, _CHANNEL, longest=40),
)

CUSTOMERS = (
    *_who(Need.CELL),
    Field(
        "birthday",
        _("Birthday"),
        Form.BIRTHDAY,
        _named("生日 出生日期 出生年月 出生年月日 会员生日 客户生日 birthday birthdate dateofbirth dob"),
    ),
    Field(
        "registered",
        _("Registered on"),
        Form.DAY,
        _named(
            "注册日期 注册时间 入会日期 入会时间 开卡日期 开卡时间 办卡日期 创建日期 创建时间 registeredon "
            "registeredat registrationdate signupdate joindate joined membersince createdat createdate "
            "datecreated created"
        ),
    ),
    Field("store", _("Home store"), Form.TEXT, _STORE, longest=100),
    Field("tags", _("Tags"), Form.TEXT, _named("标签 客户标签 会员标签 tags tag labels label"), longest=500),
)

INTERACTIONS = (
    Field(
        "entry",
        _("Entry number"),
        Form.KEY,
        _named(
            "工单号 记录编号 记录号 工单编号 通话编号 服务单号 ticketid ticketno callid interactionid "
            "recordid caseid id"
        ),
    ),
    *_who(Need.CELL),
    Field(
        "at",
        _("Happened at"),
        Form.TIME,
        _named(
            "时间 日期 联系时间 回访时间 回访日期 沟通时间 通话时间 服务时间 咨询时间 创建时间 跟进时间 "
            "datetime date time at happenedat contactedat calledat createdat timestamp contactdate calldate"
        ),
        Need.CELL,
    ),
    Field(
        "channel",
        _("Channel"),
        Form.TEXT,
        _named("渠道 联系渠道 沟通方式 联系方式 方式 来源 channel medium type source"),
        longest=20,
    ),
    Field(
        "direction", _("Direction"), Form.TEXT, _named("方向 呼叫方向 呼入呼出 direction inbound calltype"), longest=40
    ),
    Field(
        "outcome",
        _("Outcome"),
        Form.TEXT,
        _named("结果 回访结果 通话结果 处理结果 outcome result disposition"),
        longest=20,
    ),
    Field(
        "by",
        _("Colleague"),
        Form.TEXT,
        _named("客服 坐席 跟进人 回访人 处理人 员工 agent staff by owner handledby operator"),
        longest=100,
    ),
    Field(
        "note",
        _("Note"),
        Form.TEXT,
        _named(
            "内容 备注 沟通内容 回访内容 记录 描述 咨询内容 问题描述 note notes content text message comment "
            "description summary"
        ),
        longest=100_000,
    ),
    Field("rating", _("Satisfaction"), Form.RATING, _named("满意度 满意度15 评分 评价 satisfaction csat rating score")),
    Field(
        "seconds",
        _("Seconds"),
        Form.SECONDS,
        _named("通话时长 时长 时长秒 通话秒数 duration seconds durationseconds talktime"),
    ),
)

FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.ORDERS: ORDERS,
    Kind.CUSTOMERS: CUSTOMERS,
    Kind.INTERACTIONS: INTERACTIONS,
}


def field(kind: Kind, key: str) -> Field:
    """The field `key` of a kind of file; KeyError if there is none."""
    for candidate in FIELDS[kind]:
        if candidate.key == key:
            return candidate
    raise KeyError(key)


def plain_name(column: str) -> str:
    """A column's name without case, blanks, punctuation and signs, as `Field.names` are written."""
    return "".join(filter(str.isalnum, column.casefold()))
