"""Mails about bookings as a mail program reads them: from their bytes."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import msgspec
import pytest

from agent.record.business import Business
from agent.record.delivery import Delivery, Occasion
from api.mail_addresses import Sender, sender_of
from api.outbox.booking_mail import MailLook, Unsendable, compose
from tests.outbox.bookings import ACME, booking

SENDER = sender_of("bookings@acme.example")


def arrived(delivery: Delivery, business: Business = ACME, sender: Sender = SENDER) -> EmailMessage:
    found = message_from_bytes(compose(delivery, MailLook(business, sender)).as_bytes(), policy=default)
    assert isinstance(found, EmailMessage)
    assert [defect for part in found.walk() for defect in part.defects] == []
    return found


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    text = part.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("occasion", "subject", "lead"),
    [
        ("booking.created", "Booked: Drain cleaning, Tuesday, March 3, 2026", "You're booked with Acme Home Services."),
        ("booking.changed", "Changed: Drain cleaning, Tuesday, March 3, 2026", "Your booking with Acme Home Services has changed."),
        ("booking.cancelled", "Cancelled: Drain cleaning, Tuesday, March 3, 2026", "Your booking with Acme Home Services is cancelled."),
    ],
)
def test_a_mail_says_what_was_agreed(occasion: Occasion, subject: str, lead: str) -> None:
    mail = arrived(booking(occasion))
    assert (mail["From"], mail["To"], mail["Reply-To"]) == (
        "Acme Home Services <bookings@acme.example>",
        "Ann Lee <ann@example.com>",
        "Acme Home Services <office@example.com>",
    )
    assert (mail["Subject"], mail["Auto-Submitted"], mail["Content-Language"]) == (subject, "auto-generated", "en")
    assert (mail["Message-ID"], mail["Date"]) == (f"<msg_{occasion[8:]}@acme.example>", "Mon, 02 Mar 2026 01:00:00 +0000")
    for text in (body(mail, "plain"), body(mail, "html").replace("&#39;", "'")):
        for said in (lead, "Hello Ann Lee,", "2:30 PM – 3:30 PM (Eastern Standard Time)", "12 Main St, New York", "$149", "(202) 555-0143", "C82LC"):
            assert said in text


@pytest.mark.parametrize(
    ("language", "lead"),
    [
        ("en", "Your booking with Acme Home Services has changed. This is how it stands now. New: Time, Phone."),
        ("zh", "您在Acme Home Services的预约有变动，现在的安排如下。变动的是：时间、电话。"),
    ],
)
def test_a_mail_about_a_change_says_what_has_changed(language: str, lead: str) -> None:
    mail = arrived(booking("booking.changed", language=language, changed=["time", "phone", "email"]))
    assert lead in body(mail, "plain")
    assert lead in body(mail, "html")
    assert "New:" not in body(arrived(booking("booking.changed")), "plain")


@pytest.mark.parametrize(("language", "lead", "next_"), [("en", "not free any more", "Somebody will ring you"), ("zh", "没有空了", "给您打电话")])
def test_what_is_not_free_any_more_is_told_without_a_calendar_file(language: str, lead: str, next_: str) -> None:
    mail = arrived(booking("booking.not_free", language=language))
    for text in (body(mail, "plain"), body(mail, "html")):
        assert lead in text
        assert next_ in text
    assert {part.get_content_type() for part in mail.walk()} == {"multipart/alternative", "text/plain", "text/html"}


def test_a_mandarin_call_has_a_mandarin_mail() -> None:
    mail = arrived(booking(language="zh", name="王小明"))
    assert (mail["Subject"], mail["To"], mail["Content-Language"]) == ("预约成功：疏通下水道，2026年3月3日星期二", "王小明 <ann@example.com>", "zh")
    for text in (body(mail, "plain"), body(mail, "html")):
        for said in ("王小明，您好！", "您在Acme Home Services的预约已经订好了。", "14:30至15:30（北美东部标准时间）", "疏通下水道", "预约编号"):
            assert said in text
    assert '<html lang="zh">' in body(mail, "html")
    assert "Booked" not in body(mail, "plain")


@pytest.mark.parametrize(
    ("language", "languages", "subject"), [("fr", ["zh-CN"], "预约成功"), ("", ["en-US"], "Booked"), ("zh-CN", ["en-US"], "预约成功")]
)
def test_a_language_without_wording_is_the_businesss(language: str, languages: list[str], subject: str) -> None:
    business = msgspec.structs.replace(ACME, languages=languages)
    assert str(arrived(booking(language=language), business)["Subject"]).startswith(subject)


def test_a_country_writes_dates_clocks_and_numbers_its_own_way() -> None:
    business = msgspec.structs.replace(ACME, country="AU", numbers=["+61291234567"])
    text = body(
        arrived(
            booking(start="2026-03-03T14:30:00+11:00", end="2026-03-04T00:30:00+11:00", time_zone="Australia/Sydney", phone="+61491570156"), business
        ),
        "plain",
    )
    for said in ("Tuesday, 3 March 2026", "2:30 pm – Wednesday, 4 March 2026 12:30 am", "Australian Eastern Daylight Time", "0491 570 156"):
        assert said in text


def test_the_parts_are_those_that_mail_programs_look_for() -> None:
    mail = arrived(booking())
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    *_, calendar, file = mail.walk()
    assert (calendar.get_param("method"), calendar.get_content_charset(), file.get_filename()) == ("REQUEST", "utf-8", "appointment.ics")
    assert file.get_content().decode().splitlines() == calendar.get_content().splitlines()
    assert compose(booking(), MailLook(ACME, SENDER)).as_bytes().isascii()


def test_a_caller_cannot_write_html() -> None:
    mail = arrived(booking(name="<script>alert(1)</script>", address='"><img src=x onerror=alert(1)>'))
    html = body(mail, "html")
    assert "<script" not in html
    assert "<img" not in html
    assert "Hello &lt;script&gt;alert(1)&lt;/script&gt;," in html
    assert "{{" not in body(arrived(booking(name="{{ 7 * 7 }} {reference}")), "plain").replace("{{ 7 * 7 }} {reference}", "")


@pytest.mark.parametrize(
    "name",
    [
        "Ann\r\nBcc: eve@example.org",
        "Ann\nLee",
        "Ann\r\n\r\nbody",
        "Ann\u2028Bcc: eve@example.org",
        "Ann\x00\x1b[2J",
        "\u202eeeL nnA",
        "Ann\ud800",
        "Ann\x85X: 1",
    ],
)
def test_a_name_cannot_write_headers(name: str) -> None:
    service = {"id": "x", "name": name, "price": None}
    mail = arrived(booking(name=name, service=service, company={"name": name, "email": "office@example.com"}, reference=name))
    assert mail.keys() == arrived(booking()).keys()
    assert [address.addr_spec for address in mail["To"].addresses] == ["ann@example.com"]
    assert all(str(value).isprintable() for value in mail.values())


@pytest.mark.parametrize(
    "name", ["Wolfeschlegelsteinhausenbergerdorff " * 30, "王小明" * 200, 'Ann "The Plumber" Lee, <eve@example.org>', "a@b.example", "=?utf-8?q?x?="]
)
def test_long_and_odd_names_leave_the_address_alone(name: str) -> None:
    mail = arrived(booking(name=name))
    assert [address.addr_spec for address in mail["To"].addresses] == ["ann@example.com"]
    assert name[:20] in body(mail, "plain")
    assert all(len(line) <= 998 for line in compose(booking(name=name), MailLook(ACME, SENDER)).as_bytes().split(b"\r\n"))


def test_the_sender_may_have_a_name_and_a_domain_in_any_script() -> None:
    mail = arrived(booking(), sender=sender_of('"Acme, Bookings" <hello@bücher.example>'))
    assert mail["From"] == '"Acme, Bookings" <hello@xn--bcher-kva.example>'
    assert str(mail["Message-ID"]).endswith("@xn--bcher-kva.example>")


def test_an_address_in_any_script_stands_as_it_is() -> None:
    assert arrived(booking(email="ann@bücher.example"))["To"].addresses[0].addr_spec == "ann@xn--bcher-kva.example"
    written = compose(booking(email="用户@example.com", name="王"), MailLook(ACME, SENDER)).as_bytes()
    assert "To: 王 <用户@example.com>".encode() in written


def test_another_firms_booking_does_not_speak_of_this_one() -> None:
    mail = arrived(booking(company={"name": "Bolt Electric", "id": "7"}))
    assert (mail["From"], mail["Reply-To"]) == ("Bolt Electric <bookings@acme.example>", None)
    assert "555-0100" not in body(mail, "plain")
    assert "answer this mail" not in body(mail, "plain")
    assert arrived(booking(company={"name": "Bolt Electric", "email": "bolt@example.net"}))["Reply-To"] == "Bolt Electric <bolt@example.net>"


@pytest.mark.parametrize(
    ("delivery", "why"),
    [
        (booking("call.ended"), "occasion_not_mailed"),
        (booking("handoff.wanted"), "occasion_not_mailed"),
        (booking(email=""), "address_invalid"),
        (booking(email="ann@example.com\r\nBcc: eve@example.org"), "address_invalid"),
        (booking(email="ann@example.com, eve@example.org"), "address_invalid"),
        (booking(start="soon"), "not_a_booking"),
        (booking(start="2026-03-03T14:30:00"), "not_a_booking"),
        (booking(time_zone="Mars/Olympus"), "not_a_booking"),
        (booking(service=None), "not_a_booking"),
    ],
)
def test_what_no_mail_can_be_made_of_is_told(delivery: Delivery, why: str) -> None:
    with pytest.raises(Unsendable, match=f"^{why}$"):
        compose(delivery, MailLook(ACME, SENDER))


def test_what_is_not_known_is_left_out() -> None:
    mail = arrived(booking(name="", phone="", address="", service={"id": "x", "name": "X"}))
    assert body(mail, "plain").startswith("Hello,\n")
    assert all(f"{label}:" not in body(mail, "plain") for label in ("Name", "Phone", "Address", "Price"))
    assert mail["To"] == "ann@example.com"
