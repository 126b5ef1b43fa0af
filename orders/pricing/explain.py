"""Lines → words, in the language active when they are read. Quotes and orders keep codes and facts, never words."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coopdelivery.kit import words
from coopdelivery.kit.money import Money
from orders.pricing.totals import SAID

Args = Mapping[str, Any]
DAY_MINUTES = 24 * 60
DAYS = {
    "all": gettext_lazy("every day"),
    "workdays": gettext_lazy("Monday to Friday"),
    "weekend": gettext_lazy("Saturday and Sunday"),
    "sundays": gettext_lazy("Sundays and public holidays"),
    "holidays": gettext_lazy("public holidays"),
}
VEHICLES = {"cargo_bike": gettext_lazy("a cargo bike"), "trailer": gettext_lazy("a bike with a trailer")}
WHY_NOT = {
    "unmet": gettext_lazy("does not apply"),
    "group": gettext_lazy("another rule of its group came first"),
    "limit": gettext_lazy("a limit, it costs nothing"),
}


def explain(code: str, args: Args, currency: str) -> str:
    """One plain sentence part under a price line; empty for a code, or facts, that this version does not know."""
    say = _WORDS.get(code)
    try:
        said = say(args, currency) if say else ""
    except KeyError:  # facts of another version
        return ""
    return ", ".join(part for part in (_of_drop(args), said, _with_vat(args, currency)) if part)


def _with_vat(args: Args, currency: str) -> str:
    said = args.get(SAID)
    return _("%(amount)s with VAT") % {"amount": _money(said, currency)} if said else ""


def _of_drop(args: Args) -> str:
    return _("drop %(number)d") % {"number": args["drop"]} if args.get("drop") else ""


def _money(cents: int, currency: str) -> str:
    return Money(cents, currency).format()


def _base(args: Args, currency: str) -> str:
    return _("one visit to the pickup, one to the first address")


def _extra_drop(args: Args, currency: str) -> str:
    text = ngettext("%(count)d more address, %(each)s each", "%(count)d more addresses, %(each)s each", args["count"])
    return text % {"count": args["count"], "each": _money(args["each_cents"], currency)}


def _distance(args: Args, currency: str) -> str:
    values = {
        "distance": words.km(args["distance_m"]),
        "per_km": _money(args["per_km_cents"], currency),
        "included": words.km(args["included_m"]),
        "count": args["km"],
    }
    if args["included_m"] and not args["km"]:
        return _("%(distance)s, included up to %(included)s") % values
    if args["included_m"]:
        text = _("%(distance)s, %(included)s of it included, then %(per_km)s for each kilometre begun")
    else:
        text = _("%(distance)s, %(per_km)s for each kilometre begun")
    return text % values


def _distance_estimated(args: Args, currency: str) -> str:
    return _("%(reason)s; the distance is estimated") % {"reason": _distance(args, currency)}


def _distance_unlocated(args: Args, currency: str) -> str:
    text = ngettext(
        "%(reason)s; estimated without %(count)d address that is not on the map yet",
        "%(reason)s; estimated without %(count)d addresses that are not on the map yet",
        args["unlocated"],
    )
    return text % {"reason": _distance(args, currency), "count": args["unlocated"]}


def _weight(args: Args, currency: str) -> str:
    if args["up_to_g"] is None:
        return words.kg(args["weight_g"])
    return _("%(weight)s, the step up to %(up_to)s") % {"weight": words.kg(args["weight_g"]), "up_to": words.kg(args["up_to_g"])}


def _weight_unknown(args: Args, currency: str) -> str:
    text = ngettext("%(count)d weight is not known and not counted", "%(count)d weights are not known and not counted", args["unweighed"])
    return text % {"count": args["unweighed"]}


def _parcel(args: Args, currency: str) -> str:
    values = {"pieces": args["pieces"], "included": args["included"], "each": _money(args["each_cents"], currency)}
    if args["included"]:
        return _("%(pieces)d pieces, %(included)d of them included, then %(each)s each") % values
    return ngettext("%(pieces)d piece, %(each)s each", "%(pieces)d pieces, %(each)s each", args["pieces"]) % values


def _short_window(args: Args, currency: str) -> str:
    return _("promised within %(minutes)d minutes, less than %(under)d") % {"minutes": args["minutes"], "under": args["under_minutes"]}


def _out_of_zone(args: Args, currency: str) -> str:
    text = ngettext("%(count)d stop outside our area", "%(count)d stops outside our area", args["count"])
    return text % {"count": args["count"]}


def _volume(args: Args, currency: str) -> str:
    if args["up_to_l"] is None:
        return _("%(volume)s l") % {"volume": words.number(args["volume_l"])}
    values = {"volume": words.number(args["volume_l"]), "up_to": words.number(args["up_to_l"])}
    return _("%(volume)s l, the step up to %(up_to)s l") % values


def _pieces(args: Args, currency: str) -> str:
    values = {"full": args["full"], "each": _money(args["each_cents"], currency)}
    if not args["cheaper"]:
        return ngettext("%(full)d parcel, %(each)s each", "%(full)d parcels, %(each)s each", args["full"]) % values
    values |= {"cheaper": args["cheaper"], "then": _money(args["then_cents"], currency)}
    return _("%(full)d parcels at %(each)s, %(cheaper)d at %(then)s") % values


def _short_notice(args: Args, currency: str) -> str:
    values = {"minutes": args["minutes"], "under": args["under_minutes"]}
    return _("ordered %(minutes)d minutes before, less than %(under)d") % values


def _times(args: Args, currency: str) -> str:
    days = DAYS.get(args["days"], "")
    if (args["from"], args["until"]) == (0, DAY_MINUTES):
        return str(days)
    start, end = time(*divmod(args["from"] % DAY_MINUTES, 60)), time(*divmod(args["until"] % DAY_MINUTES, 60))
    return _("%(days)s, from %(start)s to %(end)s") % {"days": days, "start": words.clock(start), "end": words.clock(end)}


def _percent(args: Args, currency: str) -> str:
    values = {"rate": words.number(args["rate"] / 100, 2), "above": _money(args["above_cents"], currency)}
    return _("%(rate)s%% of %(above)s") % values


def _minimum(args: Args, currency: str) -> str:
    return _("at least %(amount)s") % {"amount": _money(args["least_cents"], currency)}


def _maximum(args: Args, currency: str) -> str:
    return _("at most %(amount)s") % {"amount": _money(args["most_cents"], currency)}


def _fixed(args: Args, currency: str) -> str:
    return ""


def _per_unit(args: Args, currency: str) -> str:
    text = ngettext("%(count)d begun unit of %(unit)s", "%(count)d begun units of %(unit)s", args["units"])
    return text % {"count": args["units"], "unit": measured(args["measure"], args["unit"])}


def _each_stop(args: Args, currency: str) -> str:
    values = {"count": args["count"], "each": _money(args["each_cents"], currency)}
    if args["stop"] == "pickup":
        return ngettext("%(count)d pickup, %(each)s each", "%(count)d pickups, %(each)s each", args["count"]) % values
    return ngettext("%(count)d drop, %(each)s each", "%(count)d drops, %(each)s each", args["count"]) % values


def _doorstep(args: Args, currency: str) -> str:
    text = ngettext("%(count)d drop up to the door, %(each)s each", "%(count)d drops up to the door, %(each)s each", args["count"])
    return text % {"count": args["count"], "each": _money(args["each_cents"], currency)}


def _vehicle(args: Args, currency: str) -> str:
    return str(VEHICLES.get(args["vehicle"], ""))


def _waiting(args: Args, currency: str) -> str:
    values = {"each": _money(args["each_cents"], currency), "free": args["free_min"], "most": args["most_min"], "count": args["minutes"]}
    terms = _("%(each)s a minute after the first %(free)d at a stop") % values if args["free_min"] else _("%(each)s a minute") % values
    if args["most_min"]:
        terms = _("%(terms)s, %(most)d minutes at most") % {**values, "terms": terms}
    if not args["minutes"]:
        return terms
    text = ngettext("%(count)d minute waited: %(terms)s", "%(count)d minutes waited: %(terms)s", args["minutes"])
    return text % {**values, "terms": terms}


def _supplement(args: Args, currency: str) -> str:
    return str(args["reason"])


def measured(measure: str, amount: int) -> str:
    """`5 km`, `3 drops`: an amount of what rules can ask about."""
    if measure == "distance_m":
        return words.km(amount)
    if measure == "weight_g":
        return words.kg(amount)
    if measure == "volume_l":
        return _("%(volume)s l") % {"volume": words.number(amount)}
    if measure == "minute":
        return words.clock(time(*divmod(amount % DAY_MINUTES, 60)))
    if measure in {"shortest_window_min", "lead_min"}:
        return ngettext("%(count)d minute", "%(count)d minutes", amount) % {"count": amount}
    if measure == "pieces":
        return ngettext("%(count)d parcel", "%(count)d parcels", amount) % {"count": amount}
    if measure == "pickups":
        return ngettext("%(count)d pickup", "%(count)d pickups", amount) % {"count": amount}
    if measure == "doorsteps":
        return ngettext("%(count)d drop up to the door", "%(count)d drops up to the door", amount) % {"count": amount}
    if measure == "outside":
        return ngettext("%(count)d stop outside our area", "%(count)d stops outside our area", amount) % {"count": amount}
    return ngettext("%(count)d drop", "%(count)d drops", amount) % {"count": amount}


def condition(when: Mapping[str, Any] | None) -> str:
    """`from 5 km to 10 km`: when a rule applies, as `PriceRule.params["when"]` keeps it; empty for always."""
    if not when:
        return ""
    values = {end: measured(when["measure"], when[end]) for end in ("least", "most") if when.get(end) is not None}
    if len(values) == 2:
        return _("from %(least)s to %(most)s") % values
    return _("from %(least)s") % values if "least" in values else _("up to %(most)s") % values


_WORDS: dict[str, Callable[[Args, str], str]] = {
    "base": _base,
    "extra_drop": _extra_drop,
    "distance": _distance,
    "distance_estimated": _distance_estimated,
    "distance_unlocated": _distance_unlocated,
    "weight": _weight,
    "weight_unknown": _weight_unknown,
    "parcel": _parcel,
    "short_window": _short_window,
    "out_of_zone": _out_of_zone,
    "volume": _volume,
    "pieces": _pieces,
    "short_notice": _short_notice,
    "times": _times,
    "percent": _percent,
    "minimum": _minimum,
    "maximum": _maximum,
    "fixed": _fixed,
    "per_unit": _per_unit,
    "each_stop": _each_stop,
    "doorstep": _doorstep,
    "vehicle": _vehicle,
    "waiting": _waiting,
    "supplement": _supplement,
}
