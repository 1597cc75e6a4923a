import gettext
from pathlib import Path

import pytest

import shuke
from shuke.config.environment import WrongSetting, environment

CHINESE = gettext.translation("django", Path(shuke.__file__).parent / "locale", languages=["zh_Hans"])


@pytest.fixture(autouse=True)
def read_anew():
    environment.cache_clear()
    yield
    environment.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "english", "chinese"),
    [
        ("SHUKE_WORKERS", "0", "must be at least 1.", "不能小于 1。"),
        ("SHUKE_WORKERS", "65", "must be at most 64.", "不能大于 64。"),
        ("SHUKE_WORKERS", "two", "cannot be used: it must be a whole number.", "不可用：必须是整数。"),
        ("SHUKE_DEMO", "maybe", "cannot be used: it must be true or false.", "不可用：只能是 true 或 false。"),
        ("SHUKE_LANGUAGE", "fr", "must be one of these: zh-hans, en.", "只能是其中之一：zh-hans, en。"),
        ("SHUKE_CURRENCY", "yuan", "must be written like this: CNY.", "的写法应当像这样：CNY。"),
        ("SHUKE_SECRET_KEY", "short", "needs at least 32 characters.", "至少需要 32 个字符。"),
        ("SHUKE_TIME_ZONE", "Asia/Moon", "cannot be used: there is no such time zone.", "不可用：没有这个时区。"),
        (
            "SHUKE_URL",
            "http://shuke.example.com",
            "cannot be used: other computers need https.",
            "不可用：供其他电脑访问时必须使用 https。",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_says_why_in_the_readers_language(monkeypatch, name, value, english, chinese):
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting) as refusal:
        environment()
    assert refusal.value.words() == f"The setting {name} {english}"
    assert refusal.value.words(CHINESE.gettext) == f"设置项 {name} {chinese}"
