"""Languages by their BCP 47 tags, as businesses, telephones and recognisers write them."""

from agent.record.business import Business

SAME = {"cmn": "zh", "eng": "en"}
"""Other codes for the languages we speak: ISO 639-3, as recognisers write them ("cmn-Hans-CN")."""


def language_of(tag: str) -> str:
    """The language of a tag, however it is written: "zh" for "zh-CN", "zh_CN", "ZH" and "cmn-Hans-CN"; "" for ""."""
    spoken = tag.replace("_", "-").partition("-")[0].lower()
    return SAME.get(spoken, spoken)


def tag_of(language: str, business: Business) -> str:
    """The tag the business uses for a language: "en-AU" for "en"."""
    return next((tag for tag in business.languages if language_of(tag) == language), language)


def begins_in(tag: str, business: Business) -> str:
    """The language a call begins in: the one asked for if the business speaks it, else the business's first."""
    spoken = [language_of(one) for one in business.languages]
    return wanted if (wanted := language_of(tag)) in spoken else spoken[0]
