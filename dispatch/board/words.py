"""The words of a board, looked up once a page instead of once a row, and its figures remembered by value."""

from datetime import datetime
from html import escape

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from coopdelivery.kit import drawing, words
from dispatch.board.read import TagShown
from dispatch.models import TaskStatus
from dispatch.outlook.load import Load
from dispatch.outlook.promises import LATE, Outlook

Tags = tuple[TagShown, ...]


class Words:
    """Made for one request, in its language and zone."""

    def __init__(self) -> None:
        self.pickup, self.drop = _("Pickup"), _("Drop")
        self.planned, self.promised, self.note = _("planned"), _("promised"), _("note")
        self.done, self.failed, self.cancelled, self.doing = _("done"), _("failed"), pgettext("stop", "cancelled"), _("under way")
        self.unseen, self.again = _("not seen yet"), _("attempt")
        self.to_check, self.early = _("place to check on the map"), _("before its own pickup")
        self.at_risk, self.late = _("at risk"), _("late")
        self.pen = mark("pen", self.note)
        self.eye = mark("eye", self.unseen, "unseen")
        self.pin = mark("pin", self.to_check, "check")
        self.hub = mark("hub", _("on its way through a hub"))
        self.up, self.down = mark("up", f"{self.pickup} "), mark("down", f"{self.drop} ")
        self.risk_glyph, self.late_glyph = drawing.glyph("risk"), drawing.glyph("late")
        self.ends: dict[str, str] = {
            TaskStatus.FAILED: f'<span class="st failed">{self.failed}</span>',
            TaskStatus.CANCELLED: f'<span class="st">{self.cancelled}</span>',
            TaskStatus.DONE: f'<span class="vh">{self.done}</span>',
        }
        self.planned_mark = f'<span class="vh">{self.planned} </span>'
        self.going = f'<span class="vh">{self.doing}</span>'
        self.weight, self.room, self.end, self.break_word = _("Weight"), _("Room"), _("end"), _("break %(time)s")
        self.actions, self.stops_of, self.finished = _("Actions for %(name)s"), _("Stops of %(name)s, in order"), _("finished")
        self.spare = _("%(count)s min to spare")
        self._states: dict[tuple[str, int], str] = {}
        self._unseen: dict[int, str] = {}
        self._loads: dict[tuple[int, int, int, int], str] = {}
        self._menus: dict[str, str] = {}
        self._promises: dict[tuple[datetime, datetime], str] = {}
        self._clocks: dict[datetime, str] = {}
        self._kg: dict[int, str] = {}
        self._tags: dict[Tags, str] = {}

    def promise(self, start: datetime, end: datetime) -> str:
        """`promised 10–12h`, made once for each window to the minute."""
        key = (start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
        found = self._promises.get(key)
        if found is None:
            found = self._promises[key] = f'<span class="vh">{self.promised} </span>{escape(words.promise(*key))}'
        return found

    def clock(self, at: datetime) -> str:
        """`10:42`, made once for each minute of the day instead of once for each stop."""
        minute = at.replace(second=0, microsecond=0)
        found = self._clocks.get(minute)
        if found is None:
            found = self._clocks[minute] = words.clock(minute)
        return found

    def menu(self, kind: str, name: str) -> str:
        """Everything that dragging does, as words. The script turns these into dialogs; without it they lead to pages."""
        found = self._menus.get(kind)
        if found is None:
            button = '<li><button type="button" data-act="{}">{} {}</button></li>'.format
            entries = "".join(button(act, drawing.icon(icon), escape(text)) for act, text, icon in acts(kind))
            found = self._menus[kind] = f"{drawing.icon('ellipsis-vertical')}</summary><ul>{entries}</ul></details>"
        label = escape(self.actions % {"name": name})
        return f'<details class="menu to-end mini"><summary aria-label="{label}">{found}'

    def kg(self, grams: int, unknown: int) -> str:
        """`2.4 kg`; with parcels nobody weighed `?`, never zero."""
        if unknown and not grams:
            return escape(words.kg(None))
        found = self._kg.get(grams)
        if found is None:
            found = self._kg[grams] = escape(words.kg(grams))
        return f"{found}+" if unknown else found

    def state(self, outlook: Outlook) -> str:
        """The glyph with its minutes: shape and words before colour."""
        key = (outlook.state, outlook.minutes)
        found = self._states.get(key)
        if found is None:
            late = outlook.state == LATE
            glyph, word, sign = (self.late_glyph, self.late, "") if late else (self.risk_glyph, self.at_risk, "+")
            said = f'<span class="vh">{escape(word)} </span>{sign}{minutes(outlook.minutes)}'
            found = self._states[key] = f'<span class="st {outlook.state}">{glyph}{said}</span>'
        return found

    def tags(self, tags: Tags) -> str:
        """The name, in the colour of its thread; of many the first two, and how many more."""
        if not tags:
            return ""
        found = self._tags.get(tags)
        if found is None:
            chips = "".join(f'<span class="bd-tag{drawing.colour_class(tag.colour)}">{escape(tag.name)}</span>' for tag in tags[:2])
            more = escape(", ".join(tag.name for tag in tags[2:]))
            found = self._tags[tags] = chips + (f'<span class="x">+{len(tags) - 2}<span class="vh"> {more}</span></span>' if more else "")
        return found

    def not_seen(self, count: int) -> str:
        found = self._unseen.get(count)
        if found is None:
            said = escape(ngettext("stop not seen yet", "stops not seen yet", count))
            found = self._unseen[count] = f'<span class="faint nb">{drawing.icon("eye-off")} {count}<span class="vh"> {said}</span></span>'
        return found

    def load(self, label: str, peak: int, now: int, most: int, figures: str) -> str:
        """A load along the round against what the bike carries, with its figures."""
        over = bool(most) and peak > most
        warning = self.risk_glyph + f'<span class="vh">{escape(_("too much"))}</span>' if over else ""
        track = drawing.load_track(peak, now, most) if most else '<span class="track none" aria-hidden="true"></span>'
        return f'<div class="load{" over" if over else ""}"><span>{escape(label)}</span>{track}<span>{figures}{warning}</span></div>'

    def loads(self, load: Load, most_g: int, most_l: int) -> str:
        """The weight, and the room where either is known; loads that look the same are drawn once."""
        key = (load.peak_g, load.now_g, load.peak_l, load.now_l)
        if most_g or most_l or key not in self._loads:
            found = self._drawn(load, most_g, most_l)
            if most_g or most_l:
                return found
            self._loads[key] = found
        return self._loads[key]

    def _drawn(self, load: Load, most_g: int, most_l: int) -> str:
        number, peak = words.number, load.peak_g
        grams = f"<b>{number(peak / 1000, 1 if peak < 10_000 else 0)}</b>{f'/{number(most_g / 1000)}' if most_g else ''} kg"
        drawn = self.load(self.weight, peak, load.now_g, most_g, grams)
        if load.peak_l or most_g or most_l:
            litres = f"<b>{number(load.peak_l)}</b>{f'/{number(most_l)}' if most_g or most_l else ''} l"
            drawn += self.load(self.room, load.peak_l, load.now_l, most_l, litres)
        return drawn

    def left(self, outlook: Outlook) -> str:
        """For what nobody has: how long the promise is still open, or since when it is not."""
        if outlook.state == LATE:
            return self.state(outlook)
        return f'<span class="st risk">{self.risk_glyph}<span class="vh">{escape(self.at_risk)} </span>{minutes(outlook.minutes)}</span>'


def mark(drawn: str, word: str, name: str = "") -> str:
    """A drawing of the style sheet with its word inside it: one element where an icon and its word are five, hundreds of times."""
    named = f' data-mark="{name}"' if name else ""
    return f'<span class="mk {drawn}"{named}>{escape(word)}</span>'


def minutes(count: int) -> str:
    """`6` up to 99 minutes, then `2h05`; the unit is said to screen readers."""
    if count < 100:
        return f'{count}<span class="vh"> {escape(ngettext("minute", "minutes", count))}</span>'
    return f"{count // 60}h{count % 60:02d}"


def acts(kind: str) -> list[tuple[str, str, str]]:
    """The menu of a person's column with or without loose stops, of a round nobody has, or of a named round within a column."""
    order = ("order", _("Suggest an order"), "waypoints")
    edit = ("edit", _("Name, hour, split, merge"), "pencil")
    if kind == "within":
        rest = ("rest", _("Hand over the rest of the round"), "arrow-left-right")
        return [rest, order, ("take_back", _("Take this round back"), "undo-2"), edit]
    items = [("pick", _("Select all stops"), "list-checks"), ("here", _("Give the selected stops here"), "corner-down-right")]
    if kind == "round":
        items += [("give", _("Give this round to…"), "user-plus"), order, edit]
    else:
        items += [("rest", _("Hand over the rest"), "arrow-left-right"), *([order] if kind == "loose" else [])]
    items.append(("figures", _("Way, hours, load, income"), "chart-column"))
    return [*items, ("sheet", _("Run sheet on paper"), "printer")]
