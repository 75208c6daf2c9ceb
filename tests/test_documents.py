"""Every command in the documents is run, as it stands there but for how long it takes; and every link leads somewhere.

The commands of a document are run one after the other in one folder, so that what one writes is there for the next.
"""

from __future__ import annotations

import os
import re
import shlex
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import imageio.v3 as imageio
import numpy as np
import pytest
import torch

import benchmarks.command
import benchmarks.peers
import benchmarks.photographs
import benchmarks.quality
from benchmarks.photographs import Photograph
from benchmarks.quality import Setting
from core.brushes import BEZIER
from core.export.stroke_json import write_json
from core.weights import save_actor
from main import main
from tests.core.rasteriser.test_tiles import painting
from tests.core.test_published_networks import FCN, ResNet
from training.actors import new_actor

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

PROGRAMS = ("python", "torchrun", "strokewise", "ruff", "mypy", "ray", "pip", "pyinstaller", "pyside6-lupdate",
            "pyside6-lrelease", "xvfb-run")  # fmt: skip

ELSEWHERE = {
    "python -m pip install": ".ci/run",
    "ruff check": ".ci/run",
    "python -m pytest": ".ci/run",
    "pyside6-l": "tests/painter_gui/test_translations.py",
    "torchrun": "tests/training/test_distributed.py",
    "ray start": "tests/core/test_cluster.py",
    "python main.py paint photos -o painted --cluster": "tests/core/test_cluster.py",
    "python main.py paint clip.mp4 -o painted.mp4 --cluster": "tests/core/test_cluster.py",
    "pyinstaller": "packaging/strokewise.spec",
    "strokewise": ".ci/stranger.py",
    "python main.py bench cluster": "tests/benchmarks/test_cluster_speed.py",
    "python main.py bench gui": "tests/benchmarks/test_gui_speed.py",
}
"""What is not run here, and where it is."""

TRAINED_SMALL = "--width 0.125 --canvas 32 --batch 4 --envs 8 --replay 16 --scores 1 --updates 2"
SHORTER: dict[str, list[tuple[str, str]]] = {
    # A pattern of a command: what is replaced in it by what, and with nothing to replace what is added.
    r"train painter(?!.* --resume)": [
        (r"--(minutes|batch|envs|replay|critic-batch|width|canvas|scores) \S+", ""), ("", TRAINED_SMALL),
    ],
    r"train renderer": [(r"--minutes \S+", "--updates 1 --batch 2")],
    r"experiment": [(r"--minutes \S+", TRAINED_SMALL)],
    r"train bundle": [("", "--into bundled")],
    r"ellipse": [("ellipse", "circle")],  # which the reader of this has just made
    r"bezier-actor\.safetensors .*--learning-rate": [(r"--init \S+", "--init small/bezier-actor.safetensors")],
    r"coverage run": [(r"tests/core .*", "tests/core/test_geometry.py")],
    r"bench train": [("", "--batch 2 --envs 4 --width 0.0625 --repeats 1")],
    r"bench paint": [("", "--strokes 20 --repeats 1 --photo photo.jpg")],
    r"bench actor": [("", "--batch 1")],
    r"bench scaling": [("", "--most-strokes 1000 --largest 512 --photo photo.jpg")],
    r"bench edit": [("", "--strokes 50 --side 64 --edits 2 --photo photo.jpg")],
    r"bench timeline": [("", "--strokes 50 --side 64 --jumps 2 --photo photo.jpg")],
    r"bench raster": [("", "--strokes 50 --side 64 --repeats 1 --photo photo.jpg")],
    r"bench peers": [("", "--strokes 10 --stroke-type bezier")],
    r"bench types": [("", "--shown photo.jpg")],
    r"tests\.fuzz\.(run|guided)": [(r"\d+", "3")],
    r"--divide 8 --max-step 200|--strokes (1200|1500)|--size 4000": [
        ("--max-step 200", "--max-step 2"), (r"--strokes \d+", "--strokes 30"), ("4000", "400"),
    ],
    r"--max_step=100": [("100", "4")],
}  # fmt: skip


def commands(document: Path) -> list[str]:
    """The commands in a document's blocks, and those within lines that have all they need."""
    text = document.read_text(encoding="utf-8").replace("\\\n", " ")
    blocks = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    inline = [each.replace("\n", " ") for each in re.findall(r"`(python main\.py (?:[^`]|\n)+)`", text)]
    found = []
    for line in [*blocks, *inline]:
        words = re.sub(r"\s+# .*", "", re.sub(r"\s+\[--.*", "", line)).strip()
        named = re.fullmatch(r"python main\.py (paint|train|PHOTO)", words)  # not run, but spoken of
        if words.split(" ", 1)[0] in PROGRAMS and "..." not in words and not named:
            found.append(re.sub(r"\s+", " ", words))
    return found


def shortened(command: str) -> str:
    for pattern, replacements in SHORTER.items():
        if re.search(pattern, command):
            for old, new in replacements:
                command = f"{command} {new}" if not old else re.sub(old, new, command)
    return command


