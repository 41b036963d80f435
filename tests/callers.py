"""What callers say in tests of whole calls: one table, an answer to each question in each language."""

from collections.abc import Mapping

SAID: Mapping[str, Mapping[str, str]] = {
    "en": {
        "name": "it's Mary O'Neill",
        "phone": "202 555 0143",
        "address": "12 High Street, Springfield, New Jersey 07081",
        "email": "mary at gmail dot com",
        "service": "my drain is clogged",
        "time": "tomorrow at 2 pm",
        "yes": "yes",
    },
    "zh": {
        "name": "我叫王宝强",
        "phone": "13812345678",
        "address": "北京市朝阳区建国路88号",
        "email": "wang at gmail dot com",
        "service": "疏通下水道",
        "time": "明天下午两点",
        "yes": "是的",
    },
}

_EN = SAID["en"]
TO_THE_SUMMARY = (
    "",
    _EN["name"],
    "two oh two five five five oh one four three",
    "yes",
    _EN["address"],
    "yes",
    "no email",
    _EN["service"],
)
"""In English: the greeting, then everything but the time."""

TO_BOOKED = (f"hi, {_EN['name']}", *TO_THE_SUMMARY[2:], _EN["time"], _EN["yes"])
"""In English, by callers who speak first: a whole call."""
