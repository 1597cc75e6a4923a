"""What goods, customers and marketing cost."""

from shuke.core.words import mark as _
from shuke.intake.fields.common import CHANNEL, PRODUCT, PRODUCT_NAME, named, who
from shuke.intake.fields.kinds import Field, Form, Need

COSTS = (
    Field("product", _("Article number"), Form.KEY, PRODUCT, longest=100),
    Field("product_name", _("Article"), Form.TEXT, PRODUCT_NAME, longest=300),
    Field(
        "cost",
        _("Unit cost"),
        Form.PRICE,
        named(
            "成本价 成本 单位成本 商品成本 进价 进货价 采购价 采购单价 供货价 "
            "unitcost cost costprice costperitem purchaseprice cogs"
        ),
    ),
    Field("margin", _("Margin"), Form.SHARE, named("毛利率 毛利 利润率 margin grossmargin marginrate marginpercent")),
    Field(
        "since",
        _("Valid from"),
        Form.DAY,
        named("生效日期 生效时间 起始日期 开始日期 有效期自 validfrom effectivedate since from startdate"),
    ),
)

ACQUISITION = (
    *who(Need.NOTHING),
    Field("channel", _("Channel"), Form.TEXT, CHANNEL, longest=40),
    Field(
        "amount",
        _("Acquisition cost"),
        Form.MONEY,
        named(
            "获客成本 单客获客成本 拉新成本 引流成本 开户成本 "
            "acquisitioncost cac customeracquisitioncost costperacquisition cpa"
        ),
        Need.CELL,
    ),
    Field(
        "on",
        _("Day or month"),
        Form.PERIOD,
        named("月份 日期 获客日期 统计月份 统计日期 生效日期 month date acquiredon acquiredat period"),
    ),
)

SPEND = (
    Field(
        "on",
        _("Day or month"),
        Form.PERIOD,
        named("日期 投放日期 月份 统计日期 统计月份 时间 开始日期 date day month period reportdate startdate"),
        Need.CELL,
    ),
    Field(
        "channel",
        _("Channel"),
        Form.TEXT,
        named("渠道 投放渠道 推广渠道 媒体 平台 广告平台 channel platform medium media source utmsource network"),
        longest=40,
    ),
    Field(
        "campaign",
        _("Campaign"),
        Form.TEXT,
        named("计划名称 推广计划 广告计划 活动名称 活动 计划 campaign campaignname adset utmcampaign"),
    ),
    Field(
        "amount",
        _("Amount spent"),
        Form.MONEY,
        named(
            "花费 消耗 总花费 总消耗 投放金额 投放费用 推广费用 推广花费 广告费 广告费用 营销费用 费用 "
            "spend adspend amountspent cost marketingspend totalspend marketingcost"
        ),
        Need.CELL,
    ),
)
