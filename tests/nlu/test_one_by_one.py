"""What is a second thing, and what only speaks of another appointment: to hear what was not said is worse than not to hear."""

import pytest

from agent.nlu.errands import wanted_of_it
from agent.nlu.one_by_one import parted
from agent.nlu.utterance import Utterance
from agent.record.errand import Want


def second(said: str) -> Want | None:
    """What is wanted of the second, as it is understood once the first is done."""
    parts = parted(Utterance(said))
    return parts and (wanted_of_it(Utterance(parts[2])) or parts[1])


@pytest.mark.parametrize(
    "said",
    [
        "cancel my appointment on Tuesday and leave the one on Thursday alone",
        "cancel my appointment on Tuesday and don't touch the one on Thursday",
        "cancel Monday's and I'll keep the Friday one",
        "please cancel my Monday appointment and the Wednesday one stays as planned",
        "cancel Tuesday's appointment and I'll see you at the one on Thursday",
        "I want to cancel my booking and the other one is fine",
        "cancel Tuesday's and not the one on Thursday",
        "cancel my appointment and what about the one on Thursday",
        "cancel my appointment on Tuesday and make sure the Thursday one is still on",
        "cancel my visit on Monday and don't cancel the one on Friday",
        "cancel Monday's and never mind the Tuesday one",
        "could you cancel my Friday appointment and remind me of the one on Monday",
        "move my Tuesday appointment to Friday and the Thursday one is okay where it is",
        "move Monday's to Wednesday and tell him about the one on Friday",
        "cancel my Monday appointment and the second one we still need",
        "cancel my appointment, I can't do both",
        "cancel just the Monday one not both",
        "cancel my appointment because we are both away",
        "cancel Wednesday's and also how long is the Friday one",
        "cancel my appointment and the next one should go ahead",
        "取消周五的预约，还有周一的没问题",
        "取消我周二的预约，然后周四的不动",
        "周五的预约取消，另外周一的照常",
        "取消周三的预约，再约周五的",
        "取消我周二的预约，然后帮我看看周四的",
        "取消我的预约，还有周四的别动",
        "取消周一的预约，周二的我会在家",
        "把周二的预约改到周五，还有周四的还是原来的时间",
        "取消周二的预约，另外那个还要的",
        "取消周二的预约，周四的不要取消",
        "cancel my appointment tomorrow and I'm still coming to the one on Friday",
        "cancel my Tuesday appointment and the Friday one I want to keep",
        "please cancel Wednesday's and hang on to the one on Thursday",
        "cancel my booking and could you read me the one on Thursday",
        "cancel Thursday's and do nothing to the other appointment",
        "cancel the Monday one and the Tuesday one is my wife's",
        "move my Monday appointment to Tuesday and the Friday one can stay",
        "cancel Friday's and please do not move the one on Monday",
        "cancel my appointment and the one on Monday was cancelled already",
        "cancel my appointment and just the Thursday one should remain",
        "cancel my appointment and I have a question about the one on Thursday",
        "cancel my Tuesday appointment and the Thursday one some other time",
        "cancel Monday's and the one on Thursday because I'm moving house is unaffected",
        "cancel my appointment and is the one on Thursday confirmed",
        "can you cancel my appointment on Tuesday and everything else including the Thursday one stays put",
        "cancel Tuesday's, the Thursday one is good",
        "cancel my Tuesday appointment, and there's no need to change the one on Thursday",
        "cancel my appointment we can only do one of both",
        "I need to move my appointment, both my kids are ill",
        "cancel my appointment and send somebody earlier to the one on Thursday",
        "cancel the Tuesday one and the Thursday one stands",
        "把我周一的预约取消，还有周二的保留",
        "取消周五的预约，然后周一的我会去",
        "取消周五的预约，同时周一的还算数",
        "取消周二的预约，还有别取消周四的",
        "取消我的预约，然后预约周一的",
        "周二的预约取消，另外周四的几点",
        "把周二的改到周六，还有周四的那个不变",
        "取消周二的，我两个都很忙",
    ],
)
def test_of_the_other_nothing_is_wanted(said: str) -> None:
    assert second(said) is None


