"""The spool: records on disk, whole and in order, whatever happened to the process that wrote them."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from switchgear.core.calls import CallRecord
from switchgear.store import spool as module
from switchgear.store.spool import FOLDER, Spool, SpoolFull

Make = Callable[..., CallRecord]
MUCH = 1 << 30


def drained(spool: Spool, at_once: int = 7) -> list[CallRecord]:
    """Everything in the spool, taken out piece by piece."""
    found: list[CallRecord] = []
    while spool.size:
        piece = spool.first(at_once)
        found += piece.records
        spool.given_back(piece)
    return found


def files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / FOLDER).rglob("*") if path.is_file())


def left_by_another(folder: Path, records: list[CallRecord]) -> list[Path]:
    """The files of a process that wrote ``records`` and is gone."""
    spool = Spool(folder, MUCH)
    for record in records:
        spool.append([record], durable=True)
    spool.close()
    return files(folder)


@pytest.mark.parametrize("durable", [True, False])
def test_records_come_back_whole_and_in_order(tmp_path: Path, record: Make, durable: bool) -> None:
    spool = Spool(tmp_path, MUCH)
    made = [record(model=f"m{number}", trace="é\0") for number in range(50)]
    for number in range(0, 50, 10):
        spool.append(made[number : number + 10], durable=durable)
    assert (spool.records, spool.size) == (50, sum(path.stat().st_size for path in files(tmp_path)))
    assert drained(spool) == made
    assert (spool.records, spool.size, files(tmp_path)) == (0, 0, [])


def test_segments_rotate_and_are_removed_as_they_are_given_back(tmp_path: Path, record: Make) -> None:
    spool = Spool(tmp_path, MUCH, segment=1000)
    made = [record() for _ in range(40)]
    for one in made:
        spool.append([one], durable=False)
    count = len(files(tmp_path))
    assert count > 5
    piece = spool.first(40)
    assert 0 < len(piece.records) < 40
    spool.given_back(piece)
    assert len(files(tmp_path)) == count - 1
    assert piece.records + drained(spool) == made


def test_what_is_written_while_it_is_read_comes_last(tmp_path: Path, record: Make) -> None:
    spool = Spool(tmp_path, MUCH)
    first, later = [record() for _ in range(3)], [record() for _ in range(3)]
    spool.append(first, durable=True)
    piece = spool.first(2)
    spool.append(later, durable=True)
    spool.given_back(piece)
    assert piece.records + drained(spool) == first + later


def test_a_piece_comes_again_until_it_is_given_back(tmp_path: Path, record: Make) -> None:
    spool = Spool(tmp_path, MUCH)
    spool.append([record() for _ in range(5)], durable=True)
    assert spool.first(3) == spool.first(3)
    assert spool.records == 5


def test_the_bound_refuses_what_is_new_and_keeps_what_is_there(tmp_path: Path, record: Make) -> None:
    spool = Spool(tmp_path, 1500)
    kept = [record()]
    spool.append(kept, durable=True)
    with pytest.raises(SpoolFull):
        spool.append([record() for _ in range(10)], durable=True)
    assert 0 < spool.size <= 1500
    assert drained(spool) == kept
    spool.append([record()], durable=True)


def test_only_its_owner_can_read_it(tmp_path: Path, record: Make) -> None:
    spool = Spool(tmp_path, MUCH)
    spool.append([record()], durable=True)
    (path,) = files(tmp_path)
    assert [one.stat().st_mode & 0o777 for one in (path, path.parent)] == [0o600, 0o700]


# ---------------------------------------------------------------- another process's


def test_what_a_process_left_is_taken_over_oldest_first(tmp_path: Path, record: Make) -> None:
    first, second = [record() for _ in range(3)], [record() for _ in range(3)]
    left_by_another(tmp_path, first)
    left_by_another(tmp_path, second)
    spool = Spool(tmp_path, MUCH)
    assert spool.adopt() == 6
    spool.append(own := [record()], durable=True)
    assert drained(spool) == first + second + own
    spool.close()
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_what_belongs_to_a_process_that_lives_is_left_alone(tmp_path: Path, record: Make) -> None:
    living, other = Spool(tmp_path, MUCH), Spool(tmp_path, MUCH)
    living.append([record()], durable=True)
    assert other.adopt() == 0
    living.close()
    assert other.adopt() == 1
    assert other.adopt() == 0


def test_an_empty_data_folder_has_nothing_to_take_over(tmp_path: Path) -> None:
    assert Spool(tmp_path, MUCH).adopt() == 0


# ---------------------------------------------------------------- damage


@pytest.mark.parametrize("cut", [1, 5, 13, 40])
def test_a_torn_last_record_is_dropped_and_nothing_else(tmp_path: Path, record: Make, cut: int) -> None:
    made = [record() for _ in range(4)]
    (path,) = left_by_another(tmp_path, made)
    os.truncate(path, path.stat().st_size - cut)
    spool = Spool(tmp_path, MUCH)
    assert spool.adopt() == 3
    assert drained(spool) == made[:3]


def test_every_length_of_a_torn_file_is_read(tmp_path: Path, record: Make) -> None:
    made = [record() for _ in range(3)]
    (path,) = left_by_another(tmp_path, made)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        segment = module._Segment.found(path)
        assert segment.first(9).records == made[: segment.count]
        assert segment.count == length * 3 // len(whole)


def test_damage_in_the_middle_costs_the_damaged_record_alone(tmp_path: Path, record: Make) -> None:
    made = [record() for _ in range(5)]
    (path,) = left_by_another(tmp_path, made)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    spool = Spool(tmp_path, MUCH)
    assert spool.adopt() == 4
    assert drained(spool) == made[:2] + made[3:]


def test_a_record_of_another_form_is_told_of_and_passed_over(tmp_path: Path, record: Make) -> None:
    made = [record() for _ in range(2)]
    (path,) = left_by_another(tmp_path, made)
    path.write_bytes(module._framed(b"\x93\x01\x02\x03") + path.read_bytes())
    spool = Spool(tmp_path, MUCH)
    assert spool.adopt() == 3
    piece = spool.first(9)
    assert (piece.records, piece.unreadable) == (made, 1)
    spool.given_back(piece)
    assert (spool.records, spool.size) == (0, 0)


def test_a_file_of_nothing_but_damage_is_removed(tmp_path: Path, record: Make) -> None:
    (path,) = left_by_another(tmp_path, [record()])
    path.write_bytes(b"\xf5\xd6SR" * 20)
    spool = Spool(tmp_path, MUCH)
    assert spool.adopt() == 0
    assert drained(spool) == []
    assert files(tmp_path) == []


def test_a_disk_that_fills_up_in_the_middle_of_a_record_leaves_the_rest_whole(
    tmp_path: Path, record: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, MUCH)
    first, refused, later = [record()], [record()], [record()]
    spool.append(first, durable=True)
    real = os.write
    room = [30]

    def write(file: int, data: bytes) -> int:
        if room[0] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        count = real(file, bytes(data)[: room[0]])
        room[0] -= count
        return count

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        with pytest.raises(OSError, match="No space left"):
            spool.append(refused, durable=True)
    spool.append(later, durable=True)
    assert drained(spool) == first + later


KILLED = """
import sys
from pathlib import Path
from switchgear.core.calls import CallRecord, Usage
from switchgear.store.spool import Spool
spool = Spool(Path(sys.argv[1]), 1 << 30, segment=4096)
for number in range(10**9):
    spool.append([CallRecord(f"req_{number:09}", number, "k", "chat", "m", "p", "d", False, "ok", 200, "", Usage(), 1, 1.0, None)],
                 durable=True)
    print(number, flush=True)