def elsewhere(command: str) -> str | None:
    return next((where for words, where in ELSEWHERE.items() if command.startswith(words)), None)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that the documents name, each as small as may be."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    torch.manual_seed(0)

    def picture(name: str, side: int = 32) -> None:
        rows, columns = np.mgrid[0:side, 0:side]
        pixels = np.stack([rows * 3, columns * 3, random.integers(0, 90) + 0 * rows], axis=-1).astype(np.uint8)
        Path(name).parent.mkdir(exist_ok=True)
        cv2.imwrite(name, pixels)

    for name in ("photo.jpg", "image.png", "photos/one.jpg", "photos/two.png"):
        picture(name, 64)
    for number in range(24):
        picture(f"many/{number}.png")
    for name in ("pictures.zip", "small-a.zip", "extra.zip"):
        with zipfile.ZipFile(name, "w") as archive:
            for each in sorted(Path("many").iterdir()):
                archive.write(each, each.name)
    mask = np.zeros((64, 64), np.uint8)
    mask[16:48, 16:48] = 255
    cv2.imwrite("mask.png", mask)
    frames = np.repeat(random.integers(0, 255, (1, 32, 32, 3), np.uint8), 3, axis=0)
    for name in ("clip.mp4", "clip.mov"):
        imageio.imwrite(name, frames, fps=10, plugin="FFMPEG", codec="libx264", macro_block_size=16)
    imageio.imwrite("clip.gif", frames, duration=100, loop=0)
    torch.save(ResNet(9, 18, 65).state_dict(), "actor.pkl")
    torch.save(FCN().state_dict(), "renderer.pkl")
    for folder in ("small", "bundled"):
        Path(folder).mkdir()
    save_actor(new_actor(BEZIER, width=0.125, side=32), Path("small/bezier-actor.safetensors"), stroke_type="bezier")
    Path("bezier-actor.safetensors").write_bytes(Path("small/bezier-actor.safetensors").read_bytes())
    for folder in ("mnist", "FOLDER"):
        Path(folder).mkdir()
        for part, count in (("train", 16), ("t10k", 8)):
            digits = random.integers(0, 255, (count, 28, 28), np.uint8)
            header = struct.pack(">IIII", 0x803, count, 28, 28)
            Path(folder, f"{part}-images-idx3-ubyte").write_bytes(header + digits.tobytes())
            labels = (np.arange(count) % 10).astype(np.uint8)
            Path(folder, f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, count) + labels.tobytes())
    write_json(painting(30), Path("cup-1.json"))
    Path("peers.csv").write_text(
        "image,program,mode,shapes,render,cpu_s,psnr_256\nsmall,primitive,combo,10,raster,5,20\n"
    )
    (tmp_path / "resources").symlink_to(ROOT / "resources")
    return tmp_path


@pytest.fixture(autouse=True)
def _small_benches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Benchmarks of fixed photographs look at one that is small, after few strokes."""
    one = [Photograph(name="small", group="samples", pixels=np.full((32, 32, 3), 90, np.uint8))]
    few = (Setting(side=64, strokes=30),)
    monkeypatch.setattr(benchmarks.photographs, "samples", lambda: one)
    monkeypatch.setattr(benchmarks.command, "_fixed_photographs", lambda _folder: one)
    monkeypatch.setattr(benchmarks.quality, "WHOLE", few)
    monkeypatch.setattr(benchmarks.peers, "SIDE", 40)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of imageio-ffmpeg's pipes
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_does_what_the_document_has_it_for(
    document: Path, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in commands(document):
        where = elsewhere(command)
        if where is not None:
            assert (ROOT / where).exists(), command
            assert all((ROOT / path).exists() for path in re.findall(r"\b(?:tests|packaging)/[\w/.]+", command)), (
                command
            )
            continue
        words = shlex.split(shortened(command))
        if words[:2] == ["python", "-m"]:
            kept = {**os.environ, "COVERAGE_FILE": str(desk / ".coverage")}
            ended = subprocess.run([sys.executable, *words[1:]], cwd=ROOT, env=kept, capture_output=True, text=True)
            assert ended.returncode == 0, (command, ended.stderr)
        else:
            assert words[:2] == ["python", "main.py"], command
            code = main(words[2:])
            assert code == 0, (command, words, capsys.readouterr().err)
            for option in ("-o", "--out", "--json", "--sheet", "--plot"):
                if option in words:
                    assert (desk / words[words.index(option) + 1]).exists(), command


def test_commands_are_found_where_they_are() -> None:
    found = {document.name: commands(document) for document in DOCUMENTS}

    assert "python main.py paint photo.jpg -o painting --strokes 800" in found["README.md"]
    assert "python main.py --help" in found["performance.md"]
    assert any("--stroke-type ellipse --minutes 30 --init" in command for command in found["stroke-types.md"])
    assert sum(map(len, found.values())) > 60


def heading_links(text: str) -> set[str]:
    """What headings are linked by, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "document", [*DOCUMENTS, ROOT / "CHANGELOG.md", ROOT / "DECISIONS.md"], ids=lambda path: path.name
)
def test_every_link_and_picture_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith("https://"):
            continue
        name, _, part = link.partition("#")
        target = document.parent / name if name else document
        assert target.exists(), link
        if part:
            assert part in heading_links(target.read_text(encoding="utf-8")), link


def test_what_is_run_elsewhere_is_named_in_some_document() -> None:
    every = [command for document in DOCUMENTS for command in commands(document)]

    def is_used(words: str) -> bool:
        return any(command.startswith(words) for command in every)

    assert [words for words in ELSEWHERE if not is_used(words)] == []
