"""R01: what must be shown depends on the country and the legal form."""

import pytest

from coopdelivery.people.models import Person
from federation import services
from federation.models import Condition
from federation.register import refusals
from federation.register.papers import KINDS, PACKS, pack_of
from federation.register.standing import conditions_of
from tests.federation.world import apply, hold, hold_all, make_evidence


@pytest.mark.parametrize(
    ("country", "form", "needs"),
    [
        ("FR", "Scop", ("payroll", "approval")),
        ("FR", "S.C.O.P. SARL", ("payroll", "approval")),
        ("FR", "SCIC SA", ("payroll",)),
        ("FR", "Association", ("payroll",)),
        ("BE", "SC agréée", ("payroll", "approval")),
        ("ES", "Cooperativa de trabajo asociado", ("payroll", "register")),
        ("DE", "eG", ("payroll", "audit")),
        ("IT", "Cooperativa sociale", ("payroll", "approval")),
        ("GB", "Co-operative society", ("payroll", "approval")),
        ("MX", "Cooperativa", ()),
        ("BE", "", ()),
    ],
)
def test_r01_each_legal_form_has_its_pieces(country: str, form: str, needs: tuple[str, ...]) -> None:
    assert pack_of(country, form).needs == needs


def test_r01_every_pack_covers_the_three_conditions_with_pieces_that_exist() -> None:
    for pack in PACKS:
        assert all(pack.mandatory[condition] for condition in Condition)
        assert set(pack.needs) <= set(KINDS)


def test_r01_one_mandatory_piece_missing_keeps_the_condition_open(fay: Person, otto: Person) -> None:
    dossier = apply(fay, "Dynamo", country="FR", legal_form="Scop")
    for condition in Condition:
        hold(make_evidence(dossier, fay, condition), otto)
    states = {state.condition: state for state in conditions_of(dossier)}
    assert states[Condition.EMPLOYED].missing == ("payroll",)
    assert states[Condition.VALUES].missing == ("approval",)
    assert [state.is_valid for state in states.values()] == [False, True, False]
    with pytest.raises(refusals.ConditionsMissing):
        services.admit(dossier=dossier, standing="trial", by=fay, reason="Almost.")
    hold_all(dossier, adder=fay, reviewer=otto)
    services.admit(dossier=dossier, standing="trial", by=fay, reason="All of it.")


def test_r01_a_piece_proves_the_condition_it_is_for(fay: Person) -> None:
    with pytest.raises(refusals.UnknownKind):
        make_evidence(apply(fay), fay, Condition.GOVERNANCE, kind="statutes")
