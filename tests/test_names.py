# ruff: noqa: E501  # cases stay in one line
"""Chinese names have their own order; devices have names that people know."""

from __future__ import annotations

import pytest

from crm.devices import device_name
from crm.names import full_name, tidy_name


@pytest.mark.parametrize(("written", "kept"), [
    ("王 芳", "王芳"), (" 王　芳 ", "王芳"), ("欧阳 建国", "欧阳建国"), ("Donn  Cantrell", "Donn Cantrell"),
    ("迪丽热巴·迪力木拉提", "迪丽热巴·迪力木拉提"), ("Grace 刘", "Grace 刘"), (None, None),
    ("陈立\u202e", "陈立"), ("\u2066陈\u200b 立\u2069\x07", "陈立"), ("Donn \u200b Cantrell", "Donn Cantrell"),
    ("陈\u3164立\u2800", "陈立"), ("\u200b", ""), ("王\t芳\n", "王芳"),
])  # fmt: skip
def test_a_chinese_name_has_no_gap(written: str | None, kept: str | None) -> None:
    assert tidy_name(written) == kept


@pytest.mark.parametrize(("family", "given", "name"), [
    ("王", "芳", "王芳"), ("Cantrell", "Donn", "Donn Cantrell"), ("王", "", "王"), ("", "Donn", "Donn"),
    ("Liu", "Grace", "Grace Liu"),
])  # fmt: skip
def test_two_cells_become_one_name(family: str, given: str, name: str) -> None:
    assert full_name(family, given) == name


@pytest.mark.parametrize(("agent", "name"), [
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
     "Mobile/15E148 MicroMessenger/8.0.50", "WeChat on iPhone"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
     "Safari on Mac"),
    ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36",
     "Chrome on Android"),
    ("curl/8.5.0", "curl/8.5.0"), ("", "Unknown device"),
])  # fmt: skip
def test_a_browser_is_called_what_people_call_it(context: None, agent: str, name: str) -> None:
    assert device_name(agent) == name
