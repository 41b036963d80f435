"""The console's files: what is served, how it is named, how long it is kept, and what it weighs."""

import gzip
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.console import _client, _shells
from api.console.assets import BEGIN, CLIENT, EARLY, ICONS, LOADED, MAIN, STYLES, assets, read
from api.console.negotiation import knows, takes_gzip
from api.console.shell import language, shells, words
from api.masking import WHY
from tests.api.services import running
from tests.house.limits import FILE_LINES

pytestmark = pytest.mark.anyio
HERE = Path(__file__).parents[2] / "api" / "console"
MOST = 120 * 1024
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
IMPORTED = re.compile(r"""(?:[\s}*]from|^import)\s*["']([^"'\n]+)["'];?""", re.MULTILINE)


def lay(root: Path, **files: str) -> Path:
    """A console of these files; "__" in a name is a folder, "_" the dot before its ending."""
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def test_whatever_changes_changes_every_address_and_nothing_else_does(tmp_path: Path) -> None:
    files = {"page__main_js": "a", "page__store__link_js": "b", "client__slotline_js": "c", "page__vendor__LICENSE_preact": "d"}
    first = read(lay(tmp_path / "1", **files))
    assert list(first.files) == ["page/main.js", "page/store/link.js", "client/slotline.js"]
    assert read(lay(tmp_path / "2", **files)) == first
    assert read(lay(tmp_path / "3", **files, page__README_md="notes")) == first
    changed = [{**files, "page__store__link_js": "B"}, {**files, "page__more_js": ""}, {k: v for k, v in files.items() if "link" not in k}]
    renamed = {**{k: v for k, v in files.items() if "link" not in k}, "page__store__line_js": "b"}
    hashes = {read(lay(tmp_path / f"{number}", **each)).hash for number, each in enumerate([*changed, renamed], 4)}
    assert len({first.hash, *hashes}) == 5
    assert first.at(f"{first.hash}/page/store/link.js") == first.files["page/store/link.js"]
    for path in (
        f"{first.hash}/page/store",
        f"{first.hash}/",
        first.hash,
        "",
        "page/main.js",
        f"{first.hash}/page//main.js",
        "0" * 16 + "/page/main.js",
    ):
        assert first.at(path) is None


def test_every_file_that_the_page_and_the_modules_name_is_served() -> None:
    """Imports are found as a browser finds them, from the place of the importing module."""
    found = assets()
    for name, asset in found.files.items():
        if not name.endswith(".js"):
            continue
        for wanted in IMPORTED.findall(COMMENT.sub("", asset.body.decode())):
            assert wanted.startswith("."), (name, wanted)
            assert posixpath.normpath(posixpath.join(posixpath.dirname(name), wanted)) in found.files, (name, wanted)
    for page, _ in shells(found).values():
        for wanted in re.findall(r'(?:src|href)="(?!#)([^"]+)"', page.body.decode()):
            assert found.at(wanted.removeprefix("console/")), wanted


def test_what_a_page_loads_asks_for_nothing_else() -> None:
    """At first sight seven files, however many they are made of."""
    for name in LOADED:
        if name.endswith(".js"):
            text = COMMENT.sub("", assets().files[name].body.decode())
            wanted = {posixpath.normpath(posixpath.join(posixpath.dirname(name), one)) for one in IMPORTED.findall(text)}
            assert wanted <= {CLIENT, BEGIN}, name


def test_the_styles_are_all_there_in_their_order() -> None:
    sheets = [
        (HERE / "page" / "styles" / f"{name}.css").read_bytes() for name in ("tokens", "base", "frame", "board", "call", "pages", "panels", "narrow")
    ]
    assert assets().files[STYLES].body == b"".join(sheets)
    assert len(sheets) == len([*(HERE / "page" / "styles").iterdir()])


def test_no_file_grows_beyond_reading() -> None:
    found = read(HERE).files
    ours = {name: asset.body.count(b"\n") for name, asset in found.items() if name.endswith(".js") and "/vendor/" not in name}
    assert {name: lines for name, lines in ours.items() if lines > FILE_LINES["api"]} == {}


def test_the_whole_of_it_is_light() -> None:
    heaviest = max(len(page.packed) for page, _ in _shells().values())
    assert assets().weight + heaviest + len(_client().body) < MOST


def test_what_runs_is_no_text_of_anybody() -> None:
    for name, asset in read(HERE).files.items():
        text = asset.body.decode("utf-8", "replace")
        if name.endswith(".js") and "/vendor/" not in name:
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.cssText", text), name
    for page, _ in _shells().values():
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|https?:", page.body.decode())


def test_the_frame_says_in_each_language_what_the_page_says() -> None:
    names = [set(said) for said in words().values()]
    assert all(each == names[0] for each in names)
    for language_, said in words().items():
        if (dictionary := HERE / "page" / "i18n" / f"{language_}.js").exists():
            text = dictionary.read_text("utf-8")
            for name in ("open", "waiting", "longest", "booked_today"):
                assert f'"{name}": "{said[name]}"' in text, (language_, name)


def test_every_reason_of_the_service_has_words_in_each_language() -> None:
    for language_ in words():
        text = (HERE / "page" / "i18n" / f"{language_}.js").read_text("utf-8")
        assert [reason for reason in WHY if f'"why.{reason}": "' not in text] == []


