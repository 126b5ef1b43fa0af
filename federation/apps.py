from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "federation"

    def ready(self) -> None:
        from federation import notifications, privacy, subscribers  # noqa: F401  they register themselves
        from federation.assembly import notifications as of_the_assembly  # noqa: F401  they register themselves
        from federation.contracts import notifications as of_contracts  # noqa: F401  they register themselves
        from federation.contracts import privacy as of_candidates  # noqa: F401  they register themselves
        from federation.dues import notifications as of_dues  # noqa: F401  they register themselves
        from federation.groups import notifications as of_groups  # noqa: F401  they register themselves
        from federation.groups import privacy as of_groups_members  # noqa: F401  they register themselves
        from federation.handover import notifications as of_handovers  # noqa: F401  they register themselves
        from federation.handover import panel  # noqa: F401  it registers itself
        from federation.handover import privacy as of_who_agreed  # noqa: F401  they register themselves
        from federation.handover import subscribers as what_handovers_follow  # noqa: F401  they register themselves
        from federation.passport import records  # noqa: F401  they register themselves
        from federation.purchasing import notifications as of_purchases  # noqa: F401  they register themselves
        from federation.purchasing import privacy as of_buyers  # noqa: F401  they register themselves
        from federation.solidarity import notifications as of_loans  # noqa: F401  they register themselves
        from federation.solidarity import privacy as of_the_fund  # noqa: F401  they register themselves
