"""Pictures to train on: found wherever they lie, held out by a rule that never changes, and none fatal."""

from __future__ import annotations

import gzip
import os
import struct
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from core.errors import OutputError
from training import datasets
from training.datasets import DataError, Dataset, load_pictures, pack_pictures
from training.picture_bank import PictureBank


def png(height: int, width: int, red: int = 0) -> bytes:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 2] = red  # OpenCV's order
    return cv2.imencode(".png", pixels)[1].tobytes()


def put(root: Path, name: str, content: bytes) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(content)


def reds(bank: PictureBank) -> list[int]:
    """What tells the pictures of these tests apart."""
    return [int(bank.picture(index)[0, 0, 0]) for index in range(len(bank))]


def sizes(bank: PictureBank) -> list[tuple[int, int]]:
    return list(zip(bank.heights.tolist(), bank.widths.tolist(), strict=True))


def same(one: Dataset, other: Dataset) -> bool:
    banks = ((one.train, other.train), (one.held_out, other.held_out))
    return all(torch.equal(a.packed, b.packed) and sizes(a) == sizes(b) for a, b in banks)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "pictures.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("train/b.png", png(40, 60, 1))
        file.writestr("train/a.PNG", png(400, 200, 2))
        file.writestr("train/broken.jpg", b"no picture")
        file.writestr("train/notes.txt", b"not one either")
        file.writestr("__MACOSX/train/._a.png", b"what a Mac leaves beside a file")
        file.writestr("train/folder.png/", b"")
        file.writestr("val/c.png", png(32, 32, 3))
    return path


def test_a_zip_is_read_in_the_order_of_names(archive: Path) -> None:
    dataset = load_pictures([archive], short_side=100)

    assert sizes(dataset.train) == [(200, 100), (40, 60)]
    assert reds(dataset.train) == [2, 1]
    assert sizes(dataset.held_out) == [(32, 32)]


def test_one_broken_picture_among_many_is_left_out_and_named(archive: Path) -> None:
    (skipped,) = load_pictures([archive]).skipped

    assert skipped.startswith(f"{archive}/train/broken.jpg: it is no picture")


def test_a_folder_reads_as_a_zip_does(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        file.extractall(tmp_path / "folder")

    assert same(load_pictures([tmp_path / "folder"]), load_pictures([archive]))


def test_one_thread_reads_what_many_do(archive: Path) -> None:
    assert same(load_pictures([archive], threads=1), load_pictures([archive], threads=4))


def test_damaged_and_encrypted_members_of_a_zip_are_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name in ("train/a.png", "train/damaged.png", "train/locked.png", "val/b.png"):
            file.writestr(name, png(9, 9))
    content = bytearray(path.read_bytes())
    content[content.index(b"damaged.png") + 60] ^= 1  # its checksum no longer holds
    content[content.rindex(b"train/locked.png") - 46 + 8] |= 1  # the flag of encryption, in the directory
    path.write_bytes(content)

    dataset = load_pictures([path])

    assert (len(dataset.train), len(dataset.held_out)) == (1, 1)
    assert [one.split(": ")[0] for one in dataset.skipped] == [f"{path}/train/{n}.png" for n in ("damaged", "locked")]


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.picture_sources.MAX_FILE_BYTES", 1000)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("train/bomb.png", bytes(1_000_000))
        file.writestr("train/a.png", png(9, 9))
        file.writestr("val/b.png", png(9, 9))
    unpacked = []
    read = zipfile.ZipFile.read
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda file, one: unpacked.append(one.filename) or read(file, one))

    (skipped,) = load_pictures([path], threads=1).skipped

    assert skipped == f"{path}/train/bomb.png: it has 1000000 bytes, and 1000 are the most that is read"
    assert unpacked == ["train/a.png", "val/b.png"]