@pytest.mark.parametrize(
    ("wanted", "accepted", "got"),
    [
        ("", "", "en"),
        ("zh", "en", "zh"),
        ("zh-CN", "", "zh"),
        ("fr", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "fr-CH, fr;q=0.9, en;q=0.8, zh;q=0.7, *;q=0.5", "en"),
        ("", "zh;q=0, en;q=0.1", "en"),
        ("", "ZH-tw", "zh"),
        ("", "de, zh;q=0.2", "zh"),
        ("", "en;q=nan, zh;q=0.1", "zh"),
        ("", "zh;q=7", "en"),
        ("", "zh;q=0.5;level=1, en; q=0.6", "en"),
        ("<script>", ";;;,,,=", "en"),
    ],
)
def test_the_reader_s_language(wanted: str, accepted: str, got: str) -> None:
    assert language(wanted, accepted) == got


@pytest.mark.parametrize(
    ("header", "taken"),
    [("", False), ("gzip", True), ("br, GZIP;q=0.5", True), ("gzip;q=0", False), ("*", True), ("*, gzip;q=0", False), ("identity", False)],
)
def test_gzip_where_it_is_taken(header: str, taken: bool) -> None:
    assert takes_gzip(header) is taken


def test_what_a_reader_says_to_have() -> None:
    assert knows('"a"', "a")
    assert knows('W/"b", "a"', "a")
    assert knows("*", "a")
    assert not knows("", "a")
    assert not knows('"a-gzip"', "a")


def _paths() -> Iterator[str]:
    yield "/console/client.js"
    yield from (f"/console/{assets().hash}/{name}" for name in assets().files)


async def test_files_are_kept_for_good_and_the_shell_is_asked_for_again() -> None:
    async with running(tokens="a-supervisors-token-000001:supervisor") as caller:
        for path in _paths():
            plain = await caller.http.get(path, headers={"Accept-Encoding": "identity"})
            packed = await caller.http.get(path, headers={"Accept-Encoding": "gzip"})
            assert plain.status_code == packed.status_code == 200
            assert plain.content == packed.content
            assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
            assert "content-encoding" not in plain.headers
            stays = "no-cache" if path.endswith("client.js") else "public, max-age=31536000, immutable"
            assert plain.headers["cache-control"] == stays
            if path.endswith(".js"):
                assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
            await _known(caller.http, path, plain, packed)
        for prefix in ("/", "/api/"):
            page = await caller.http.get(prefix)
            assert page.headers["cache-control"] == "no-cache"


async def _known(http: httpx.AsyncClient, path: str, plain: httpx.Response, packed: httpx.Response) -> None:
    if packed.headers.get("content-encoding") == "gzip":
        assert packed.headers["etag"] != plain.headers["etag"]
    for answer, encoding in ((plain, "identity"), (packed, "gzip")):
        again = await http.get(path, headers={"Accept-Encoding": encoding, "If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == answer.headers["etag"]
    other = await http.get(path, headers={"Accept-Encoding": "identity", "If-None-Match": '"another"'})
    assert other.status_code == 200


async def test_the_client_at_the_stable_address_is_the_module_of_today() -> None:
    async with running() as caller:
        text = (await caller.http.get("/console/client.js")).text
        [address] = re.findall(r'^export \* from "\./([0-9a-f]{16}/client/slotline\.js)";\n$', text)
        module = await caller.http.get(f"/console/{address}")
    assert module.text.rstrip().rpartition("\n")[2].startswith("export const { ask, prepare, service, TIMES, connect } = ")


async def test_what_a_file_of_another_release_is_asked_for_is_never_kept() -> None:
    async with running(tokens="a-supervisors-token-000001:supervisor") as caller:
        for name, given in ((MAIN, "page/renew.js"), (BEGIN, "page/renew.js"), ("client/slotline.js", "client/slotline.js")):
            answer = await caller.http.get(f"/console/{'0' * 16}/{name}")
            assert (answer.status_code, answer.content) == (200, assets().files[given].body)
            assert answer.headers["cache-control"] == "no-store"
        for path in (f"{'0' * 16}/page/page.css", f"{'0' * 16}/client/worker.js", f"{'0' * 15}/page/main.js", f"{'g' * 16}/page/main.js"):
            assert (await caller.http.get(f"/console/{path}")).status_code == 401


async def test_the_shell_is_whole_in_the_reader_s_language_and_under_a_strict_policy() -> None:
    async with running() as caller:
        english = await caller.http.get("/", headers={"Accept-Language": "en-GB"})
        chinese = await caller.http.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
        asked = await caller.http.get("/?lang=zh", headers={"Accept-Language": "en"})
    assert '<html lang="en">' in english.text
    assert '<html lang="zh-CN">' in chinese.text
    assert (chinese.content, chinese.headers["content-language"]) == (asked.content, "zh")
    assert english.headers["vary"] == "Accept-Encoding, Accept-Language"
    assert english.headers["etag"] != chinese.headers["etag"]
    assert "booked today" in english.text
    policy = english.headers["content-security-policy"]
    assert "unsafe" not in policy
    for one in ("default-src 'none'", "script-src 'self'", "worker-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"):
        assert one in policy
    named = re.findall(r'(?:src|href)="(console/[^"]+)"', english.text)
    assert named == [f"console/{assets().hash}/{name}" for name in (ICONS[0], EARLY, STYLES, CLIENT, BEGIN, MAIN)]


def test_it_is_compressed_the_same_everywhere() -> None:
    for asset in assets().files.values():
        if asset.packed:
            assert gzip.decompress(asset.packed) == asset.body
            assert asset.packed[4:8] == b"\0\0\0\0", "no time of making in it"
