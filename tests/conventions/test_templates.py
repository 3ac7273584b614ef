"""Templates and views: what each refers to exists, and the doors that attacks use are shut."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jinja2
import pytest
from flask import Flask
from jinja2 import meta, nodes
from werkzeug.datastructures import MultiDict

import crm
from crm.blueprints.dev.carried import carried_by
from crm.filters import lists  # noqa: F401  subclasses
from crm.filters.base import ListFilter
from crm.hypermedia import COMPONENTS
from crm.models import Action, Role, User
from crm.models.event import PARTICULARS
from crm.models.user import UserRole
from crm.sentences import ACTIVITY_ICONS, ICONS, SENTENCES, SPECIAL_ICONS
from crm.wording.looks import LOOKS

ROOT = Path(crm.__file__).parent
TEMPLATES = ROOT / "templates"
VIEW_NAMES = {"index", "new", "create", "show", "edit", "update", "destroy"}
LONGEST_VIEW = 15
# What reports are of has no list of its own.
LISTS = [kind for kind in ListFilter.__subclasses__() if kind.MODEL]
# Positions of the icon's name in the macros of components/ui.html.
ICON_ARGUMENTS = {"icon": 0, "button": 1, "link_button": 2, "badge": 2, "empty": 2}
# And in the tables of places, nouns, deeds, steps and messages.
ICONS_IN_PYTHON = {"Place": 1, "RecordNoun": 3, "Look": 1, "Deed": 1, "Step": 3, "Words": 0}


def names_of_templates() -> list[str]:
    paths = (path for path in TEMPLATES.rglob("*") if path.is_file())
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in paths)


def is_screen(name: str) -> bool:
    """Whether a browser shows it; mails know no style sheets and carry their styles in place."""
    return name.endswith(".html") and not name.startswith(("mail/", "layouts/mail."))


SCREENS = [name for name in names_of_templates() if is_screen(name)]


@pytest.fixture(scope="module")
def environment(session_app: Flask) -> jinja2.Environment:
    return session_app.jinja_env


def parsed_template(environment: jinja2.Environment, name: str) -> nodes.Template:
    return environment.parse((TEMPLATES / name).read_text(), name)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def python_files(folder: str = ".") -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def calls(folder: str = ".") -> Iterator[tuple[str, str, ast.Call]]:
    """Every call in the code below ``folder``: where it is, what is called, the call."""
    for path in python_files(folder):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call):
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield where, ast.unparse(node.func), node


def views() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in python_files("blueprints"):
        for node in parsed(path).body:
            if isinstance(node, ast.FunctionDef) and any(
                re.match(r"bp\.(get|post|route)\(", ast.unparse(decorator))
                for decorator in node.decorator_list
            ):
                yield f"{path.relative_to(ROOT)}: {node.name}", node


def texts_in(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


# What is referred to exists


def test_every_action_has_its_particulars_its_sentence_and_its_icon() -> None:
    assert set(PARTICULARS) == set(Action)
    assert set(SENTENCES) == set(Action)
    assert {action.split(":")[0] for action in Action} == set(ICONS)


def test_every_partial_of_an_event_belongs_to_an_action() -> None:
    partials = {path.stem for path in (TEMPLATES / "events/actions").iterdir()}
    actions = {action.replace(":", "_") for action in Action}
    assert {name for name in partials - actions if not name.startswith("_")} == set()


def test_every_template_named_anywhere_exists_and_every_template_is_named_somewhere(
    environment: jinja2.Environment,
) -> None:
    named = {
        text for path in python_files() for text in texts_in(parsed(path))
        if re.fullmatch(r"[\w/.]+/[\w.]+\.(html|txt)", text)
    }  # fmt: skip
    for name in names_of_templates():
        found = meta.find_referenced_templates(parsed_template(environment, name))
        named |= {text for text in found if text is not None}
    existing = set(names_of_templates())
    assert named - existing == set()
    # Chosen by name at run time: components by hypermedia, mails by kind, partials by action.
    chosen = ("components/", "mail/", "events/actions/")
    assert {name for name in existing - named if not name.startswith(chosen)} == set()


def test_every_block_that_a_view_renders_alone_exists(environment: jinja2.Environment) -> None:
    missing = []
    for where, called, call in calls("blueprints"):
        arguments = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
        if called == "render" and len(arguments) >= 2 and isinstance(arguments[1], str):
            template, block = arguments[:2]
            if block not in environment.get_template(str(template)).blocks:
                missing.append(f"{where}: {template} has no block {block}")
    assert missing == []


def test_every_endpoint_named_exists(app: Flask, environment: jinja2.Environment) -> None:
    named = {
        (where, call.args[0].value)
        for where, called, call in calls()
        if called == "url_for" and call.args and isinstance(call.args[0], ast.Constant)
    }
    for name in names_of_templates():
        for node in parsed_template(environment, name).find_all(nodes.Call):
            if isinstance(node.node, nodes.Name) and node.node.name == "url_for":
                named |= {(name, text) for text in _constants(node.args[0])}
    assert {pair for pair in named if pair[1] not in app.view_functions} == set()


def test_every_state_that_is_shown_as_a_badge_has_its_look() -> None:
    assert {kind: set(looks) for kind, looks in LOOKS.items()} == {
        kind: set(kind) for kind in LOOKS
    }


def test_every_icon_is_in_the_sprite(environment: jinja2.Environment) -> None:
    sprite = set((ROOT.parent / "tools/icons.txt").read_text().split("\n")[1:])
    tables = (ICONS, SPECIAL_ICONS, ACTIVITY_ICONS)
    used = {("a table", icon) for table in tables for icon in table.values()}
    for where, called, call in calls():
        place = ICONS_IN_PYTHON.get(called, len(call.args))
        if where.startswith("demo/") or len(call.args) <= place:
            continue
        if isinstance(icon := call.args[place], ast.Constant):
            used.add((where, str(icon.value)))
    assert {called for _, called, _ in calls()} >= set(ICONS_IN_PYTHON)
    for name in SCREENS:
        for node in parsed_template(environment, name).find_all(nodes.Call):
            macro = getattr(node.node, "attr", None) or getattr(node.node, "name", None)
            place = ICON_ARGUMENTS.get(str(macro))
            if place is not None and len(node.args) > place:
                used |= {(name, icon) for icon in _constants(node.args[place]) if icon}
    assert {pair for pair in used if pair[1] not in sprite} == set()


def _constants(node: nodes.Node) -> Iterator[str]:
    """The texts that an expression may be: both sides of a choice, the values of a table."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from _constants(node.expr1)
        if node.expr2 is not None:
            yield from _constants(node.expr2)
    elif isinstance(node, nodes.Getitem) and isinstance(node.node, nodes.Dict):
        for pair in node.node.items:
            yield from _constants(pair.value)


