"""Names nobody has used for a street: two syllables put together by chance, in Chinese and in pinyin."""

from __future__ import annotations

import numpy as np

from simulators.world.model import Name, RoadClass

FIRST: tuple[tuple[str, str], ...] = (
    ("云", "Yun"), ("翠", "Cui"), ("和", "He"), ("星", "Xing"), ("松", "Song"), ("兰", "Lan"), ("锦", "Jin"),
    ("安", "An"), ("瑞", "Rui"), ("清", "Qing"), ("望", "Wang"), ("桂", "Gui"), ("文", "Wen"), ("明", "Ming"),
    ("春", "Chun"), ("玉", "Yu"), ("梅", "Mei"), ("虔", "Qian"), ("书", "Shu"), ("宝", "Bao"), ("青", "Qing"),
    ("凤", "Feng"), ("龙", "Long"), ("银", "Yin"), ("丹", "Dan"), ("麓", "Lu"),
)  # fmt: skip
SECOND: tuple[tuple[str, str], ...] = (
    ("溪", "xi"), ("岭", "ling"), ("屏", "ping"), ("台", "tai"), ("湖", "hu"), ("泉", "quan"), ("原", "yuan"),
    ("桥", "qiao"), ("竹", "zhu"), ("沙", "sha"), ("石", "shi"), ("林", "lin"), ("洲", "zhou"), ("塘", "tang"),
    ("坪", "ping"), ("田", "tian"), ("苑", "yuan"), ("港", "gang"), ("门", "men"), ("堤", "di"), ("峰", "feng"),
    ("岸", "an"), ("谷", "gu"), ("亭", "ting"),
)  # fmt: skip
STREET_ENDINGS: dict[RoadClass, tuple[str, str]] = {
    RoadClass.MOTORWAY: ("快速路", "Expressway"),
    RoadClass.PRIMARY: ("大道", "Avenue"),
    RoadClass.SECONDARY: ("路", "Road"),
    RoadClass.TERTIARY: ("街", "Street"),
    RoadClass.RESIDENTIAL: ("巷", "Lane"),
    RoadClass.SERVICE: ("便道", "Way"),
    RoadClass.SCENIC: ("绿道", "Greenway"),
}


NUMERALS = "〇一二三四五六七八九"


def chinese_numeral(number: int) -> str:
    """1 to 99 as it stands on a street sign."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens] + "十"
    return head + (NUMERALS[ones] if ones else "")


def numbered(stem: Name, number: int, road_class: RoadClass) -> Name:
    """The name of one of several lesser streets of an area: `Yunxi Street 3`."""
    zh, en = STREET_ENDINGS[road_class]
    return Name(stem.zh + chinese_numeral(number) + zh, f"{stem.en} {en} {number}")


class Namer:
    """Hands out stems in a seeded order; when all are used it starts again with "new"."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Shuffle the stems."""
        stems = [Name(a_zh + b_zh, a_en + b_en) for a_zh, a_en in FIRST for b_zh, b_en in SECOND]
        self._stems = [stems[k] for k in rng.permutation(len(stems))]
        self._next = 0

    def stem(self) -> Name:
        """The next two syllables."""
        turn, index = divmod(self._next, len(self._stems))
        self._next += 1
        stem = self._stems[index]
        return stem if turn == 0 else Name(f"新{stem.zh}", f"New {stem.en}")

    def street(self, road_class: RoadClass) -> Name:
        """A name for a street of a class."""
        return self.ending(*STREET_ENDINGS[road_class])

    def ending(self, zh: str, en: str) -> Name:
        """A name with a given last word: `ending("公园", "Park")`."""
        stem = self.stem()
        return Name(stem.zh + zh, f"{stem.en} {en}")
