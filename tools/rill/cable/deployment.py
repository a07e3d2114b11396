"""Puts a tree into the directory that does not run, verifies it there, then has it tried.

Whatever ends it, the board boots: until the pointer file is renamed everything that runs is
untouched, and from then on trial.py goes back by itself. The next run continues.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rill.cable.board_side import CHANGE, LIST
from rill.cable.found import Found, Refused
from rill.cable.prompt import Prompt
from rill.image import ROOTS, boards, flashed

Progress = Callable[[int], None]
_BLOCK_MARGIN = 8  # that littlefs needs to write at all
_BYTES_OF_ENTRY = 100  # of littlefs in a directory, with its name's: as measured
_AT_ONCE = 8  # names in one line to the board
_TRIAL = "trial.mpy"
_LATER = ("boot.py", "main.py")  # they need what they name; so does another board.py
TRIED = re.compile(rb"firmware (.) stays")


@dataclass(frozen=True)
class Release:
    """files: of the firmware, by their path; roots: those that lie beside the directories.
    is_of_board: its board was named, so that one is written over another board.py, too.
    """

    version: str
    files: dict[str, bytes]
    roots: dict[str, bytes]
    is_of_board: bool = False

    @property
    def id(self) -> str:
        """Of the content: what the file `whole` has in it."""
        lines = "".join(f"{name} {digest}\n" for name, digest in sorted(self.digests().items()))
        return f"{self.version} {hashlib.sha256(lines.encode()).hexdigest()[:16]}"

    def digests(self) -> dict[str, str]:
        return {name: hashlib.sha256(data).hexdigest() for name, data in self.files.items()}


@dataclass
class Plan:
    """What has to happen in `directory`. near: copied on the board, (from, to)."""

    directory: str
    is_done: bool
    remove: list[str]
    near: list[tuple[str, str]]
    far: list[str]

    def bytes_over_cable(self, release: Release) -> int:
        return sum(len(release.files[name]) for name in self.far)


def release_of(image: Path, trial: bytes, version: str, is_of_board: bool = False) -> Release:
    """What `make image` has built, and trial.py compiled."""
    files, roots = {}, {_TRIAL: trial}
    for name in flashed(image):
        (roots if name in ROOTS else files)[name] = (image / name).read_bytes()
    return Release(version, files, roots, is_of_board)


def plan(board: Prompt, found: Found, release: Release) -> Plan:
    """Compare what is there with what shall be. Raises Refused when it doesn't fit."""
    if found.board_fault and not release.is_of_board:
        raise Refused(
            f"{found.board_fault}. Which board is it? `rill deploy --board NAME` writes it anew:"
            f" {', '.join(boards())}"
        )
    digests = release.digests()
    running, other = found.running, found.target
    here = _digests_on(board, running, release) if running is not None else {}
    if running and here == digests and running == (found.place or "")[:1]:
        return Plan(running, True, [], [], [])
    there, strangers = _there(board, other, release)
    if found.is_settled:  # of before there were directories
        strangers += [name for name in _tops(release) if name in found.names]
    wanted = {name for name, digest in digests.items() if there.get(name) != digest}
    near = [name for name in sorted(wanted) if here.get(name) == digests[name]]
    prefix = f"{running}/" if running else ""
    made = Plan(
        other,
        False,
        strangers,
        [(prefix + name, f"{other}/{name}") for name in near],
        sorted(wanted - set(near)),
    )
    _check_room(found, release, there, strangers, wanted)
    return made


def carry_out(
    board: Prompt, found: Found, release: Release, made: Plan, progress: Progress
) -> list[str]:
    """Until the pointer says that the new directory is to be tried; which of the files beside the
    directories were replaced. progress: bytes of files.
    """
    top = made.directory
    board.define(CHANGE)
    if not made.is_done:
        board.exec(f"_gone({top + '/whole'!r})")  # from here on it counts for nothing
        for path in made.remove:
            board.exec(f"_gone({path!r})", timeout_s=30)
        _make_directories(board, top, release)
        for start in range(0, len(made.near), _AT_ONCE):
            some = made.near[start : start + _AT_ONCE]
            board.exec(f"for _p in {some!r}: _copy(*_p)", timeout_s=30)
            progress(sum(len(release.files[name_of(path)]) for _, path in some))
        for name in made.far:
            board.put(f"{top}/{name}", release.files[name], progress)
        _verify(board, top, release, made)
    roots, replaced = _roots(found, release), []
    later = (*_LATER, "board.py") if "board.py" in found.names else _LATER
    for name in sorted(roots, key=lambda name: name in later):
        if not made.is_done and name == _LATER[0]:
            _try(board, top, release)
        if _replace(board, name, roots[name]):
            replaced.append(name)
    return replaced