"""


def test_kill_9_loses_nothing_that_was_said_to_be_on_disk(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= 100:
            break
    child.send_signal(signal.SIGKILL)
    said = int((line + child.stdout.read()).split()[-1])
    child.wait()
    child.stdout.close()
    spool = Spool(tmp_path, MUCH)
    spool.adopt()
    numbers = [one.at for one in drained(spool)]
    assert numbers == list(range(len(numbers)))
    assert said + 1 <= len(numbers) <= said + 2


def test_a_file_that_cannot_be_read_is_set_aside_and_the_others_come(tmp_path: Path, record: Make) -> None:
    made = [record() for _ in range(4)]
    spool = Spool(tmp_path, MUCH, segment=1)
    for one in made:
        spool.append([one], durable=False)
    first = files(tmp_path)[0]
    first.unlink()
    first.mkdir()
    with pytest.raises(OSError, match="not a regular file"):
        spool.first(9)
    assert spool.set_aside() == 1
    assert drained(spool) == made[1:]
    spool.close()
    assert Spool(tmp_path, MUCH).adopt() == 0


def _link(path: Path) -> None:
    path.symlink_to("nowhere")


def _unreadable(path: Path) -> None:
    path.write_bytes(b"x")
    path.chmod(0)


@pytest.mark.parametrize("put", [_link, os.mkfifo, Path.mkdir, _unreadable])
def test_what_is_no_readable_file_is_set_aside_and_the_others_are_taken_over(
    tmp_path: Path, record: Make, put: Callable[[Path], None]
) -> None:
    if put is _unreadable and os.geteuid() == 0:
        pytest.skip("The superuser reads every file.")
    made = [[record()], [record() for _ in range(3)], [record() for _ in range(2)]]
    folders = [left_by_another(tmp_path, some)[-1].parent for some in made]
    put(folders[1] / "00000000")
    spool = Spool(tmp_path, MUCH)
    assert spool.adopt() == 6
    (told,) = spool.passed_over
    assert str(folders[1] / "00000000") in told
    assert drained(spool) == [one for some in made for one in some]
    spool.close()
    assert [path.name for path in folders[1].iterdir()] == ["00000000.unreadable"]
    again = Spool(tmp_path, MUCH)
    assert (again.adopt(), again.passed_over) == (0, [])
    again.close()


def test_garbage_costs_itself_alone(tmp_path: Path, record: Make) -> None:
    made = [record() for _ in range(3)]
    (path,) = left_by_another(tmp_path, made)
    path.with_name("00000000").write_bytes(os.urandom(5000))
    path.with_name("0").write_bytes(b"")
    spool = Spool(tmp_path, MUCH)
    assert spool.adopt() == 3
    assert drained(spool) == made


def test_a_folder_that_is_a_link_is_passed_over(tmp_path: Path, record: Make) -> None:
    (path,) = left_by_another(tmp_path, [record()])
    elsewhere = tmp_path / "elsewhere"
    path.parent.rename(elsewhere)
    (tmp_path / FOLDER / "0000-link").symlink_to(elsewhere)
    made = [record()]
    left_by_another(tmp_path, made)
    spool = Spool(tmp_path, MUCH)
    assert spool.adopt() == 1
    assert len(spool.passed_over) == 1
    assert drained(spool) == made
