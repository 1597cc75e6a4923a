"""Orders with their lines, and what came back of them."""

from dataclasses import replace

from shuke.core.words import mark as _
from shuke.intake.fields.common import CHANNEL, ORDER, PRODUCT, PRODUCT_NAME, STORE, named, who
from shuke.intake.fields.kinds import Field, Form, Need

ARTICLE = (
    Field(
        "quantity",
        _("Quantity"),
        Form.QUANTITY,
        named(
            "数量 商品数量 商品数量件 宝贝总数量 宝贝数量 订购数量 购买数量 销售数量 件数 quantity qty "
            "lineitemquantity units itemquantity"
        ),
    ),
    Field(
        "price",
        _("Unit price"),
        Form.PRICE,
        named("单价 商品单价 京东价 成交单价 销售单价 价格 商品价格 unitprice price lineitemprice itemprice priceeach"),
    ),
    Field(
        "product",
        _("Article number"),
        Form.KEY,
        PRODUCT,
        longest=100,
    ),
    Field(
        "product_name",
        _("Article"),
        Form.TEXT,
        PRODUCT_NAME,
        longest=300,
    ),
    Field(
        "category",
        _("Category"),
        Form.TEXT,
        named("类目 商品类目 商品类别 品类 分类 商品分类 category productcategory producttype department"),
        longest=100,
    ),
)

ORDERS = (
    Field(
        "order",
        _("Order number"),
        Form.KEY,
        ORDER,
        Need.CELL,
    ),
    *who(Need.COLUMN),
    Field(
        "at",
        _("Ordered at"),
        Form.TIME,
        named(
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
        named(
            "买家实际支付金额 实付金额 订单实付金额 订单实付款 用户实付金额 用户实付金额元 买家实付金额 "
            "买家实付 实付款 实付 实际支付金额 实收金额 实收 支付金额 付款金额 应付金额 订单应付金额 结算金额 "
            "成交金额 订单金额 销售金额 消费金额 交易金额 金额 总金额 总价 总额 合计金额 amountpaid paid "
            "total ordertotal totalamount grandtotal totalprice totalpaid amount orderamount netamount "
            "revenue netsales sales ordervalue money"
        ),
    ),
    *ARTICLE,
    Field(
        "status",
        _("Order status"),
        Form.TEXT,
        named("订单状态 状态 交易状态 支付状态 orderstatus status financialstatus paymentstatus state"),
        longest=60,
    ),
    Field(
        "refund",
        _("Amount refunded"),
        Form.MONEY,
        named(
            "退款金额 已退款金额 订单已退款金额 商品已退款金额 退款 退货金额 refundamount refundedamount "
            "refunded refund amountrefunded totalrefunded"
        ),
    ),
    Field(
        "refunded_at",
        _("Refunded at"),
        Form.TIME,
        named("退款时间 退款日期 退款完成时间 refundedat refunddate refundtime"),
    ),
    Field("store", _("Store"), Form.TEXT, STORE, longest=100),
    Field("channel", _("Channel"), Form.TEXT, CHANNEL, longest=40),
)

LINES = (
    Field("order", _("Order number"), Form.KEY, ORDER, Need.CELL),
    *(replace(known, need=Need.CELL) if known.key in ("quantity", "price") else known for known in ARTICLE),
)

RETURNS = (
    Field(
        "entry",
        _("Refund number"),
        Form.KEY,
        named(
            "退款编号 退款单号 退货单号 退单号 退货编号 售后单号 售后编号 服务单号 售后服务单号 "
            "refundid refundno refundnumber returnid returnno returnnumber rmanumber rma"
        ),
    ),
    Field("order", _("Order number"), Form.KEY, ORDER, Need.CELL),
    Field(
        "amount",
        _("Amount refunded"),
        Form.MONEY,
        named(
            "买家退款金额 退款金额 实退金额 实际退款金额 退货金额 退款总金额 退款总额 应退金额 "
            "refundamount refundedamount refunded refund amountrefunded totalrefunded returnamount refundtotal"
        ),
        Need.CELL,
    ),
    Field(
        "at",
        _("Refunded at"),
        Form.TIME,
        named(
            "退款完结时间 退款完成时间 退款成功时间 退款时间 退款日期 退货时间 退货日期 完结时间 售后完成时间 "
            "退款申请时间 售后申请时间 申请时间 refundedat refundedon refunddate refundtime returnedat returndate "
            "processedat createdat date"
        ),
    ),
    Field(
        "status",
        _("Refund status"),
        Form.TEXT,
        named("退款状态 售后状态 处理状态 状态 refundstatus returnstatus status state"),
        longest=60,
    ),
    Field(
        "type",
        _("Refund or return"),
        Form.TEXT,
        named("售后类型 退款类型 服务类型 类型 refundtype returntype type"),
        longest=60,
    ),
    Field("product", _("Article number"), Form.KEY, PRODUCT, longest=100),
)
