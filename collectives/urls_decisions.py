"""Rules and decisions of a collective, under /c/<slug>/; part of `collectives.urls`."""

from django.urls import URLPattern, path

from collectives.views import assemblies, assembly_voice, attended, papers, policies, proposals

decision_urls: list[URLPattern] = [
    path("policies/", policies.policies, name="policies"),
    path("policies/founding/", policies.policies_found, name="policies_found"),
    path("policies/<slug:key>/propose/", policies.policy_propose, name="policy_propose"),
    path("policies/<slug:key>/emergency/", policies.policy_emergency, name="policy_emergency"),
    path("assemblies/new/", assemblies.assembly_new, name="assembly_new"),
    path("assemblies/<uuid:ref>/", assemblies.assembly, name="assembly"),
    path("assemblies/<uuid:ref>/items/", assemblies.assembly_item, name="assembly_item"),
    path("assemblies/<uuid:ref>/step/", assemblies.assembly_step, name="assembly_step"),
    path("assemblies/<uuid:ref>/again/", assemblies.assembly_again, name="assembly_again"),
    path("assemblies/<uuid:ref>/minutes/", assemblies.assembly_minutes, name="assembly_minutes"),
    path("assemblies/<uuid:ref>/sign/", assembly_voice.assembly_sign, name="assembly_sign"),
    path("assemblies/<uuid:ref>/voice/", assembly_voice.assembly_proxy, name="assembly_proxy"),
    path("assemblies/<uuid:ref>/voice/back/", assembly_voice.assembly_proxy_back, name="assembly_proxy_back"),
    path("assemblies/<uuid:ref>/hours/", attended.assembly_hours, name="assembly_hours"),
    path("assemblies/hours/<uuid:ref>/back/", attended.assembly_hours_back, name="assembly_hours_back"),
    path("assemblies/items/<uuid:ref>/amend/", assembly_voice.assembly_amend, name="assembly_amend"),
    path("assemblies/amendments/<uuid:ref>/", assemblies.assembly_settle, name="assembly_settle"),
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/new/", proposals.proposal_new, name="proposal_new"),
    path("proposals/<uuid:ref>/", proposals.proposal, name="proposal"),
    path("proposals/<uuid:ref>/vote/", proposals.proposal_vote, name="proposal_vote"),
    path("proposals/<uuid:ref>/papers/", papers.proposal_papers, name="proposal_papers"),
    path("proposals/<uuid:ref>/round/", proposals.proposal_round, name="proposal_round"),
    path("proposals/<uuid:ref>/close/", proposals.proposal_close, name="proposal_close"),
    path("proposals/<uuid:ref>/withdraw/", proposals.proposal_withdraw, name="proposal_withdraw"),
]
