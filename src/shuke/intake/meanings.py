"""What the words of shops and service desks mean to us: an order's standing, a contact's channel and outcome."""

from collections.abc import Mapping
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
OUTCOMES = {
    "reached": "已接通 接通 已接听 接听 已联系 已联系上 通话成功 reached answered connected completed spoken",
    "no_answer": "未接通 未接 未接听 无人接听 无应答 无人应答 无法接通 暂时无法接通 未联系上 联系不上 未打通 拒接 "
    "关机 已关机 停机 已停机 不在服务区 语音信箱 未接来电 "
    "noanswer noreply notanswered unanswered notreached unreachable missed missedcall voicemail leftvoicemail failed "
    "cancelled canceled switchedoff rejected callrejected",
    "busy": "占线 忙线 忙音 线路忙 正在通话中 通话中 用户忙 用户正忙 busy linebusy engaged",
    "wrong_number": "号码错误 错号 空号 号码不存在 号码无效 无效号码 号码有误 打错 非本人 "
    "wrongnumber badnumber invalidnumber numberinvalid nosuchnumber disconnectednumber notinservice",
    "promised": "已约定 约定日期 约定时间 约定回访 已预约 promised promiseddate callbackscheduled",
    "refused": "拒绝 已拒绝 明确拒绝 拒绝回访 refused declined notinterested donotcall",
}
"""How a contact ended, in the codes of follow-ups; whoever declines the call itself was not spoken with."""

NOT_THROUGH = (
    "关闭 取消 撤销 撤回 拒绝 驳回 失败 等待 待 处理中 进行中 退款中 退货中 审核中 申请中 未完成 "
    "cancel reject declin fail pending open processing inprocess request await draft"
).split()
"""Parts of a refund's status that say that no money has gone back."""
RETURNED_GOODS = ("退货", "return")
KEPT_GOODS = ("无需退货", "不退货", "未退货", "仅退款", "without", "noreturn", "returnless", "refundonly")

CALLED_OFF = "终止 解除 解约 退订 取消 作废 撤销 退保 cancel terminat void unsubscrib".split()
"""Parts of a contract's status that say that it was ended before its day."""
RUNS_ON = "自动续费 自动续约 未终止 未取消 未解除 不可 autorenew periodend endofperiod noncancel".split()
"""Parts that say that it runs to its day all the same: only its renewal was called off, or nothing was."""

INBOUND = frozenset("呼入 来电 客户来电 入站 进线 in inbound incoming true yes 1 是".split())


def standing_of(status: str) -> Standing:
    """What the source's status text says about an order."""
    plain = plain_name(status)
    for standing, words in _PART_OF_STATUS:
        if any(word in plain for word in words.split()):
            return standing
    return Standing.PAID


def is_through(status: str) -> bool:
    """Whether a refund with this status has been paid."""
    plain = plain_name(status)
    return not any(part in plain for part in NOT_THROUGH)


def is_called_off(status: str) -> bool:
    """Whether a contract with this status was ended before its day."""
    plain = plain_name(status)
    return any(part in plain for part in CALLED_OFF) and not any(part in plain for part in RUNS_ON)


def brings_goods_back(text: str) -> bool:
    """Whether goods came back, and not only money."""
    plain = plain_name(text)
    return any(part in plain for part in RETURNED_GOODS) and not any(part in plain for part in KEPT_GOODS)


def channel_of(text: str) -> str:
    """Our word for a channel; the source's own where we have none."""
    return _ours(text, CHANNELS)[:20]


def outcome_of(text: str) -> str:
    """Our word for how a contact ended; the source's own where we have none."""
    return _ours(text, OUTCOMES)


def is_inbound(text: str) -> bool:
    return plain_name(text) in INBOUND


def _ours(text: str, meanings: Mapping[str, str]) -> str:
    plain = plain_name(text)
    return next((ours for ours, words in meanings.items() if plain in words.split()), text)