# Script, style and markup


@pytest.mark.parametrize("name", SCREENS)
def test_a_template_has_no_inline_script_style_or_handler(name: str) -> None:
    text = (TEMPLATES / name).read_text()
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"\s(on[a-z]+|hx-on[:\w-]*)=", text)
    assert not re.search(r"""(hx-vals|hx-headers)[^=]*=["']js:|javascript:""", text)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", text), "a third party's asset"


def test_markup_is_made_in_one_file_only() -> None:
    unescaped = [
        name for name in names_of_templates()
        if re.search(r"\|\s*safe\b|autoescape", (TEMPLATES / name).read_text())
    ]  # fmt: skip
    assert unescaped == []
    makers = {where.split(":")[0] for where, called, _ in calls() if called.endswith("Markup")}
    assert makers == {"formatting.py"}


def test_text_that_people_write_is_never_a_template() -> None:
    compiled = [where for where, called, _ in calls()
                if called.split(".")[-1] in {"from_string", "render_template_string"}]  # fmt: skip
    assert compiled == []


# Views


def test_views_are_called_by_one_of_seven_names() -> None:
    assert [where for where, view in views() if view.name not in VIEW_NAMES] == []


def test_views_are_short() -> None:
    lengths = {where: (view.end_lineno or 0) - view.body[0].lineno + 1 for where, view in views()}
    assert {where: length for where, length in lengths.items() if length > LONGEST_VIEW} == {}


def test_views_find_records_only_through_the_user() -> None:
    banned = re.compile(r"(session|db)\.(get|get_one|get_or_404|query)$|(^|db\.)select$")
    found = [
        where
        for where, called, _ in calls("blueprints")
        # Mails are shown to developers only, made from the newest records of anybody.
        if banned.search(called) and not where.startswith("blueprints/dev/")
    ]
    assert found == []


def test_views_do_not_read_the_headers_of_htmx() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in python_files()
        if any(re.match(r"HX-", text) for text in texts_in(parsed(path)))
    }
    assert readers == {"hypermedia.py"}


# The database


