"""docs/adding-words.md, done in a copy: a class of words is data alone."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAR = """
import sys
from datetime import datetime
from agent.nlu.acts.recognition import recognise_acts
from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
for said in sys.argv[1:]:
    print([act.rule for act in recognise_acts(Utterance(said), Context(now=datetime(2026, 3, 2)))])
"""


def test_a_class_of_words_is_a_list_and_a_frame(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "agent", tmp_path / "agent", ignore=shutil.ignore_patterns("__pycache__"))
    words, frames = tmp_path / "agent/languages/zh/acts.toml", tmp_path / "agent/nlu/acts/frames.toml"
    words.write_text(words.read_text("utf-8").replace("[words]\n", '[words]\nsailing = ["扬帆{远航|起航}"]\n', 1), "utf-8")
    frame = '  { act = "goodbye", rule = "sailing", needs = ["sailing"] },\n'
    frames.write_text(frames.read_text("utf-8").replace("frames = [\n", f"frames = [\n{frame}", 1), "utf-8")
    said = ("扬帆远航", "扬帆起航", "我家在扬帆路")
    done = subprocess.run(
        [sys.executable, "-c", HEAR, *said], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert (done.stdout.splitlines(), done.returncode) == (["['sailing']", "['sailing']", "[]"], 0), done.stderr
