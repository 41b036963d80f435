"""How callers say their values in Mandarin."""

from datetime import datetime
from random import Random

from tests.simulated.english import groups
from tests.simulated.truths import Place

_DIGITS = "零一二三四五六七八九"
_WEEK = "一二三四五六日"
_CHARACTERS = {
    "王": "国王的王", "李": "木子李", "张": "弓长张", "刘": "文刀刘", "陈": "耳东陈",
    "杨": "木易杨", "赵": "走之赵", "黄": "草头黄", "周": "周到的周",
    "吴": "口天吴", "徐": "双人徐", "孙": "子小孙",
    "马": "马上的马", "朱": "朱红的朱", "胡": "古月胡", "郭": "城郭的郭", "林": "双木林", "何": "人可何", "罗": "四维罗",
}  # fmt: skip


def number(value: int) -> str:
    """1 to 9999 as a number: 八十八, 一百二十三."""
    if value < 10:
        return _DIGITS[value]
    if value < 20:
        return "十" + (_DIGITS[value % 10] if value % 10 else "")
    if value < 100:
        return _DIGITS[value // 10] + "十" + (_DIGITS[value % 10] if value % 10 else "")
    if value < 1000:
        rest = value % 100
        return _DIGITS[value // 100] + "百" + ("" if not rest else "零" + _DIGITS[rest] if rest < 10 else ("一" if rest < 20 else "") + number(rest))
    rest = value % 1000
    return _DIGITS[value // 1000] + "千" + ("" if not rest else ("零" if rest < 100 else "") + number(rest))


def digits(rng: Random, said: str) -> str:
    one = rng.choice("一幺")
    return "".join(one if digit == "1" else _DIGITS[int(digit)] for digit in said)


def phone(rng: Random, said: str, country: str, *, plainly: bool = False) -> list[str]:
    parts = groups(said, country)
    if plainly:
        return ["，".join(digits(rng, part) for part in parts)]
    match rng.choice(("figures", "run", "words", "words", "commas", "fillers", "turns")):
        case "figures":
            text = " ".join(parts)
        case "run":
            text = said
        case "commas":
            text = "，".join(digits(rng, part) for part in parts)
        case "fillers":
            text = "嗯".join(digits(rng, part) for part in parts)
        case "turns":
            return [digits(rng, "".join(parts[:-1])), digits(rng, parts[-1])]
        case _:
            text = digits(rng, said)
    return [rng.choice(("", "", "是", "我的电话是", "手机号", "嗯，", "号码是")) + text]


def name(rng: Random, full: str, attempt: int) -> list[str]:
    if attempt >= 2:
        return [f"{full}，{_CHARACTERS.get(full[0], full[0])}"]
    return [rng.choice(("我叫{}", "{}", "我是{}", "您好，我叫{}", "叫我{}就行", "我的名字是{}", "嗯，{}", "姓名{}")).format(full)]


def address(rng: Random, place: Place, country: str, *, plainly: bool = False) -> list[str]:
    written = rng.random() < 0.5  # a recogniser writes all numbers of an utterance as figures, or none
    figure = place.number if written else number(int(place.number))
    room = f"{place.unit if written else digits(rng, place.unit)}室" if place.unit else ""
    lead = "" if plainly else rng.choice(("", "", "在", "地址是", "我住在", "嗯，"))
    if not plainly and rng.random() < 0.2:
        return [lead + place.suburb, f"{place.street}{figure}号{room}"]
    return [f"{lead}{place.suburb}{place.street}{figure}号{room}"]


def email(rng: Random, mail: str, attempt: int) -> list[str]:
    local, _, domain = mail.partition("@")
    said = local.replace(".", "点").replace("_", "下划线")
    if attempt >= 2:
        said = " ".join(local).replace(".", "点").replace("_", "下划线")
    at = rng.choice(("艾特", "at", "小老鼠" if rng.random() < 0.2 else "艾特"))
    ending = domain.replace(".", "点")
    if rng.random() < 0.15 and attempt < 2:
        return [mail]
    return [f"{rng.choice(('', '', '是', '我的邮箱是'))}{said}{at if at != 'at' else ' at '}{ending}"]


def service(rng: Random, words: list[str]) -> list[str]:
    return [rng.choice(("{}", "我要{}", "我想预约{}", "家里{}", "{}，能修吗", "嗯，{}")).format(rng.choice(words))]


def time(rng: Random, at: datetime, now: datetime, country: str, *, plainly: bool = False) -> list[str]:
    away = (at.date() - now.date()).days
    date = rng.choice((f"{at.month}月{at.day}号", f"{number(at.month)}月{number(at.day)}号"))
    days = [date]
    if away in (1, 2):
        days += [("明天", "后天")[away - 1]] * 2
    monday = now.date().toordinal() - now.weekday()
    if away >= 1 and not plainly:
        week = (at.date().toordinal() - monday) // 7
        days += [f"{('这', '下')[week]}周{_WEEK[at.weekday()]}"] if week < 2 else []
    hour = at.hour % 12 or 12
    part = "上午" if at.hour < 12 else "中午" if at.hour == 12 else "下午" if at.hour < 18 else "晚上"
    figure = rng.choice((str(hour), "两" if hour == 2 else number(hour)))
    clock = f"{part}{figure}点" + ("半" if at.minute == 30 else "")
    day = date if plainly else rng.choice(days)
    if not plainly and rng.random() < 0.2:
        return [day, clock]
    return [rng.choice(("", "", "那就", "嗯，", "我想约")) + day + clock + rng.choice(("", "", "吧", "可以吗" if not plainly else ""))]