def test_sql_is_never_put_together_from_text() -> None:
    unsafe = [
        where
        for where, called, call in calls()
        if called.split(".")[-1] in {"text", "exec_driver_sql", "execute", "literal_column"}
        and any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in call.args)
        # A PRAGMA takes no parameters; its text is a constant of the code.
        and not (called == "connection.execute" and "PRAGMA" in "".join(texts_in(call)))
    ]
    assert unsafe == []


@pytest.mark.parametrize("kind", LISTS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("hostile", ["password_hash", "id; DROP TABLE user", "-", "--created"])
def test_lists_are_sorted_by_what_the_filter_allows(kind: type[ListFilter], hostile: str) -> None:
    assert kind.parse(MultiDict({"sort": hostile})).order == kind.DEFAULT_SORT
    assert kind.DEFAULT_SORT.removeprefix("-") in kind.sorts()


@pytest.mark.parametrize("kind", LISTS, ids=lambda kind: kind.__name__)
def test_every_order_ends_with_the_key_so_that_pages_do_not_overlap(kind: type[ListFilter]) -> None:
    everybody = User(role_rows=[UserRole(role=Role.ADMINISTRATOR)])
    for name in kind.sorts():
        assert kind(sort=name).placed(everybody).expressions[-1].property.columns[0].primary_key


# Looks


def test_developers_see_an_event_of_every_action() -> None:
    for action in Action:
        assert carried_by(action).keys() == PARTICULARS[action]


def test_every_look_is_shown_to_developers(environment: jinja2.Environment) -> None:
    # Streams have no look: they carry regions that have one.
    files = {name: f"components/{name}.html" for name in COMPONENTS if name != "stream"}
    macros = {
        f"{name}.{macro.name}": macro
        for name, path in files.items()
        for macro in parsed_template(environment, path).find_all(nodes.Macro)
    }
    shown: set[str] = set()
    waiting: list[nodes.Node] = [
        parsed_template(environment, name)
        for name in _drawn_by("dev/components/index.html", environment)
    ]
    while waiting:
        node = waiting.pop()
        found = _macros_called_in(node, macros) - shown
        shown |= found
        waiting += [macros[name] for name in found]
    assert set(macros) - shown == set()


def _drawn_by(name: str, environment: jinja2.Environment) -> set[str]:
    """The template and all that it includes, and they include, by name."""
    drawn, waiting = set(), {name}
    while waiting:
        drawn |= waiting
        waiting = {
            included
            for each in waiting
            for included in meta.find_referenced_templates(parsed_template(environment, each))
            if included is not None
        } - drawn
    return drawn


def _macros_called_in(node: nodes.Node, macros: dict[str, nodes.Macro]) -> set[str]:
    """``forms.field`` wherever it is called so, or called ``field`` within its own file."""
    own = next((name.split(".")[0] for name, macro in macros.items() if macro is node), "")
    called = set()
    for call in node.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and isinstance(call.node.node, nodes.Name):
            called.add(f"{call.node.node.name}.{call.node.attr}")
        elif isinstance(call.node, nodes.Name):
            called.add(f"{own}.{call.node.name}")
    return called & set(macros)


def test_the_sheets_stay_small() -> None:
    """Every page carries them all: what two components share belongs in patterns.css."""
    sizes = {path.name: path.stat().st_size for path in (ROOT / "static/css").rglob("*.css")}
    assert sum(sizes.values()) < 70_000, sorted(sizes.items(), key=lambda item: -item[1])


def test_every_token_is_there_and_needed() -> None:
    sheets = "".join(path.read_text() for path in (ROOT / "static/css").rglob("*.css"))
    assert set(re.findall(r"var\((--[\w-]+)", sheets)) == set(re.findall(r"(--[\w-]+):", sheets))


def test_sheets_and_scripts_are_indented_with_tabs() -> None:
    """They are sent as they are written: a tab is one byte a level."""
    for path in [*(ROOT / "static/css").rglob("*.css"), *(ROOT / "static/js").rglob("*.js")]:
        assert not re.search(r"^\t* ", path.read_text(), re.MULTILINE), path.name


@pytest.mark.parametrize("path", sorted((ROOT / "static/css").rglob("*.css")), ids=lambda p: p.name)
def test_a_sheet_takes_its_colours_from_the_tokens(path: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert "!important" not in rules
    assert not re.search(r"^\s*&?\s*#[a-z]", rules, re.MULTILINE), "an id as a selector"
    if path.name != "tokens.css":
        assert not re.search(r"oklch\((?!from)|rgba?\(|hsla?\(|:\s*#[0-9a-f]{3}", rules)