@pytest.mark.parametrize(
    ("said", "want"),
    [
        ("cancel my appointment on Tuesday and the one on Thursday", "cancel"),
        ("please cancel my Monday appointment and Wednesday's too", "cancel"),
        ("cancel my booking and the other one as well please", "cancel"),
        ("cancel Tuesday's and also the Thursday one, thanks", "cancel"),
        ("can you cancel my appointment tomorrow and the one on Friday at 3 pm", "cancel"),
        ("move my Monday appointment and the Tuesday one", "move"),
        ("cancel Monday's appointment plus the Wednesday appointment at ten", "cancel"),
        ("cancel both my appointments please", "cancel"),
        ("I'd like to cancel them both", "cancel"),
        ("cancel Monday's and move the Thursday one to Friday", "move"),
        ("move the Monday one to Tuesday and cancel the Friday one", "cancel"),
        ("cancel my Monday appointment and my second one, my name is Mary O'Neill", "cancel"),
        ("cancel Monday's, and the Thursday one, and the Saturday one", "cancel"),
        ("cancel the Tuesday booking and then can you push the one on Friday to four", "move"),
        ("取消我周二的预约和周四的", "cancel"),
        ("取消周五的预约，还有周一的也取消", "cancel"),
        ("取消周五的预约，还有周一的，谢谢", "cancel"),
        ("把周二的预约取消，另外那个也一起", "cancel"),
        ("取消我周二的预约，然后周四的改到周六", "move"),
        ("我想取消预约，两个都取消", "cancel"),
        ("I need to cancel my Wednesday appointment and the Friday appointment too", "cancel"),
        ("cancel Tuesday's and Thursday's", "cancel"),
        ("could you cancel my appointment today and my other appointment on Monday please", "cancel"),
        ("move my Tuesday appointment to Friday and the one on Thursday to Saturday", "move"),
        ("please move both my appointments to next week", "move"),
        ("cancel all my appointments", "cancel"),
        ("cancel my appointment and also the one tomorrow, thank you", "cancel"),
        ("move Monday's to Friday and please cancel the Tuesday one", "cancel"),
        ("cancel the Monday one, leave the Tuesday one and move the Thursday one to Friday", "move"),
        ("cancel my booking on Tuesday and can we reschedule the second one", "move"),
        ("cancel my appointment at two and the one at four", "cancel"),
        ("cancel my Tuesday appointment, the Thursday one too please", "cancel"),
        ("both appointments need to be cancelled", "cancel"),
        ("cancel Monday's and for the Thursday one could you make it five o'clock", "move"),
        ("帮我取消周一的预约，还有周三的", "cancel"),
        ("把周一的预约改期，周三的也改一下", "move"),
        ("取消周一和周三的预约", "cancel"),
        ("取消周二的预约，还有周四的也一起吧", "cancel"),
        ("把我的两个预约都取消掉", "cancel"),
        ("取消明天的预约，另外周五的改到周六上午", "move"),
    ],
)
def test_something_is_wanted_of_the_other(said: str, want: Want) -> None:
    assert second(said) == want


@pytest.mark.parametrize(
    ("said", "before", "parts"),
    [
        ("the Thursday one and cancel the Saturday one", "cancel", ("the Thursday one", "cancel", "cancel the Saturday one")),
        ("the Thursday one and the Saturday one", "move", ("the Thursday one", "move", "the Saturday one")),
        ("move the Thursday one to six and cancel the Saturday one", "cancel", ("move the Thursday one to six", "move", "cancel the Saturday one")),
        ("周四的改到周五，周六的也取消", "cancel", ("周四的改到周五", "move", "周六的也取消")),
        ("leave the Thursday one and the Saturday one", "cancel", None),
        ("the one on Thursday", "cancel", None),
        ("both", "cancel", None),
    ],
)
def test_the_rest_of_three_is_two_again(said: str, before: Want, parts: tuple[str, str, str] | None) -> None:
    assert parted(Utterance(said), before) == parts
