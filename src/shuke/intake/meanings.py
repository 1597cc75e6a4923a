"""What the words of shops and service desks mean to us: the standing of an order, the channel of a contact."""

from enum import StrEnum

from shuke.intake.fields import plain_name


class Standing(StrEnum):
    """Where an order is, as reports count it."""

    PAID = "paid"
    UNPAID = "unpaid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    RETURNED = "returned"


_PART_OF_STATUS = (
    (Standing.PAID, "部分退款 partiallyrefunded partialrefund"),
    (
        Standing.UNPAID,
        "等待买家付款 待付款 未付款 待支付 未支付 草稿 "
        "unpaid awaitingpayment pendingpayment paymentpending onhold pending draft",
    ),
    (Standing.REFUNDED, "退款成功 已退款 全额退款 退款完成 refunded"),
    (Standing.CANCELLED, "交易关闭 已关闭 关闭 取消 作废 已撤销 cancelled canceled voided closed expired failed"),
)
"""Words found in a status, the most telling first; a status with none of them is taken for paid."""

CHANNELS = {
    "phone": "电话 来电 去电 座机 热线 呼叫中心 phone call telephone hotline",
    "wechat": "微信 企业微信 公众号 小程序 wechat wecom weixin",
    "sms": "短信 sms text",
    "email": "邮件 邮箱 email mail",
    "chat": "在线客服 旺旺 在线 客服 chat livechat webchat",
    "social": "抖音私信 抖音 微博 小红书 私信 social douyin weibo",
    "store": "门店 到店 线下 store visit shop",
}
INBOUND = frozenset("呼入 来电 客户来电 入站 进线 in inbound incoming true yes 1 是".split())


def standing_of(status: str) -> Standing:
    """What the source's status text says about an order."""
    plain = plain_name(status)
    for standing, words in _PART_OF_STATUS:
        if any(word in plain for word in words.split()):
            return standing
    return Standing.PAID


def channel_of(text: str) -> str:
    """Our word for a channel; the source's own where we have none."""
    plain = plain_name(text)
    for channel, words in CHANNELS.items():
        if plain in words.split():
            return channel
    return text[:20]


def is_inbound(text: str) -> bool:
    return plain_name(text) in INBOUND
