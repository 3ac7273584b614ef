"""Users from a spreadsheet, with their managers and teams."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from crm.extensions import db
from crm.importers import Result
from crm.models import Role, Team, User
from tests.cast import Cast
from tests.importers.conftest import reasons

Bring = Callable[..., Result]


def user(name: str) -> User:
    return db.session.scalars(select(User).where(User.name == name)).one()


def test_reps_come_with_their_managers_and_offices(cast: Cast, bring: Bring) -> None:
    result = bring("users", "sales_agent,manager,regional_office",
                   "Ann Bell,Cora Dent,North", "Eve Fox,Cora Dent,North",
                   "Gus Hill,Ivy Jones,华东")  # fmt: skip
    assert (result.created, result.besides) == (3, {"managers": 2, "teams": 1})
    ann, cora = user("Ann Bell"), user("Cora Dent")
    assert (ann.username, ann.roles, ann.manager) == ("ann.bell", {Role.REP}, cora)
    assert (cora.roles, cora.team, cora.manager) == ({Role.MANAGER}, ann.team, None)
    assert ann.team is not None
    assert (ann.team.name, ann.team.parent) == ("North", cast.admin.team)
    assert ann.team.path == f"{cast.admin.team.path}{ann.team.id}/"
    assert user("Gus Hill").team == cast.wang.team


def test_a_manager_may_be_a_later_row_and_is_made_one(bring: Bring) -> None:
    result = bring("users", "name,manager", "Ann Bell,Cora Dent", "Cora Dent,")
    assert (result.created, result.besides) == (2, {})
    assert user("Ann Bell").manager == user("Cora Dent")
    assert user("Cora Dent").roles == {Role.REP, Role.MANAGER}


def test_roles_that_are_given_are_kept(bring: Bring) -> None:
    bring("users", "name,manager,role", "Ann Bell,Cora Dent,finance", "Cora Dent,,销售")
    assert user("Ann Bell").roles == {Role.FINANCE}
    assert user("Cora Dent").roles == {Role.REP}


def test_a_manager_of_several_teams_is_in_the_one_above_them(cast: Cast, bring: Bring) -> None:
    bring("users", "name,manager,team", "Ann,Cora,North", "Eve,Cora,South")
    assert user("Cora").team == cast.admin.team


def test_a_manager_here_already_keeps_team_and_rights(cast: Cast, bring: Bring) -> None:
    result = bring("users", "name,manager,team", "Ann,LI@example.com,North")
    assert result.besides == {"teams": 1}
    assert user("Ann").manager == cast.li
    assert (cast.li.roles, cast.li.team) == ({Role.MANAGER}, cast.wang.team)


def test_doing_it_again_changes_nothing(bring: Bring) -> None:
    lines = ("name,manager,team,email", "Ann,Cora,North,ann@example.com", "Cora,,North,")
    bring("users", *lines)
    count = db.session.scalar(select(func.count(User.id)))
    again = bring("users", *lines)
    assert (again.created, again.updated, again.unchanged, again.besides) == (0, 0, 2, {})
    assert db.session.scalar(select(func.count(User.id))) == count


def test_a_change_in_the_file_is_brought_over(bring: Bring) -> None:
    bring("users", "name,manager,team", "Ann,Cora,North", "Eve,Cora,North")
    result = bring("users", "name,manager,team,email", "Ann,Eve,South,ann@example.com",
                   "Eve,Cora,North,")  # fmt: skip
    assert (result.created, result.updated, result.unchanged) == (0, 1, 1)
    ann = user("Ann")
    assert (str(ann.manager), str(ann.team), ann.email) == ("Eve", "South", "ann@example.com")


def test_somebody_renamed_here_is_found_again(bring: Bring) -> None:
    bring("users", "name", "Ann Bell")
    user("Ann Bell").name = "Ann Bell-Fox"
    db.session.commit()
    assert bring("users", "name", "Ann Bell").updated == 1


def test_people_with_the_same_name_need_ids(bring: Bring) -> None:
    assert reasons(bring("users", "name", "Ann", "ann")) == [
        (3, "name", "ann", "is on line 2 already")
    ]
    assert bring("users", "id,name", "7,Ann", "8,Ann").created == 2
    assert {u.username for u in db.session.scalars(select(User).where(User.name == "Ann"))} == {
        "ann", "ann2",
    }  # fmt: skip
    assert reasons(bring("users", "name", "Ann")) == [
        (2, "name", "Ann", "fits several: map an external id")
    ]


def test_a_checking_pass_counts_what_the_writing_one_makes(bring: Bring) -> None:
    lines = ("name,manager,team", "Ann,Cora,North", "Cora,Ivy,South", "王芳,李敏,华东")
    checked = bring("users", *lines, check=True)
    assert db.session.scalar(select(Team).where(Team.name == "North")) is None
    assert bring("users", *lines) == checked
    assert (checked.created, checked.updated) == (2, 1)
    assert checked.besides == {"managers": 1, "teams": 2}


def test_a_first_import_founds_the_team_at_the_top(cast: Cast, bring: Bring) -> None:
    db.session.execute(User.__table__.update().values(team_id=None))
    db.session.execute(Team.__table__.update().values(head_id=None, parent_id=None))
    db.session.execute(Team.__table__.delete())
    db.session.commit()
    assert bring("users", "name,team", "Ann,North").besides == {"teams": 2}
    team = user("Ann").team
    assert team is not None
    assert str(team.parent) == "恒川流体控制"


def test_bad_rows_are_named_with_column_and_reason(cast: Cast, bring: Bring) -> None:
    result = bring(
        "users", "name,username,email,manager,role,team",
        ",a,,,,", "Ann,a b,,,,", "Eve,,nowhere,,,", "Gus,,,gus,,", "Ivy,,,,boss,",
        "Jo,wang,,,,", "Kim,,Wang@example.com,,,", "Lou,lou,,,,", "Mo,LOU,,,,",
        "王芳,,,,administrator,",
    )  # fmt: skip
    assert reasons(result) == [
        (2, "name", "", "is empty"),
        (
            3,
            "username",
            "a b",
            "is not a user name: letters a–z, digits, dots, hyphens, underscores",
        ),
        (4, "email", "nowhere", "is not a mail address"),
        (5, "manager", "gus", "is this user"),
        (6, "role", "boss", "is none of: rep, manager, finance, administrator, reader, exporter"),
        (7, "username", "wang", "belongs to another user already"),
        (8, "email", "Wang@example.com", "belongs to another user already"),
        (10, "username", "LOU", "belongs to another user already"),
        (11, "role", "administrator", "are rep here; an import does not change rights"),
    ]


def test_nobody_manages_their_own_manager(bring: Bring) -> None:
    bring("users", "name,manager", "Ann,", "Eve,Ann")
    result = bring("users", "name,manager", "Ann,Eve")
    assert reasons(result) == [(2, "manager", "Eve", "is managed by this user")]
    assert user("Ann").manager is None


def test_an_unclear_team_is_refused(cast: Cast, bring: Bring) -> None:
    Team.found("华东", parent=cast.admin.team)
    db.session.commit()
    assert reasons(bring("users", "name,team", "Ann,华东")) == [
        (2, "team", "华东", "fits several teams")
    ]


def test_family_and_given_name_make_one_in_the_order_of_its_language(bring: Bring) -> None:
    bring("users", "First name,Last name", "Donn,Cantrell", "芳菲,王")
    assert user("Donn Cantrell").username == "donn.cantrell"
    assert user("王芳菲").username == "wangfangfei"


def test_a_chinese_name_is_taken_without_its_gap(bring: Bring) -> None:
    bring("users", "姓名", "欧阳 建国")
    assert user("欧阳建国")
