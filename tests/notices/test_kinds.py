"""Every kind of notice that any floor defines can be written."""

import pytest
from django.template.loader import get_template

from collectives.models import Role
from coopdelivery.notices.kinds import Kind, all_kinds

AUDIENCES = {*Role.values, "officer", "delegate", "in_a_group", "recipient", "invited", "everyone", "nobody"}
KINDS = all_kinds()


@pytest.mark.parametrize("kind", KINDS, ids=[kind.key for kind in KINDS])
def test_it_has_words_a_name_and_readers(kind: Kind) -> None:
    assert get_template(f"{kind.template}.txt")
    assert kind.audience in AUDIENCES
    assert str(kind.label) or kind.audience == "nobody"