def test_a_file_too_large_and_a_link_to_nothing_are_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.picture_sources.MAX_FILE_BYTES", 1000)
    put(tmp_path, "train/a.png", png(9, 9))
    put(tmp_path, "train/large.png", bytes(1001))
    put(tmp_path, "val/b.png", png(9, 9))
    (tmp_path / "train" / "lost.png").symlink_to(tmp_path / "nowhere.png")

    skipped = load_pictures([tmp_path]).skipped

    assert "large.png: it has 1001 bytes" in skipped[0]
    assert "lost.png: it cannot be read (No such file or directory)" in skipped[1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes on this system")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    put(tmp_path, "train/a.png", png(9, 9))
    put(tmp_path, "val/b.png", png(9, 9))
    os.mkfifo(tmp_path / "train" / "pipe.png")

    (skipped,) = load_pictures([tmp_path]).skipped

    assert skipped.endswith("pipe.png: it is no file")


def test_folders_behind_links_are_searched_once_and_rings_end(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere/a.png", png(9, 9, 1))
    put(tmp_path, "set/val/b.png", png(9, 9, 2))
    (tmp_path / "set" / "train").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "ring").symlink_to(tmp_path / "elsewhere")

    dataset = load_pictures([tmp_path / "set"])

    assert (reds(dataset.train), reds(dataset.held_out)) == ([1], [2])


def test_hidden_files_and_folders_are_no_pictures(tmp_path: Path) -> None:
    for name in ("train/a.png", "train/._a.png", ".thumbnails/b.png", "val/c.png"):
        put(tmp_path, name, png(9, 9))

    assert len(load_pictures([tmp_path]).train) == 1


def test_below_train_and_val_or_test_the_folder_decides_at_any_depth(tmp_path: Path) -> None:
    for red, name in enumerate(("train/n01/a.png", "val/train/b.png", "Test/c.png", "loose.png", "x/Train/d.png")):
        put(tmp_path, name, png(8, 8, red))

    dataset = load_pictures([tmp_path])

    assert sorted(reds(dataset.held_out)) == [1, 2]
    assert sorted(reds(dataset.train)) == [0, 3, 4]


def test_where_nothing_is_held_out_a_tenth_is(tmp_path: Path) -> None:
    for index in range(60):
        put(tmp_path, f"{index:02}.png", png(8, 8, index))

    dataset = load_pictures([tmp_path])

    assert reds(dataset.held_out) == [0, 2, 4, 6, 10, 51]
    assert sorted(reds(dataset.train) + reds(dataset.held_out)) == list(range(60))


def test_a_folder_that_happens_to_be_called_train_holds_nothing_out(tmp_path: Path) -> None:
    for index in range(20):
        put(tmp_path, f"{'train' if index % 2 else 'tram'}/{index:02}.png", png(8, 8, index))

    assert len(load_pictures([tmp_path]).held_out) == 2


def test_what_is_held_out_does_not_hang_on_the_training_seed(tmp_path: Path) -> None:
    for index in range(40):
        put(tmp_path, f"{index:02}.png", png(8, 8, index))
    chosen = []
    for seed in range(3):
        torch.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002  # the global state is just what must not matter
        chosen.append(reds(load_pictures([tmp_path]).held_out))

    assert chosen[0] == chosen[1] == chosen[2]


def test_two_thousand_are_held_out_of_many(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    content = png(2, 2)
    with zipfile.ZipFile(path, "w") as file:
        for index in range(20_500):
            file.writestr(f"{index}.png", content)

    dataset = load_pictures([path])

    assert (len(dataset.train), len(dataset.held_out)) == (18_500, 2_000)


def test_of_a_large_val_folder_two_thousand_are_taken_and_none_of_the_rest_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "HELD_OUT", 5)
    for index in range(30):
        put(tmp_path, f"{'val' if index % 3 else 'train'}/{index:02}.png", png(8, 8, index))

    dataset = load_pictures([tmp_path])

    assert reds(dataset.train) == list(range(0, 30, 3))
    assert len(dataset.held_out) == 5


def test_a_limit_caps_each_path_and_split_and_a_smaller_one_takes_of_the_same(tmp_path: Path) -> None:
    for index in range(30):
        for part in ("train", "val"):
            put(tmp_path / "one", f"{part}/{index:02}.png", png(8, 8, index))
    put(tmp_path / "two", "train/a.png", png(8, 8, 100))
    put(tmp_path / "two", "test/a.png", png(8, 8, 101))
    paths = [tmp_path / "one", tmp_path / "two"]

    few, more = (load_pictures(paths, limit=limit) for limit in (4, 9))

    assert (len(few.train), len(few.held_out)) == (5, 5)
    assert set(reds(few.train)) < set(reds(more.train))
    assert reds(few.train)[-1] == 100
    assert reds(few.train)[:4] != [0, 1, 2, 3]


def idx(pictures: np.ndarray) -> bytes:
    return struct.pack(">4I", 0x0803, *pictures.shape) + pictures.tobytes()


@pytest.mark.parametrize(("ending", "pack"), [(".gz", gzip.compress), ("", bytes)])
def test_mnist_keeps_its_own_test_set_whole(
    ending: str, pack: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "HELD_OUT", 2)
    digits = np.arange(7 * 28 * 28).reshape(7, 28, 28).astype(np.uint8)
    for name, part in (("train", digits[:4]), ("t10k", digits[4:])):
        put(tmp_path, f"{name}-images-idx3-ubyte{ending}", pack(idx(part)))  # type: ignore[operator]
        put(tmp_path, f"{name}-labels-idx1-ubyte{ending}", b"not looked at")

    dataset = load_pictures([tmp_path])

    assert (len(dataset.train), len(dataset.held_out)) == (4, 3)
    assert np.array_equal(dataset.train.picture(3), digits[3][:, :, None].repeat(3, axis=2))
    assert np.array_equal(dataset.held_out.picture(0)[..., 1], digits[4])


def test_mnist_under_its_other_name_and_without_a_test_set_holds_out_a_tenth(tmp_path: Path) -> None:
    put(tmp_path, "train-images.idx3-ubyte", idx(np.zeros((20, 28, 28), np.uint8)))

    dataset = load_pictures([tmp_path], short_side=14)

    assert (len(dataset.train), len(dataset.held_out)) == (18, 2)
    assert sizes(dataset.train)[0] == (14, 14)


def test_svhn_is_read_from_its_folder_and_from_one_file(tmp_path: Path) -> None:
    io = pytest.importorskip("scipy.io")
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3, 20), np.uint8)
    io.savemat(tmp_path / "train_32x32.mat", {"X": pixels, "y": np.ones((20, 1))})
    alone = load_pictures([tmp_path / "train_32x32.mat"])
    io.savemat(tmp_path / "test_32x32.mat", {"X": pixels[..., :3], "y": np.ones((3, 1))})

    dataset = load_pictures([tmp_path])

    assert (len(dataset.train), len(dataset.held_out)) == (20, 3)
    assert np.array_equal(dataset.train.picture(7), pixels[..., 7])
    assert (len(alone.train), len(alone.held_out)) == (18, 2)


