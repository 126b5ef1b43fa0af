"""Rules and decisions of a collective, under /c/<slug>/; part of `collectives.urls`."""

from django.urls import URLPattern, path

from collectives.views import policies, proposals

decision_urls: list[URLPattern] = [
    path("policies/", policies.policies, name="policies"),
    path("policies/founding/", policies.policies_found, name="policies_found"),
    path("policies/<slug:key>/propose/", policies.policy_propose, name="policy_propose"),
    path("policies/<slug:key>/emergency/", policies.policy_emergency, name="policy_emergency"),
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/new/", proposals.proposal_new, name="proposal_new"),
    path("proposals/<uuid:ref>/", proposals.proposal, name="proposal"),
    path("proposals/<uuid:ref>/vote/", proposals.proposal_vote, name="proposal_vote"),
    path("proposals/<uuid:ref>/round/", proposals.proposal_round, name="proposal_round"),
    path("proposals/<uuid:ref>/close/", proposals.proposal_close, name="proposal_close"),
    path("proposals/<uuid:ref>/withdraw/", proposals.proposal_withdraw, name="proposal_withdraw"),
]