def name_of(path: str) -> str:
    """Of a file in one of the directories, its name in the release."""
    return path.partition("/")[2]


def _try(board: Prompt, top: str, release: Release) -> None:
    board.put(f"{top}/whole", release.id.encode())
    board.put("place.new", f"{top}0".encode())
    board.exec("_becomes('place')")


def _roots(found: Found, release: Release) -> dict[str, bytes]:
    """What lies beside the directories; which board it is, is its owner's."""
    is_set = release.is_of_board or "board.py" not in found.names
    return {name: data for name, data in release.roots.items() if name != "board.py" or is_set}


def _replace(board: Prompt, name: str, data: bytes) -> bool:
    """False: it was the same."""
    digest = hashlib.sha256(data).hexdigest()
    if board.hashes([name]) == [digest]:
        return False
    board.put(name + ".new", data)
    if board.hashes([name + ".new"]) != [digest]:
        raise Refused(f"{name} was not written as it was sent: run `rill deploy` again")
    board.exec(f"_becomes({name!r})")
    return True


def _make_directories(board: Prompt, top: str, release: Release) -> None:
    names = {str(parent) for name in release.files for parent in PurePosixPath(name).parents}
    folders = [top, *(f"{top}/{name}" for name in sorted(names - {"."}))]
    for start in range(0, len(folders), _AT_ONCE):
        board.exec(f"_dirs({folders[start : start + _AT_ONCE]!r})")


def _verify(board: Prompt, top: str, release: Release, made: Plan) -> None:
    """What was written; plan() has verified the others."""
    digests = release.digests()
    names = [*made.far, *(name_of(path) for _, path in made.near)]
    found = board.hashes([f"{top}/{name}" for name in names])
    wrong = [name for name, digest in zip(names, found, strict=True) if digest != digests[name]]
    if wrong:
        raise Refused(
            f"{len(wrong)} files on the flash are not what was sent, {wrong[0]} first:"
            " run `rill deploy` again; if it stays so, the flash is worn"
        )


def _digests_on(board: Prompt, top: str, release: Release) -> dict[str, str]:
    """Of the files of this release that are there with the right size."""
    prefix = f"{top}/" if top else ""
    sizes = _sizes(board, [prefix + name for name in _tops(release)])
    names = [n for n, data in release.files.items() if sizes.get(prefix + n) == len(data)]
    digests = board.hashes([prefix + name for name in names])
    return {name: digest for name, digest in zip(names, digests, strict=True) if digest}


def _there(board: Prompt, top: str, release: Release) -> tuple[dict[str, str], list[str]]:
    """(digests of what is in a directory, paths that are none of this release's)."""
    sizes = _sizes(board, [top])
    strangers = [
        path
        for path in sizes
        if (name := path.removeprefix(top + "/")) not in release.files and name != "whole"
    ]
    return _digests_on(board, top, release), strangers


def _tops(release: Release) -> list[str]:
    """What the files of a release begin with."""
    return sorted({name.partition("/")[0] for name in release.files})


def _sizes(board: Prompt, tops: list[str]) -> dict[str, int]:
    board.define(LIST)
    sizes = {}
    for top in tops:
        for line in board.exec(f"_list({top!r})", timeout_s=30).splitlines():
            size, _, path = line.partition(" ")
            sizes[path] = int(size)
    return sizes


def _blocks_of_directories(names: set[str], block: int) -> int:
    """A directory has two blocks, and two more when one of them is half full."""
    sizes: dict[PurePosixPath, int] = {}
    for name in names:
        path = PurePosixPath(name)
        for entry in (path, *path.parents[:-1]):
            sizes.setdefault(entry.parent, 0)
        sizes[path.parent] += _BYTES_OF_ENTRY
    return sum(2 * -(-max(1, size) // (block // 2)) for size in sizes.values())


def _check_room(found: Found, release: Release, there: dict, strangers: list, wanted: set) -> None:
    """Files that are there in another version give their blocks back, but only when closed."""
    block = found.block_bytes
    new = sum(-(-len(release.files[name]) // block) for name in wanted)
    old = len(strangers) + sum(1 for name in wanted if name in there)
    needed = new - old + _blocks_of_directories(wanted - set(there), block) + _BLOCK_MARGIN
    if needed > found.free_blocks:
        raise Refused(
            f"the flash is too small: {needed * block // 1024} KiB are needed beside the version"
            f" that runs, {found.free_blocks * block // 1024} of"
            f" {found.blocks * block // 1024} are free. Is there something else on it?"
            " `mpremote fs tree` shows what (docs/cable.md)"
        )