@pytest.mark.parametrize(
    ("list_name", "line"),
    [
        ("list_eval_partition.txt", "{} {}\n"),
        ("Eval/list_eval_partition.txt", "{} {}\n"),
        ("list_eval_partition.csv", "{},{}\n"),
    ],
)
def test_celeba_s_list_tells_what_is_held_out(list_name: str, line: str, tmp_path: Path) -> None:
    names = [f"{index:06}.jpg" for index in range(1, 7)]
    for index, name in enumerate(names):
        put(tmp_path, f"img_align_celeba/{name}", png(218, 178, index))
    titles = "image_id,partition\n" if list_name.endswith("csv") else ""
    content = titles + "".join(line.format(*pair) for pair in zip(names, (0, 0, 1, 2, 0, 2), strict=True))
    put(tmp_path, list_name, content.encode())

    dataset = load_pictures([tmp_path])

    assert reds(dataset.train) == [0, 1, 4]
    assert reds(dataset.held_out) == [2, 3, 5]
    assert sizes(dataset.train)[0] == (196, 160)


def test_celeba_without_its_list_is_split_at_random(tmp_path: Path) -> None:
    for index in range(20):
        put(tmp_path, f"img_align_celeba/{index:06}.jpg", png(218, 178))

    assert len(load_pictures([tmp_path]).held_out) == 2


def test_a_damaged_list_of_celeba_s_says_where(tmp_path: Path) -> None:
    put(tmp_path, "img_align_celeba/000001.jpg", png(218, 178))
    put(tmp_path, "list_eval_partition.txt", b"000001.jpg 0\n000002.jpg 3\n")

    with pytest.raises(DataError, match=r"list_eval_partition\.txt: line 2 is no file name and 0, 1 or 2"):
        load_pictures([tmp_path])


