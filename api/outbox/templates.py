"""The templates of mails: ours from prompts/mail, and a business's own over them, in Jinja2's sandbox, HTML escaped by itself.

Of several that fit the most particular is taken: `created.en.html`, `created.html`, `mail.en.html`, `mail.html`, then ours, which the others may
extend by its name, `default.html`. The same for `.txt`, whose first line is the subject.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, Template, TemplateError, TemplateNotFound, TemplateSyntaxError, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

import prompts
from agent.record.business import Business, Service
from agent.record.characters import readable
from agent.record.delivery import Delivery
from api.files import KIB, content
from api.outbox.agreed import CHANGES, Change, agreed, on_one_line, values

HTML, TEXT = "html", "txt"
OURS = ("default.html", "default.txt")
SUBJECT = "Subject:"
MOST_BYTES = 64 * KIB
"""Of a template."""
LONGEST_SUBJECT = 150
"""Characters."""


class BadTemplate(ValueError):
    """A template that cannot be used. The message is for whoever wrote it; with a caller's values it may quote them."""

    def __init__(self, template: str, why: str) -> None:
        super().__init__(f"{template}: {why}")
        self.template = template


def written(told: Mapping[str, Any], own: Mapping[str, str]) -> tuple[str, str, str]:
    """Subject, plain text and HTML. `told`: the values of `agreed.values`; `own`: the business's templates by name. Raises BadTemplate."""
    environment = _environment(tuple(sorted(own.items())))
    change, language = told["change"], told["language"]
    subject, _, text = _rendered(environment, change, language, TEXT, told).partition("\n")
    line = on_one_line(subject.removeprefix(SUBJECT))[:LONGEST_SUBJECT]
    if not subject.startswith(SUBJECT) or not line:
        raise BadTemplate(_taken(environment, change, language, TEXT).name or "", f'must begin with a line "{SUBJECT} ..."')
    return line, readable(text).strip() + "\n", _rendered(environment, change, language, HTML, told)


def allowed() -> frozenset[str]:
    """The names that a business's own templates can have."""
    return frozenset(
        name for kind in (HTML, TEXT) for change in CHANGES.values() for language in prompts.known() for name in _names(change, language, kind)
    ) - frozenset(OURS)


def read(folder: Path) -> dict[str, str]:
    """A business's own templates by name. Raises ValueError, in a few words; files that begin with a dot are passed over."""
    known, found = allowed(), {}
    if not folder.is_dir():
        raise ValueError("not a folder")
    for file in sorted(folder.iterdir()):
        if file.name.startswith("."):
            continue
        if file.name not in known:
            raise ValueError(f"{file.name} is no name of a template, such as mail.html, created.txt, cancelled.en.html")
        try:
            found[file.name] = content(file, MOST_BYTES).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(f"{file.name}: not UTF-8") from None
        except ValueError as error:
            raise ValueError(f"{file.name}: {error}") from None
    if not found:
        raise ValueError("no templates in it")
    return found


def check(business: Business, own: Mapping[str, str]) -> None:
    """Write every mail that can be written with the business's own templates, of made-up bookings. Raises BadTemplate."""
    languages = {tag.partition("-")[0] for tag in business.languages} & set(prompts.known())
    for language in sorted(languages):
        for delivery in _made_up(business, language):
            for office in (business.email, ""):
                written(values(agreed(delivery), CHANGES[delivery.occasion], business, office), own)


def _made_up(business: Business, language: str) -> Iterator[Delivery]:
    """Of every occasion: a booking with everything, and one with as little as there can be."""
    service = next(iter(business.services), Service(id="a", name="A", price=10))
    least = {
        "reference": "ABCDE",
        "callSid": "CA0",
        "language": language,
        "service": {"id": service.id, "name": service.name},
        "start": "2026-03-08T09:00:00-05:00",
        "end": "2026-03-08T10:00:00-05:00",
        "time_zone": business.time_zone,
    }
    whole = {**least, "name": "Ann Lee", "phone": "+12025550143", "email": "ann@example.com", "address": "1 Main Street", "sequence": 1}
    whole["service"] = {"id": service.id, "name": service.name, "price": service.price}
    for occasion in CHANGES:
        for body in (least, whole):
            yield Delivery(id="msg_0", kind="mail", occasion=occasion, sid="CA0", business=business.id, made=0, body=body)


def _names(change: Change, language: str, kind: str) -> tuple[str, ...]:
    return (f"{change}.{language}.{kind}", f"{change}.{kind}", f"mail.{language}.{kind}", f"mail.{kind}", f"default.{kind}")


def _rendered(environment: Environment, change: Change, language: str, kind: str, told: Mapping[str, Any]) -> str:
    name = f"{change}.{kind}"
    try:
        template = _taken(environment, change, language, kind)
        name = template.name or name
        return template.render(told)
    except TemplateSyntaxError as error:
        raise BadTemplate(error.name or name, f"line {error.lineno}: {error.message}") from None
    except TemplateNotFound as error:
        raise BadTemplate(name, f'there is no "{error.name}"') from None
    except TemplateError as error:  # unknown names; what the sandbox refuses
        raise BadTemplate(name, error.message or type(error).__name__) from None
    except Exception as error:  # whatever else an expression can bring about
        raise BadTemplate(name, type(error).__name__) from None


def _taken(environment: Environment, change: Change, language: str, kind: str) -> Template:
    return environment.select_template(list(_names(change, language, kind)))


@lru_cache(maxsize=64)
def _environment(own: tuple[tuple[str, str], ...]) -> Environment:
    return ImmutableSandboxedEnvironment(
        loader=DictLoader({**_ours(), **dict(own)}),
        autoescape=select_autoescape((HTML,), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def _ours() -> Mapping[str, str]:
    folder = resources.files(prompts) / "mail"
    return {name: (folder / name).read_text("utf-8") for name in OURS}
