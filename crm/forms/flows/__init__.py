"""The editor of approval flows: a flow's name, its conditions, its steps, and a sample to try."""

from crm.forms.flows.flow import FlowForm, version_of
from crm.forms.flows.sample import SampleForm

__all__ = ["FlowForm", "SampleForm", "version_of"]
