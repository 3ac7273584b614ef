"""When the database cannot be reached, the answer is a page that says so, not a fault."""

from __future__ import annotations

from pathlib import Path

from crm import create_app
from crm.signing_in import SESSION_COOKIE
from tests.conftest import make_settings
from tests.page import Client


def test_the_page_asks_nothing_of_the_database(tmp_path: Path) -> None:
    app = create_app(make_settings(f"sqlite:///{tmp_path}/no/such/folder.sqlite", tmp_path))
    client = Client(app)
    client.set_cookie(SESSION_COOKIE, "0" * 64)
    answer = client.get("/", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "Nothing was changed" in answer.get_data(as_text=True)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