def test_imagenet_s_folders_are_read_with_its_own_validation_set(tmp_path: Path) -> None:
    for red, name in enumerate(("n01440764/n01440764_10026", "n02102040/n02102040_7490")):
        put(tmp_path, f"train/{name}.JPEG", png(300, 400, red))
    put(tmp_path, "val/ILSVRC2012_val_00000001.JPEG", png(400, 300, 2))

    dataset = load_pictures([tmp_path])

    assert (reds(dataset.train), reds(dataset.held_out)) == ([0, 1], [2])
    assert sizes(dataset.train) == [(160, 213)] * 2


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("missing", None, "there is no such file or folder; check its name"),
        ("notes.txt", b"words", "it is of no kind that is read; give a folder or zip of JPEG"),
        ("folder/notes.txt", b"words", "there are no pictures in it; give a folder or zip of JPEG"),
        ("a.zip", b"PK\5\6" + bytes(18), "there are no pictures in it"),
        ("a.zip", b"PK\1\2" + bytes(60) + b"PK\5\6" + bytes(8) + b"\xff" * 10, "of no kind that is read|damaged zip"),
        ("x" * 300, None, "no such file|File name too long"),
    ],
)
def test_nothing_to_train_on_is_one_line_that_says_what_to_do(
    name: str, content: bytes | None, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / name.split("/")[0]
    if content is not None:
        put(tmp_path, name, content)

    with pytest.raises(DataError, match=problem) as caught:
        load_pictures([path])

    assert str(caught.value).startswith(f"Cannot train on {path}: ")
    assert "\n" not in str(caught.value)


def test_an_empty_folder_is_no_less_clear(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there are no pictures in it; give a folder"):
        load_pictures([tmp_path])


def test_an_empty_split_is_told_with_what_could_not_be_read(tmp_path: Path) -> None:
    put(tmp_path / "one", "a.png", png(8, 8))
    put(tmp_path / "only val", "val/a.png", png(8, 8))
    put(tmp_path / "broken", "train/a.png", b"")
    put(tmp_path / "broken", "val/a.png", png(8, 8))

    with pytest.raises(DataError, match="no pictures to hold out; give more"):
        load_pictures([tmp_path / "one"])
    with pytest.raises(DataError, match="no pictures to train on; give more"):
        load_pictures([tmp_path / "only val"])
    with pytest.raises(DataError, match=r"no pictures to train on \(1 cannot be read, the first is .*broken/train/a.p"):
        load_pictures([tmp_path / "broken"])


def test_numbers_below_one_and_no_path_are_refused(archive: Path) -> None:
    for paths, numbers in (([], {}), ([archive], {"short_side": 0}), ([archive], {"limit": 0})):
        with pytest.raises(ValueError, match="give paths, and numbers above 0"):
            load_pictures(paths, **numbers)


def test_packed_pictures_load_as_they_were(archive: Path, tmp_path: Path) -> None:
    packed = pack_pictures([archive], tmp_path / "a.safetensors", short_side=100)

    loaded = load_pictures([tmp_path / "a.safetensors"])

    assert len(packed.skipped) == 1
    assert loaded.skipped == ()
    assert same(loaded, packed)
    assert same(loaded, load_pictures([archive], short_side=100))


def test_packed_pictures_are_shrunk_limited_and_mixed_as_others_are(archive: Path, tmp_path: Path) -> None:
    cache = tmp_path / "a.safetensors"
    pack_pictures([archive], cache, short_side=100)

    assert sizes(load_pictures([cache], short_side=50).train) == [(100, 50), (40, 60)]
    assert len(load_pictures([cache], limit=1).train) == 1
    assert reds(load_pictures([cache, archive]).train) == [2, 1, 2, 1]


def test_a_pack_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        pack_pictures([tmp_path / "missing"], tmp_path / "a.safetensors")

    assert list(tmp_path.iterdir()) == []


def test_a_pack_under_another_suffix_or_into_no_folder_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"end the name in \.safetensors"):
        pack_pictures([archive], tmp_path / "a.zip")
    with pytest.raises(OutputError, match="create the folder"):
        pack_pictures([archive], tmp_path / "nowhere" / "a.safetensors")
    assert zipfile.is_zipfile(archive)


def test_a_damaged_cache_is_no_dataset(tmp_path: Path) -> None:
    put(tmp_path, "a.safetensors", b"noise")

    with pytest.raises(DataError, match="no packed cache, or damaged; pack the pictures again"):
        load_pictures([tmp_path / "a.safetensors"])
