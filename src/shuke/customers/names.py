"""How names sound: the pinyin that lists sort by, and the initials that people type."""

from functools import lru_cache

SURNAMES = {
    "尉迟": ["yu", "chi"],
    "万俟": ["mo", "qi"],
    "长孙": ["zhang", "sun"],
    "单于": ["chan", "yu"],
    "澹台": ["tan", "tai"],
    "单": ["shan"],
    "曾": ["zeng"],
    "仇": ["qiu"],
    "解": ["xie"],
    "朴": ["piao"],
    "查": ["zha"],
    "区": ["ou"],
    "任": ["ren"],
    "盖": ["ge"],
    "翟": ["zhai"],
    "员": ["yun"],
    "缪": ["miao"],
    "晁": ["chao"],
    "召": ["shao"],
    "乐": ["yue"],
    "尹": ["yin"],
    "华": ["hua"],
    "黑": ["he"],
    "逄": ["pang"],
    "乜": ["nie"],
    "种": ["chong"],
    "洗": ["xian"],
}
"""Surnames that are read differently from the same characters elsewhere; double ones before single ones."""


@lru_cache(maxsize=50_000)
def sounded(name: str) -> tuple[str, str]:
    """The pinyin of a name, syllables parted by blanks, and its initials: 单小明 → ("shan xiao ming", "sxm")."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  55 MB that most processes never need

    surname = next((known for known in SURNAMES if name.startswith(known)), "")
    syllables = [*SURNAMES.get(surname, ())]
    for piece in lazy_pinyin(name[len(surname) :], style=Style.NORMAL):
        syllables += piece.casefold().split()
    return " ".join(syllables)[:600], "".join(syllable[0] for syllable in syllables)[:200]
