"""Pipelines and their stages, by what a file calls them.

Those out of use too: what ended in them is history, which is exported and comes back.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from crm.extensions import db
from crm.folding import plain
from crm.importers.options import Labels, Named, labels_of
from crm.models import Pipeline, Stage


class Ways:
    """Every pipeline with its stages, the main one first."""

    def __init__(self, *, hold: bool = False) -> None:
        """
        :param hold: whoever retires a stage, or its pipeline, waits until the transaction ends.
        """
        if hold:
            used = select(Stage.id).where(Stage.retired_at.is_(None)).order_by(Stage.id)
            db.session.execute(used.with_for_update(read=True))
        # Asked after the wait: a statement knows of nothing that was committed while it waited.
        in_order = Pipeline.position, Pipeline.id, Stage.position
        chosen = select(Stage).join(Stage.pipeline).options(contains_eager(Stage.pipeline))
        self._all = list(db.session.scalars(chosen.order_by(*in_order)))
        self._used = [stage for stage in self._all if is_in_use(stage)]
        pipelines = list(dict.fromkeys(stage.pipeline for stage in self._all))
        self._pipelines = _labels(each for each in pipelines if is_in_use(each))
        self._old_pipelines = _labels(each for each in pipelines if not is_in_use(each))
        self._stages = [
            _labels(each for each in self._all if each.pipeline is its and is_in_use(each) is used)
            for its in pipelines
            for used in (True, False)
        ]
        self._whole = {
            _spaceless(stage.way(language)): stage
            for stage in sorted(self._all, key=is_in_use)  # of two called so, the one in use
            for language in ("zh", "en")
        }

    @property
    def main(self) -> Pipeline:
        """The pipeline that new deals enter."""
        return self._used[0].pipeline

    def first(self, pipeline: Pipeline) -> Stage:
        """The stage in which deals begin there."""
        its = [stage for stage in self._all if stage.pipeline is pipeline]
        return next((stage for stage in its if stage.retired_at is None), its[0])

    def pipeline(self, text: str) -> Pipeline:
        """:raises BadValue: no pipeline is called ``text``."""
        named = self._pipelines.find(text) or self._old_pipelines.find(text)
        return named or self._pipelines.choose(text)

    def stages(self, text: str) -> Stage | list[Stage]:
        """Those called ``text``, in whatever pipeline; of ``pipeline · stage`` just that one.

        :raises BadValue: none is.
        """
        called = [stage for labels in self._stages for stage in labels.fitting(text)]
        is_written = any(plain(text) in map(plain, labels_of(stage)) for stage in called)
        if not is_written and (whole := self._whole.get(_spaceless(text))):
            return whole
        return called or [_labels(self._used).choose(text)]


def is_in_use(thing: Pipeline | Stage) -> bool:
    """Whether deals may enter it: a stage goes out of use with its pipeline, too."""
    of = thing.pipeline if isinstance(thing, Stage) else thing
    return thing.retired_at is None and of.retired_at is None


def _spaceless(text: str) -> str:
    return plain(text).replace(" ", "")


def _labels(named: Iterable[Named]) -> Labels[Named]:
    labels: Labels[Named] = Labels()
    for each in named:
        labels.add(each)
    return labels
