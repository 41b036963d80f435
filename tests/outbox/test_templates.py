"""A business's own templates: which is taken, what they may do, and one clear line for what is wrong with them."""

from pathlib import Path

import pytest

from agent.record.business import Business
from api.business_files import load
from api.mail_addresses import sender_of
from api.outbox.booking_mail import MailLook, compose
from tests.outbox.bookings import booking, with_templates

FILE = 'id = "a"\nname = "A & B"\nlanguages = ["en-US", "zh-CN"]\nemail = "a@example.com"\n[outgoing]\nmail_templates = "a-mail"\n'


def laid(folder: Path, **texts: str) -> Path:
    """A business file with a folder of templates beside it; "__" in a name stands for a dot."""
    (folder / "a-mail").mkdir()
    for name, text in texts.items():
        (folder / "a-mail" / name.replace("__", ".")).write_text(text, "utf-8")
    (folder / "a.toml").write_text(FILE, "utf-8")
    return folder / "a.toml"


def texts(business: Business, language: str = "en", occasion: str = "booking.created", **body: str) -> tuple[str, str, str]:
    """Subject, plain text and HTML."""
    mail = compose(booking(occasion, language=language, **body), MailLook(business, sender_of("a@acme.example")))  # type: ignore[arg-type]
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    return str(mail["Subject"]), plain.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


def test_the_most_particular_is_taken() -> None:
    business = with_templates(created__zh__html="zh created", created__html="created", mail__zh__html="zh", mail__html="any")
    found = [texts(business, language, occasion)[2].strip() for occasion in ("booking.created", "booking.changed") for language in ("zh", "en")]
    assert found == ["zh created", "created", "zh", "any"]


def test_ours_can_be_extended() -> None:
    business = with_templates(
        mail__txt='{% extends "default.txt" %}{% block subject %}{{ company }}: {{ reference }}{% endblock %}',
        mail__html='{% extends "default.html" %}{% block after %}<b>Clear the sink, {{ name }}.</b>{% endblock %}',
    )
    subject, plain, html = texts(business, name="<Ann>")
    assert subject == "Acme Home Services: C82LC"
    assert plain.startswith("Hello <Ann>,\n")
    assert "<b>Clear the sink, &lt;Ann&gt;.</b>" in html
    assert "You&#39;re booked with" in html


def test_a_subject_is_one_line_of_bounded_length() -> None:
    subject, plain, _ = texts(with_templates(mail__txt="Subject: {{ name }}\n\nHi"), name="A\nBcc: x" + "y" * 400)
    assert subject.startswith("A Bcc: xyy")
    assert (len(subject), plain) == (150, "Hi\n")


def test_a_folder_beside_the_file_is_read_once(tmp_path: Path) -> None:
    file = laid(tmp_path, mail__txt="\ufeffSubject: Hi {{ name }}\n\n{{ words.lead }}", __DS_Store="x")
    business = load(file).default
    (tmp_path / "a-mail" / "mail.txt").unlink()
    assert texts(business)[:2] == ("Hi Ann Lee", "You're booked with Acme Home Services.\n")


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("mail.html", "<p>\n{{ colour }}", "mail.html: 'colour' is undefined"),
        ("mail.html", "<p>\n{% if %}", "mail.html: line 2: Expected an expression"),
        ("mail.zh.html", "{{ words.colour }}", "mail.zh.html: 'dict object' has no attribute 'colour'"),
        ("cancelled.html", "{{ 1 / 0 }}", "cancelled.html: ZeroDivisionError"),
        ("mail.html", "{{ ''.__class__.__mro__ }}", "mail.html: access to attribute '__class__' of 'str' object is unsafe"),
        ("mail.html", "{{ words.update(lead='x') }}", "mail.html: access to attribute 'update' of 'dict' object is unsafe"),
        ("mail.html", "{% include '/etc/passwd' %}", 'mail.html: there is no "/etc/passwd"'),
        ("mail.html", "{% extends '../a.toml' %}", 'mail.html: there is no "../a.toml"'),
        ("mail.txt", "Hello", 'mail.txt: must begin with a line "Subject: ..."'),
        ("mail.txt", "Subject:\n\nHello", 'mail.txt: must begin with a line "Subject: ..."'),
        ("mail.fr.html", "x", "mail.fr.html is no name of a template"),
        ("default.html", "x", "default.html is no name of a template"),
        ("logo.png", "x", "logo.png is no name of a template"),
        ("mail.html", "x" * 65_537, "mail.html: longer than 64 KiB"),
    ],
)
def test_what_is_wrong_is_said_when_the_file_is_read(tmp_path: Path, name: str, text: str, why: str) -> None:
    file = laid(tmp_path, **{name.replace(".", "__"): text})
    with pytest.raises(ValueError, match=r"outgoing\.mail_templates") as refused:
        load(file)
    assert f"a.toml: outgoing.mail_templates: {why}" in str(refused.value)
    assert str(refused.value).isprintable()


def test_a_folder_that_holds_nothing_or_is_none(tmp_path: Path) -> None:
    file = laid(tmp_path)
    with pytest.raises(ValueError, match=r"outgoing\.mail_templates: no templates in it$"):
        load(file)
    (tmp_path / "a-mail").rmdir()
    with pytest.raises(ValueError, match=r"outgoing\.mail_templates: not a folder$"):
        load(file)


def test_a_template_may_not_count_on_what_a_caller_left_out(tmp_path: Path) -> None:
    file = laid(tmp_path, mail__html="{{ details[6].value }}")
    with pytest.raises(ValueError, match=r"mail\.html: "):
        load(file)
