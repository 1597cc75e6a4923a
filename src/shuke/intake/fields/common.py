"""What files of several kinds say: the people, their stores, orders and articles, by the names of columns."""

from shuke.core.words import mark as _
from shuke.intake.fields.kinds import Field, Form, Need


def named(words: str) -> tuple[str, ...]:
    return tuple(words.split())


NUMBER = named(
    "客户编号 客户id 客户号 会员编号 会员卡号 会员号 会员id 卡号 用户id 用户编号 买家会员名 买家昵称 "
    "买家id 买家账号 下单帐号 下单账号 用户名 粉丝昵称 会员名 customerid customerkey customerno "
    "customernumber customercode clientid memberid memberno userid buyerid buyername accountid "
    "recordid contactid customer 客户 会员 买家 顾客编号 顾客"
)
NAME = named(
    "姓名 客户姓名 会员姓名 顾客姓名 买家姓名 客户名称 收货人姓名 收货人 收货人提货人 收件人 "
    "收件人姓名 联系人 客户名 customername fullname firstname givenname firstnamebilling "
    "billingfirstname name billingname shippingname contactname membername 客户 会员 买家 顾客 "
    "customer client"
)
SURNAME = named("姓氏 lastname surname familyname lastnamebilling billinglastname")
PHONE = named(
    "手机号 手机号码 手机 联系手机 客户手机 会员手机 买家手机号 买家手机 收货人手机 收货人手机号 "
    "收货人手机号提货人手机号 收件人手机号 收件人手机 收货人电话 收货人联系方式 联系电话 电话 "
    "电话号码 联系方式 phone mobile phonenumber mobilephone mobilenumber customerphone telephone tel "
    "billingphone phonebilling shippingphone cellphone"
)
EMAIL = named(
    "邮箱 电子邮箱 邮件 电子邮件 客户邮箱 邮箱地址 email emailaddress customeremail mail billingemail "
    "emailbilling useremail"
)
STORE = named("门店 门店名称 店铺 店铺名称 所属门店 开卡门店 store storename shop location branch outlet")
CHANNEL = named("渠道 销售渠道 订单来源 来源渠道 来源 channel saleschannel source medium")

PRODUCT = named(
    "商品编码 商品编号 货号 商品id 规格编码 外部系统编号 sku编码 sku 商家编码 款号 商品代码 条码 "
    "stockcode productid productcode itemcode itemid itemno lineitemsku articleno barcode"
)
PRODUCT_NAME = named(
    "商品名称 全部商品名称 选购商品 宝贝标题 商品标题 标题 商品 品名 货品名称 产品名称 产品 "
    "description productname product itemname item lineitemname title productdescription"
)
ORDER = named(
    "订单编号 订单号 主订单编号 主订单号 订单id 订单流水号 单号 小票号 流水号 交易号 单据号 销售单号 "
    "orderid ordernumber orderno order invoiceno invoice invoiceid invoicenumber ordername receiptno "
    "receipt transactionid transactionno name"
)


def who(key_need: Need) -> tuple[Field, ...]:
    return (
        Field("customer", _("Customer number"), Form.KEY, NUMBER, key_need),
        Field("name", _("Name"), Form.TEXT, NAME),
        Field("surname", _("Surname"), Form.TEXT, SURNAME),
        Field("phone", _("Phone"), Form.PHONE, PHONE),
        Field("email", _("E-mail"), Form.EMAIL, EMAIL),
    )
