"""Profiles, contacts and contracts of customers."""

from shuke.core.words import mark as _
from shuke.intake.fields.common import STORE, named, who
from shuke.intake.fields.kinds import Field, Form, Need

CUSTOMERS = (
    *who(Need.CELL),
    Field(
        "birthday",
        _("Birthday"),
        Form.BIRTHDAY,
        named("生日 出生日期 出生年月 出生年月日 会员生日 客户生日 birthday birthdate dateofbirth dob"),
    ),
    Field(
        "registered",
        _("Registered on"),
        Form.DAY,
        named(
            "注册日期 注册时间 入会日期 入会时间 开卡日期 开卡时间 办卡日期 创建日期 创建时间 registeredon "
            "registeredat registrationdate signupdate joindate joined membersince createdat createdate "
            "datecreated created"
        ),
    ),
    Field("store", _("Home store"), Form.TEXT, STORE, longest=100),
    Field("tags", _("Tags"), Form.TEXT, named("标签 客户标签 会员标签 tags tag labels label"), longest=500),
)

INTERACTIONS = (
    Field(
        "entry",
        _("Entry number"),
        Form.KEY,
        named(
            "工单号 记录编号 记录号 工单编号 通话编号 服务单号 ticketid ticketno callid interactionid "
            "recordid caseid id"
        ),
    ),
    *who(Need.CELL),
    Field(
        "at",
        _("Happened at"),
        Form.TIME,
        named(
            "时间 日期 联系时间 回访时间 回访日期 沟通时间 通话时间 服务时间 咨询时间 创建时间 跟进时间 "
            "datetime date time at happenedat contactedat calledat createdat timestamp contactdate calldate"
        ),
        Need.CELL,
    ),
    Field(
        "channel",
        _("Channel"),
        Form.TEXT,
        named("渠道 联系渠道 沟通方式 联系方式 方式 来源 channel medium type source"),
        longest=20,
    ),
    Field(
        "direction", _("Direction"), Form.TEXT, named("方向 呼叫方向 呼入呼出 direction inbound calltype"), longest=40
    ),
    Field(
        "outcome",
        _("Outcome"),
        Form.TEXT,
        named("结果 回访结果 通话结果 处理结果 outcome result disposition"),
        longest=20,
    ),
    Field(
        "by",
        _("Colleague"),
        Form.TEXT,
        named("客服 坐席 跟进人 回访人 处理人 员工 agent staff by owner handledby operator"),
        longest=100,
    ),
    Field(
        "note",
        _("Note"),
        Form.TEXT,
        named(
            "内容 备注 沟通内容 回访内容 记录 描述 咨询内容 问题描述 note notes content text message comment "
            "description summary"
        ),
        longest=100_000,
    ),
    Field("rating", _("Satisfaction"), Form.RATING, named("满意度 满意度15 评分 评价 satisfaction csat rating score")),
    Field(
        "seconds",
        _("Seconds"),
        Form.SECONDS,
        named("通话时长 时长 时长秒 通话秒数 duration seconds durationseconds talktime"),
    ),
)

CONTRACTS = (
    Field(
        "contract",
        _("Contract number"),
        Form.KEY,
        named(
            "合同编号 合同号 合约编号 协议编号 订阅编号 订阅号 保单号 "
            "contractid contractno contractnumber subscriptionid subscriptionno agreementid policyno"
        ),
    ),
    *who(Need.COLUMN),
    Field(
        "subject",
        _("What it is about"),
        Form.TEXT,
        named(
            "合同名称 订阅产品 订阅内容 套餐名称 套餐 服务名称 服务内容 合同内容 产品名称 产品 商品名称 "
            "contractname subscription plan planname planid service product productname description"
        ),
        longest=300,
    ),
    Field(
        "starts",
        _("Begins on"),
        Form.DAY,
        named(
            "开始日期 开始时间 合同开始日期 生效日期 生效时间 起始日期 签约日期 签订日期 订阅开始时间 "
            "startdate startson startedat start effectivedate currentperiodstart validfrom signedon"
        ),
    ),
    Field(
        "ends",
        _("Ends on"),
        Form.DAY,
        named(
            "到期日期 到期日 到期时间 合同到期日 合同到期日期 合同结束日期 结束日期 结束时间 截止日期 终止日期 "
            "服务到期日 订阅到期时间 续费日期 续约日期 enddate endson endsat expires expireson expirydate "
            "expirationdate renewaldate renewson currentperiodend validuntil contractend contractenddate"
        ),
        Need.CELL,
    ),
    Field(
        "amount",
        _("Contract amount"),
        Form.MONEY,
        named(
            "合同金额 合同总额 签约金额 订阅金额 年费 月费 金额 contractvalue contractamount amount value price mrr arr"
        ),
    ),
    Field(
        "status",
        _("Contract status"),
        Form.TEXT,
        named("合同状态 订阅状态 状态 contractstatus subscriptionstatus status state"),
        longest=60,
    ),
)

BEHAVIOURS = (
    Field("event", _("Event"), Form.KEY, (), Need.CELL),
    *who(Need.CELL),
    Field("at", _("Happened at"), Form.TIME, (), Need.CELL),
    Field("kind", _("Kind"), Form.TEXT, (), Need.CELL),
    Field("subject", _("Article or page"), Form.TEXT, (), longest=300),
    Field("value", _("Value"), Form.MONEY, ()),
)
