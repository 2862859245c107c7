"""`huiyin calendar` and `huiyin keys`, as an operator uses them."""

import pytest
from click.testing import CliRunner

from engine import cli, settings, vault


@pytest.fixture
def huiyin(database):
    def run(*words: str):
        return CliRunner().invoke(cli.main, words, catch_exceptions=False)

    return run


def test_a_published_year_is_imported_and_shown(huiyin, tmp_path):
    file = tmp_path / "2027.csv"
    file.write_text("日期,类型,名称\n2027-01-01,休,元旦\n2027-01-09,班,元旦调休\n", "utf-8-sig")
    assert "尚未公布" in huiyin("calendar", "show", "2027").output
    done = huiyin("calendar", "import", "2027", str(file), "--source", "示例通知")
    assert done.exit_code == 0
    assert "导入 2 天" in done.output
    shown = huiyin("calendar", "show", "2027").output
    assert "已公布" in shown
    assert "2027-01-09  班  元旦调休" in shown


def test_a_wrong_file_names_its_lines_and_changes_nothing(huiyin, tmp_path):
    file = tmp_path / "2027.csv"
    file.write_text("2027-01-01,休,元旦\n2026-01-02,休,元旦\n", "utf-8")
    refused = huiyin("calendar", "import", "2027", str(file), "--source", "x")
    assert refused.exit_code == 1
    assert "第 2 行" in refused.output
    assert "尚未公布" in huiyin("calendar", "show", "2027").output


def test_one_day_is_changed_by_hand(huiyin):
    changed = huiyin("calendar", "set", "2026-12-25", "--off", "--name", "全区停电检修")
    assert "改为休息" in changed.output
    assert "2026-12-25  休  全区停电检修" in huiyin("calendar", "show", "2026").output


def test_keys_are_made_once_rotated_and_checked(huiyin, tmp_path, monkeypatch):
    monkeypatch.setenv("HUIYIN_KEY_FILE", str(tmp_path / "keys.json"))
    settings.current.cache_clear()
    try:
        assert "已生成" in huiyin("keys", "create").output
        assert "未改动" in huiyin("keys", "create").output
        assert "k2" in huiyin("keys", "rotate").output
        assert vault.key_id(vault.seal("x", "y")) == "k2"
        assert "密钥齐全" in huiyin("keys", "check").output
    finally:
        settings.current.cache_clear()
