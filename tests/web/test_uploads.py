"""What may be uploaded is decided by the bytes, and what is kept carries nothing hidden."""

import io
import resource
import time

import pytest
from PIL import Image

from engine.attachments import content
from engine.attachments.content import check, clean_name
from engine.attachments.refusal import FileRefused
from tests.web import hostile_files


@pytest.mark.parametrize("case", hostile_files.REFUSED)
def test_a_file_made_to_harm_is_refused_quickly_with_a_reason(case):
    name, data = hostile_files.REFUSED[case]
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.thread_time()
    with pytest.raises(FileRefused) as refusal:
        check(name, data)
    assert time.thread_time() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
    assert refusal.value.reason.endswith("。")


@pytest.mark.parametrize("case", hostile_files.ACCEPTED)
def test_what_the_office_needs_is_taken(case):
    name, data, media_type = hostile_files.ACCEPTED[case]
    kept = check(name, data)
    assert kept.media_type == media_type
    assert kept.name.split(".")[0] == name.split(".")[0]


def test_a_photo_loses_its_position_and_everything_else_that_is_not_a_pixel():
    kept = check("照片.jpg", hostile_files.photo_with_position())
    assert b"CANARY" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as image:
        assert not image.getexif()
        assert image.size == (40, 40)


def test_what_hides_behind_the_last_pixel_is_gone():
    glued = hostile_files.picture() + hostile_files.plain_zip({"evil.exe": b"MZ"})
    assert b"PK\x03\x04" not in check("照片.jpg", glued).data
    glued = hostile_files.picture("PNG") + b"<script>alert(1)</script>"
    assert b"<script" not in check("照片.png", glued).data


def test_a_large_photo_is_brought_to_a_readable_size():
    kept = check("照片.jpg", hostile_files.picture("JPEG", (5000, 100)))
    with Image.open(io.BytesIO(kept.data)) as image:
        assert max(image.size) <= 4096


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\某\\工资条.jpg", "工资条.jpg"),
        ("工资\u202egpj.exe", "工资gpj.exe"),
        ("a\r\nSet-Cookie: x=1.jpg", "a_Set-Cookie_ x_1.jpg".replace("a_Set", "aSet")),
        ("<img src=x onerror=alert(1)>.png", "_img src_x onerror_alert(1)_.png".lstrip("_")),
        ("=cmd|'/c calc'!A1.xlsx", "c calc_A1.xlsx"),
        ("\0", "附件"),
        ("", "附件"),
        ("长" * 300 + ".jpg", "长" * 80),
    ],
)
def test_a_name_is_only_shown_and_cannot_act(given, shown):
    assert clean_name(given) == shown


def test_a_second_extension_does_not_survive():
    assert check("工资条.php.jpg", hostile_files.picture()).name == "工资条.jpg"
    assert check("工资条.exe", hostile_files.picture()).name == "工资条.jpg"


def test_an_installation_may_add_its_scanner(monkeypatch):
    monkeypatch.setattr(content, "SCANNERS", [lambda data: "virus" if b"bad" in data else None])
    with pytest.raises(FileRefused, match="安全检查"):
        check("a.pdf", hostile_files.pdf(b"bad"))
    assert check("a.pdf", hostile_files.pdf(b"good")).size
