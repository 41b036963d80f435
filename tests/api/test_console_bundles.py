"""Modules put together into one: what becomes of their imports and exports, and what is refused. That the whole runs is shown in tests/console."""

import re

import pytest

from api.console.bundling import UnfitModuleError, bundle

VENDORED = 'var a=1,b=2;function c(){return"export{no}"}export{a as one,b as two,a as first,c as default};'
APP = """/** import { nothing } from "./nowhere.js"; */
import { one, two as zwei } from "../lib/vendored.js";
import made from "../lib/made.js";
import "./effect.js";
import {
  passed,
  again,
} from "./passing.js";
export { ask } from "../client.js";
import { connect } from "../client.js";

export const here = new URL("x.svg", import.meta.url);
export async function go() { return [one, zwei, made, passed, again, connect]; }
export class Thing {}
const inside = 1;
export { inside, inside as outside };
"""
MODULES = {
    "page/app.js": APP,
    "page/effect.js": "window.seen = import.meta.url;\n",
    "page/passing.js": 'export { first as passed, one as again } from "../lib/vendored.js";\n',
    "lib/vendored.js": VENDORED,
    "lib/made.js": "export default function () { return 7; }\n",
    "client.js": "export const ask = 1;\nexport const connect = 2;\n",
}
BUNDLED = """import * as $m5 from "../client.js";
// lib/vendored.js
const $m0 = (() => {
var a=1,b=2;function c(){return"export{no}"}
return { one: a, two: b, first: a, default: c };
})();
// lib/made.js
const $m1 = (() => {
const $default = function () { return 7; }

return { default: $default };
})();
// page/effect.js
const $m2 = (() => {
window.seen = new URL("./effect.js", import.meta.url).href;

return {  };
})();
// page/passing.js
const $m3 = (() => {
const { first: $p0, one: $p1 } = $m0;

return { passed: $p0, again: $p1 };
})();
// page/app.js
const $m4 = (() => {
/** import { nothing } from "./nowhere.js"; */
const { one, two: zwei } = $m0;
const { default: made } = $m1;

const { passed, again } = $m3;
const { ask: $p0 } = $m5;
const { connect } = $m5;

const here = new URL("x.svg", import.meta.url);
async function go() { return [one, zwei, made, passed, again, connect]; }
class Thing {}
const inside = 1;


return { ask: $p0, inside, outside: inside, here, go, Thing };
})();
export const { ask, inside, outside, here, go, Thing } = $m4;
"""


def test_an_entry_and_what_it_imports_become_one_module() -> None:
    assert bundle("page/app.js", MODULES, ("client.js", "page/app.js")) == BUNDLED


@pytest.mark.parametrize(
    ("modules", "why"),
    [
        (
            {"a.js": 'import { b } from "./b.js";', "b.js": 'import "./c.js";\nexport const b = 1;', "c.js": 'import "./a.js";'},
            "a.js -> b.js -> c.js -> a.js",
        ),
        ({"a.js": 'import "./a.js";'}, "a.js -> a.js"),
        ({"a.js": 'import { b } from "./b.js";'}, "a.js imports b.js, which is not there"),
        ({"a.js": 'import { c } from "./b.js";', "b.js": "export const b = 1;"}, "a.js imports c, which b.js does not export"),
        ({"a.js": 'import { h } from "preact";'}, "only relative addresses"),
        ({"a.js": "export let changes = 1;"}, "export let changes"),
        ({"a.js": "export const [one, two] = [1, 2];"}, "export const [one"),
        ({"a.js": 'import * as all from "./b.js";', "b.js": ""}, "import * as all"),
        ({"a.js": 'export * from "./b.js";', "b.js": ""}, "export * from"),
    ],
    ids=["circle", "itself", "missing", "not exported", "bare", "let", "pattern", "all", "all passed on"],
)
def test_what_cannot_be_put_together_is_refused(modules: dict[str, str], why: str) -> None:
    with pytest.raises(UnfitModuleError, match=re.escape(why)):
        bundle("a.js", modules)
