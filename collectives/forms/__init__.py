from collectives.forms.owned import OwnedForm, refuse

__all__ = ["OwnedForm", "refuse"]
