"""Pieces of the command line, each by itself: folders that appear whole or not at all, signals, messages, tables."""

from __future__ import annotations

import errno
import os
import signal
from contextlib import nullcontext
from itertools import islice
from pathlib import Path

import click
import pytest

from sim.cli import folders
from sim.cli.failures import Session, failure
from sim.cli.folders import OccupiedError, UnwritableError, numbered, staged, vacant
from sim.cli.run import Years, mean, plain
from sim.cli.scenario import headed
from sim.cli.signals import Interrupted, Watch, watching
from sim.cli.text import paragraph, shown_width, table
from sim.core.params import ParameterError
from sim.results import FILES


def write_run(folder: Path, text: str = "new") -> None:
    folder.mkdir()
    (folder / "run.json").write_text(text)
    (folder / "report.html").write_text(text)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestStaging:
    def test_the_content_moves_to_a_new_place(self, tmp_path: Path) -> None:
        place = tmp_path / "a" / "b"
        with staged(place, tmp_path) as staging:
            write_run(staging.folder)
            assert not place.exists()
            staging.settle()
        assert names(place) == ["report.html", "run.json"]
        assert names(tmp_path / "a") == ["b"]

    def test_nothing_is_left_of_a_failure_not_even_new_parents(self, tmp_path: Path) -> None:
        with pytest.raises(RuntimeError), staged(tmp_path / "a" / "b", tmp_path) as staging:
            write_run(staging.folder)
            raise RuntimeError
        assert names(tmp_path) == []

    def test_an_empty_folder_that_exists_is_filled_and_stays_the_same_folder(self, tmp_path: Path) -> None:
        place = tmp_path / "out"
        place.mkdir()
        before = place.stat().st_ino
        with staged(place, tmp_path) as staging:
            write_run(staging.folder)
            staging.settle()
        assert names(place) == ["report.html", "run.json"]
        assert place.stat().st_ino == before

    def test_force_replaces_the_run_and_spares_the_rest(self, tmp_path: Path) -> None:
        place = tmp_path / "out"
        write_run(place, "old")
        (place / "notes.txt").write_text("mine")
        with staged(place, tmp_path) as staging:
            write_run(staging.folder)
            staging.settle()
        assert names(place) == ["notes.txt", "report.html", "run.json"]
        assert (place / "run.json").read_text() == "new"

    def test_a_swap_that_fails_puts_the_earlier_run_back(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        place = tmp_path / "out"
        write_run(place, "old")
        rename, calls = os.rename, []

        def fail_at_the_last(source: Path, target: Path) -> None:
            calls.append(source)
            if len(calls) == 4:
                raise OSError(errno.EIO, "broken", str(target))
            rename(source, target)

        monkeypatch.setattr(folders.os, "rename", fail_at_the_last)
        with pytest.raises(OSError, match="broken"), staged(place, tmp_path) as staging:
            write_run(staging.folder)
            staging.settle()
        assert names(place) == ["report.html", "run.json"]
        assert (place / "run.json").read_text() == (place / "report.html").read_text() == "old"

    def test_somebody_elses_folder_that_appeared_meanwhile_is_not_touched(self, tmp_path: Path) -> None:
        place = tmp_path / "out"
        with pytest.raises(OSError), staged(place, tmp_path) as staging:
            write_run(staging.folder)
            write_run(place, "theirs")
            staging.settle()
        assert names(tmp_path) == ["out"]
        assert (place / "run.json").read_text() == "theirs"

    def test_the_first_free_name_is_taken(self, tmp_path: Path) -> None:
        (tmp_path / "x").mkdir()
        for expected in ("x-2", "x-3"):
            with staged(None, tmp_path) as staging:
                write_run(staging.folder)
                assert staging.settle_as(numbered("x"), tmp_path) == tmp_path / expected
        assert list(islice(numbered("x"), 3)) == ["x", "x-2", "x-3"]
        assert names(tmp_path) == ["x", "x-2", "x-3"]

    def test_a_place_below_a_file_is_unwritable(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(UnwritableError, match="cannot write there"), staged(tmp_path / "file" / "x", tmp_path):
            pass

    def test_what_may_be_replaced_is_what_a_run_writes(self) -> None:
        assert set(folders.OURS) == {*FILES, "report.html"}
        assert folders.OURS[0] == "run.json"

    @pytest.mark.parametrize("force", [False, True])
    def test_what_is_vacant(self, tmp_path: Path, force: bool) -> None:
        vacant(tmp_path / "new")
        (tmp_path / "file").touch()
        with pytest.raises(OccupiedError, match="is a file"):
            vacant(tmp_path / "file", force=force)
        with nullcontext() if force else pytest.raises(OccupiedError, match="--force"):
            vacant(tmp_path, force=force)


class TestSignals:
    def test_ctrl_c_interrupts_and_the_old_handler_returns(self) -> None:
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with watching() as watch:
                with pytest.raises(Interrupted):
                    signal.raise_signal(signal.SIGINT)
                assert watch.exit_code == 130
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        finally:
            signal.signal(signal.SIGINT, before)

    def test_a_signal_that_is_held_back_shows_at_the_next_check(self) -> None:
        watch, reached = Watch(), []
        with watch.held_back():
            watch.catch(signal.SIGTERM, None)
            watch.check()
            reached.append("end")
        assert reached == ["end"]
        with pytest.raises(Interrupted):
            watch.check()
        assert watch.exit_code == 143

    def test_a_signal_that_was_switched_off_stays_off(self) -> None:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            with watching() as watch:
                signal.raise_signal(signal.SIGINT)
                assert watch.number is None
        finally:
            signal.signal(signal.SIGINT, before)


class TestFailures:
    def told(self, error: BaseException, **session: object) -> tuple[str, int]:
        return failure(error, Session(Watch(), **session))  # type: ignore[arg-type]

    def test_our_own_errors_are_the_message(self) -> None:
        assert self.told(ParameterError("kappa: too large")) == ("kappa: too large", 2)

    def test_a_full_disk(self) -> None:
        message, code = self.told(OSError(errno.ENOSPC, "No space left on device", "x.parquet"), writes=True)
        assert message == "x.parquet: No space left on device; free some space; nothing was written"
        assert code == 2

    def test_a_closed_pipe_is_quiet(self) -> None:
        assert self.told(BrokenPipeError()) == ("", 141)

    def test_a_mistake_of_the_programs_own_says_where(self) -> None:
        with pytest.raises(TypeError) as caught:
            shown_width(None)  # type: ignore[arg-type]
        message, code = self.told(caught.value, doing="in step 3 of 140", writes=True)
        assert code == 1
        assert message.startswith("TypeError: 'NoneType' object is not iterable (while in step 3 of 140); nothing was")
        assert "sim/cli/text.py:" in message and "--debug" in message

    def test_an_error_that_a_signal_caused_is_the_signal(self) -> None:
        session = Session(Watch(), writes=True)
        session.watch.number = signal.SIGINT
        assert failure(ImportError("half a library"), session) == ("interrupted; nothing was written", 130)

    def test_a_plain_value_error_is_a_mistake_of_ours(self) -> None:
        assert self.told(ValueError("x"))[1] == 1


class TestYears:
    def convert(self, text: str) -> tuple[float, float]:
        return Years().convert(text, None, None)

    def test_two_years(self) -> None:
        assert self.convert("2025:2060") == (2025, 2060)
        assert self.convert(" 1950.5 : 1960 ") == (1950.5, 1960)

    @pytest.mark.parametrize(
        ("text", "hint"),
        [
            ("2060:2025", "write the earlier year first, as 2025:2060"),
            ("2025:2025", "as 2025:2026"),
            ("2025", "write two years, as 2025:2060"),
            ("2025-2060", "write two years"),
            ("now:then", "write two years"),
            ("nan:inf", "write two years"),
            (":", "write two years"),
        ],
    )
    def test_what_is_not(self, text: str, hint: str) -> None:
        with pytest.raises(click.BadParameter, match=hint):
            self.convert(text)


class TestNumbersAndText:
    def test_what_is_not_finite_is_null(self) -> None:
        infinite = float("inf")
        assert [plain(value) for value in (1, 0.5, float("nan"), infinite, -infinite)] == [1, 0.5, None, None, None]

    def test_the_mean_leaves_out_what_is_missing(self) -> None:
        assert mean([{"a": 1.0, "b": None}, {"a": 3.0, "b": None}]) == {"a": 2.0, "b": None}

    def test_a_table(self) -> None:
        text = table(["name", "n"], [["Türkiye", 3], ["Côte d'Ivoire", 12.5]])
        assert text == "name              n\nTürkiye           3\nCôte d'Ivoire  12.5"

    def test_the_last_column_wraps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "60")
        lines = table(["k", "text"], [["a", "word " * 20]]).splitlines()
        assert len(lines) == 3
        assert all(len(line) <= 60 for line in lines)
        assert lines[2].startswith("   word")

    def test_letters_have_a_width(self) -> None:
        assert (shown_width("é"), shown_width("é"), shown_width("中")) == (1, 1, 2)

    def test_a_paragraph_hangs_from_its_label(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "60")
        first, second = paragraph("word " * 12, label="label ", hang=True).splitlines()
        assert first.startswith("  label word") and second.startswith(" " * 8 + "word")

    def test_an_empty_part_has_no_heading(self) -> None:
        assert headed("Poles", "") == ""
