"""What a revision holds, and what the work tree holds beside it, whatever the files are called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.errors import Failure
from reconciler.repo.repository import Repository
from tests.support import repositories

HOSTILE = [
    "incidents/two\nlines.yaml",
    'incidents/"quoted".yaml',
    "incidents/it's.yaml",
    "incidents/-dash.yaml",
    "incidents/--upload-pack=touch hacked.yaml",
    "incidents/tab\there.yaml",
    "incidents/*.yaml",
    "incidents/:(top)x.yaml",
    "incidents/back\\slash.yaml",
    "incidents/ünïcödé 🦏.yaml",
    "incidents/$(touch hacked).yaml",
    "incidents/ .yaml",
]


def test_files_of_a_revision_are_listed_with_their_blobs_and_read(tmp_path: Path) -> None:
    here = repositories.alone(
        tmp_path, {"incidents/2026/11/a.yaml": "title: A\n", "incidents/b.yaml": "title: B\n", "else.txt": ""}
    )
    repo = Repository.open(here.folder)
    files = repo.files("HEAD")
    assert set(files) == {"incidents/2026/11/a.yaml", "incidents/b.yaml"}
    assert repo.blobs(files.values()) == {
        files["incidents/2026/11/a.yaml"]: b"title: A\n",
        files["incidents/b.yaml"]: b"title: B\n",
    }
    assert repo.read("HEAD", "incidents/b.yaml") == b"title: B\n"
    assert set(repo.files("HEAD", "")) == {"else.txt", *files}


def test_what_is_not_there_is_empty_and_none(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path, {"incidents/a.yaml": "title: A\n"})
    repo = Repository.open(here.folder)
    assert repo.files("HEAD", "nothing") == {}
    for path in ("nothing", "incidents", "incidents/", "../outside", "", "incidents/*.yaml"):
        assert repo.read("HEAD", path) is None, path
    assert repo.resolve("nothing") is None
    assert repo.resolve("--all") is None
    assert repo.resolve("HEAD") == here.head


def test_a_revision_is_read_as_it_was_and_not_as_the_work_tree_is(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path, {"incidents/a.yaml": "old"})
    first = here.head
    here.commit({"incidents/a.yaml": "new"})
    here.write({"incidents/a.yaml": "newest"})
    repo = Repository.open(here.folder)
    assert repo.read(first, "incidents/a.yaml") == b"old"
    assert repo.read("main", "incidents/a.yaml") == b"new"


def test_hostile_names_are_names(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path, {name: f"content of {name}" for name in HOSTILE})
    repo = Repository.open(here.folder)
    files = repo.files("HEAD")
    assert sorted(files) == sorted(HOSTILE)
    for name in HOSTILE:
        assert repo.read("HEAD", name) == f"content of {name}".encode()
    here.write(dict.fromkeys(HOSTILE, "edited"))
    assert sorted(repo.dirty()) == sorted(HOSTILE)
    assert repo.edits().files == dict.fromkeys(HOSTILE, b"edited")
    assert not (tmp_path / "hacked").exists()


def test_a_name_that_is_not_utf8_comes_back_as_it_went(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path, {"incidents/a.yaml": "A"})
    odd = os.fsdecode(b"incidents/caf\xe9.yaml")
    (here.folder / odd).write_bytes(b"odd")
    here.git("add", ".")
    here.commit_index("Odd")
    repo = Repository.open(here.folder)
    assert odd in repo.files("HEAD")
    assert repo.read("HEAD", odd) == b"odd"


def test_links_and_submodules_are_listed_apart_and_never_followed(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path, {"incidents/a.yaml": "A", "secret.txt": "secret"})
    (here.folder / "incidents" / "link.yaml").symlink_to("../secret.txt")
    here.git("add", ".")
    here.git("update-index", "--add", "--cacheinfo", f"160000,{here.head},incidents/module")
    here.commit_index("Strange things")
    repo = Repository.open(here.folder)
    found = repo.listing("HEAD")
    assert set(found.files) == {"incidents/a.yaml"}
    assert found.others == {"incidents/link.yaml": "symbolic link", "incidents/module": "submodule"}
    assert repo.read("HEAD", "incidents/link.yaml") is None


def test_edits_are_what_is_not_committed_yet(tmp_path: Path) -> None:
    names = ("changed", "staged", "removed", "same")
    here = repositories.alone(tmp_path, {f"incidents/{name}.yaml": name for name in names})
    here.write({"incidents/changed.yaml": "x", "incidents/new.yaml": "y", "elsewhere.txt": "z"})
    here.write({"incidents/staged.yaml": "staged now", "incidents/removed.yaml": None})
    here.git("add", "incidents/staged.yaml")
    (here.folder / "incidents" / "link.yaml").symlink_to("/etc/hostname")
    repo = Repository.open(here.folder)
    edits = repo.edits()
    assert edits.files == {
        "incidents/changed.yaml": b"x",
        "incidents/new.yaml": b"y",
        "incidents/staged.yaml": b"staged now",
        "incidents/removed.yaml": None,
    }
    assert edits.others == {"incidents/link.yaml": "symbolic link"}
    assert sorted(repo.dirty("")) == sorted({*edits.files, *edits.others, "elsewhere.txt"})


def test_a_clean_work_tree_has_no_edits(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path, {"incidents/a.yaml": "A"})
    assert Repository.open(here.folder).edits().files == {}


def test_a_missing_blob_is_told_and_names_the_check(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path, {"incidents/a.yaml": "A"})
    with pytest.raises(Failure, match="does not have the content") as caught:
        Repository.open(here.folder).blobs(["1" * 40])
    assert "git fsck" in caught.value.next


def test_blobs_of_every_shape_come_back_byte_for_byte(tmp_path: Path) -> None:
    contents = [b"", b"\n", b"\n\n", b"\0\xff binary", b"no line end", b"two\r\nlines\r\n", b"x" * 300_000]
    paths = [f"incidents/{number}.yaml" for number in range(len(contents))]
    here = repositories.alone(tmp_path, dict(zip(paths, contents, strict=True)))
    repo = Repository.open(here.folder)
    files = repo.files("HEAD")
    read = repo.blobs(files.values())
    assert [read[files[path]] for path in paths] == contents
