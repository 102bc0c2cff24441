"""The guard: keeps the station alive whatever planner and executive want, and knows neither.

A tick has two halves. `Guard.assess` takes telemetry first of all, finds the mode and checks what
came up from Earth. Planner and executive then work under `Guard.supervise`; what they command goes
out through `Guard.release`, which acts in the same tick. Where they fail, the fixed programme of
the mode goes on alone.
"""

import math
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from moonstead.autonomy.guard.deleting import deletions
from moonstead.autonomy.guard.effect import Effect
from moonstead.autonomy.guard.energy.weigh import bus_w
from moonstead.autonomy.guard.filter import CommandFilter, Sifted
from moonstead.autonomy.guard.knowledge import Knowledge, Lever
from moonstead.autonomy.guard.ladder import Ladder, Safe, Signs
from moonstead.autonomy.guard.modes import DOWN_MARGIN, FLOODED, SEVERITY, Mode
from moonstead.autonomy.guard.outgoing import Outgoing, Stand
from moonstead.autonomy.guard.pending import Pending
from moonstead.autonomy.guard.view import NO_EVIDENCE, Evidence, View
from moonstead.autonomy.guard.watch import Beat, Clock, DeadMan, boot_notices
from moonstead.autonomy.guard.witnesses import Energy, Witnesses
from moonstead.autonomy.guard.words import HANDED_ON_KINDS, Refusal
from moonstead.contracts import (
    BoolArray,
    Command,
    Notice,
    Telecommand,
    Telemetry,
    Verification,
    Verified,
)
from moonstead.units import KWH_J

EXECUTIVE = "executive"
"""The part whose commands `Guard.release` takes."""
CLOCK_JUMPED = "the clock jumped"
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Asked:
    """What the telecommands of a tick ask of the guard itself."""

    clears: list[Telecommand] = field(default_factory=list)
    wants_safe: bool = False
    restart: dict[str, str] = field(default_factory=dict)
    handed_on: list[Telecommand] = field(default_factory=list)


class Guard:
    """The memory of the guard around its knowledge of the station.

    Parameters
    ----------
    knowledge
        Of the station and its sky.
    level
        Of autonomy at the start, 1 to 4 (ECSS-E-ST-70-11C).
    """

    def __init__(self, knowledge: Knowledge, level: int = 4) -> None:
        self.knowledge = knowledge
        self.level = level
        self.levels: dict[str, int] = {}
        self._sources = np.array(knowledge.main_sources, dtype=np.int64)
        self._loads = np.array(knowledge.main_loads, dtype=np.int64)
        self._recorder_limit_bit = np.maximum(knowledge.recorder_limit_bit, 1.0).tolist()
        self._clock = Clock(knowledge.tick_s)
        self._dead_man = DeadMan(knowledge.parts)
        self._witnesses = Witnesses(knowledge.fleet, tuple(s.place for s in knowledge.stores))
        self._filter = CommandFilter(knowledge)
        self._effect = Effect(knowledge)
        self._pending = Pending(knowledge.levers)
        self._outgoing = Outgoing(knowledge)
        self._extra = (-1, 0.0, 1.0)
        self._ladder = Ladder()
        self._safe = Safe()
        self._energy_j: float | None = None
        self._net_w = 0.0
        self._told: list[str] = []
        self._mode = Mode.NOMINAL
        self._is_alone = False
        self._boot = ""

    @property
    def mode(self) -> Mode:
        """The mode that was told last."""
        return self._mode

    @property
    def sent(self) -> Mapping[str, float]:
        """The level that each lever was set to."""
        return self._outgoing.sent

    def design_alarms(self) -> tuple[Notice, ...]:
        """Say where site, stores and loads do not fit each other, whatever is done."""
        known, alarms = self.knowledge, []
        reserve_j, lacking_j = known.reserve
        if lacking_j.max(initial=0.0) > 0.0:
            slot = int(lacking_j.argmax())
            capacity_j = float(reserve_j[slot])
            worst_j = capacity_j + float(lacking_j[slot])
            text = (
                f"the darkness ahead needs {worst_j / KWH_J:.0f} kWh in reserve, the stores can "
                f"deliver {capacity_j / KWH_J:.0f} kWh: this design cannot be sure to survive"
            )
            at_t_s = known.start_t_s + slot * known.slot_s
            values = {"reserve_j": worst_j, "capacity_j": capacity_j, "at_t_s": at_t_s}
            alarms.append(Notice("design-alarm", "station", text, values))
        least_j = float(known.capacity_j[known.capacity_j > 0.0].min(initial=np.inf))
        for below in (Mode.TRIM, Mode.REDUCED, Mode.SURVIVAL):
            above, step = Stand(Mode(below - 1)), DOWN_MARGIN[below]
            most_w = sum(x.power_w for x in known.levers if above.allows(x.priority))
            drain = most_w * known.tick_s / least_j
            if drain > step:
                text = (
                    f"in {above.step.name.lower()} the loads can drain {100.0 * drain:.1f} % of "
                    f"the capacity in one tick, from {100.0 * step:g} % above the reserve: "
                    "decide more often"
                )
                values = {"drain_fraction": drain}
                alarms.append(Notice("design-alarm", "station", text, values))
        return tuple(alarms)

    def boot(self, why: str) -> None:
        """Begin after a reset of the computer: how anything stands outside is not known."""
        self._boot = why
        self._outgoing.say_again()
        self._dead_man.resets_s.append(0.0)

    def assess(self, telemetry: Telemetry, evidence: Evidence = NO_EVIDENCE) -> View:
        """Take a frame, find the mode, check what came up; first in every tick."""
        known, notices = self.knowledge, []
        beat = self._clock.read(telemetry.t_s)
        if self._boot:
            notices += boot_notices(self._boot, beat.dt_s)
            self._boot = ""
        if beat.oddity:
            notices.append(Notice("clock", "station", beat.oddity, {"dt_s": beat.dt_s}))
        slot = known.slot(beat.t_s)
        is_lit, energy = self._weigh(telemetry, beat, slot)
        signs = self._signs(telemetry, evidence, energy.deliverable_j, beat.t_s, is_lit=is_lit)
        why = self._ladder.assess(signs, beat.dt_s)
        stand = Stand(
            self._ladder.step, bool(self._safe.reasons), bool(known.dark_soon[slot]) or not is_lit
        )
        asked, sifted = self._sift(telemetry.received, beat, stand)
        notices += sifted.notices
        anew = self._dead_man.assess(beat.dt_s, is_running=not stand.is_safe) | asked.restart
        reasons = list(evidence.critical)
        reasons += [CLOCK_JUMPED] if beat.has_jumped else []
        reasons += self._dead_man.given_up()
        reasons += [FLOODED] if sifted.is_flooded else []
        reasons += ["commanded from Earth"] if asked.wants_safe else []
        is_safe, why_safe = self._safe.assess(
            reasons, beat.dt_s, is_cleared=bool(asked.clears), level=self.level
        )
        if stand.is_safe and not is_safe:
            anew = dict.fromkeys(known.parts, why_safe)
            self._dead_man.forget()
        self._is_alone = is_safe or EXECUTIVE in anew
        stand = Stand(stand.step, is_safe, stand.is_dark)
        self._outgoing.take(stand, beat.dt_s)
        self._outgoing.warm(telemetry.node_temperature_k)
        notices += [Notice("restart", part, how) for part, how in anew.items()]
        notices += self._tell(energy, signs.margin, why_safe or why, stand)
        reports = sifted.reports
        if asked.clears:
            self._witnesses.trust_gauge()
            stage = Verified.COMPLETION_FAILED if is_safe else Verified.COMPLETED
            reports += [Verification(c.source, c.sequence, stage, why_safe) for c in asked.clears]
        if beat.is_fresh:
            reports += self._pending.check(telemetry, self._outgoing.sent, self._outgoing.wished)
        return View(
            mode=self._mode,
            stand=stand,
            t_s=beat.t_s,
            energy_j=energy.deliverable_j,
            reserve_j=known.at(known.reserve[0], beat.t_s),
            margin=signs.margin,
            level=self.level,
            levels=dict(self.levels),
            restart=anew,
            handed_on=tuple(asked.handed_on),
            notices=tuple(notices),
            reports=tuple(reports),
        )

    def supervise(self, part: str, work: Callable[[], Answer], otherwise: Answer) -> Answer:
        """Let a part work; return its answer, or ``otherwise`` where it fails or is off in SAFE."""
        if self._outgoing.stand.is_safe:
            return otherwise
        try:
            answer = work()
        except Exception as error:  # noqa: BLE001  whatever an untrusted part raises is contained
            self._dead_man.fail(part, f"{type(error).__name__}: {error}")
            return otherwise
        self._dead_man.beat(part)
        return answer

    def release(
        self, commands: list[Command], path_open: BoolArray, isolated: frozenset[str] = frozenset()
    ) -> tuple[tuple[Command, ...], tuple[Notice, ...]]:
        """Return what goes out of what the executive commands; last in every tick.

        Parameters
        ----------
        commands
            Wishes; what is wished holds until something else is.
        path_open
            Telemetry.
        isolated
            Faulty elements that may be switched off although something dies without them.
        """
        nonsense = self._outgoing.is_nonsense(commands)
        if nonsense:
            self._dead_man.fail(EXECUTIVE, nonsense)
        if EXECUTIVE in self._dead_man.failed:
            self._is_alone = True
        if self._is_alone:
            self._outgoing.wish_normal()
        changed, notices = self._outgoing.release(
            [] if self._is_alone else commands, isolated, path_open, is_alone=self._is_alone
        )
        return changed, tuple(notices)

    def delete(
        self, left_bit: Mapping[str, float], telemetry: Telemetry
    ) -> tuple[tuple[Command, ...], tuple[Notice, ...]]:
        """Return the commands that leave so much in packet stores, where that may be."""
        if not left_bit or self._is_alone:
            return (), ()
        return deletions(self.knowledge, left_bit, telemetry)

    def _weigh(self, telemetry: Telemetry, beat: Beat, slot: int) -> tuple[bool, Energy]:
        known, sent = self.knowledge, self._outgoing.sent
        made_w, drawn_w = bus_w(
            telemetry.source_power_w, telemetry.load_power_w, self._sources, self._loads
        )
        net_w = made_w - drawn_w
        is_lit = telemetry.sun_seen or made_w >= known.survival_w[slot] > 0.0
        if not beat.is_fresh and self._energy_j is not None:
            return is_lit, Energy(self._energy_j)
        if self._extra[0] != self._outgoing.changes:
            share = self._effect.generation_share(sent)
            self._extra = (self._outgoing.changes, self._effect.extra_w(sent), share)
        model_w = -float(known.survival_w[slot]) - self._extra[1]
        if telemetry.sun_seen:
            model_w += float(known.generation_w[slot]) * self._extra[2]
        self._net_w = net_w if math.isfinite(net_w) else model_w
        powers_w = (net_w, model_w)
        energy = self._witnesses.weigh(
            telemetry.store_energy_j, powers_w, known.present[slot], beat.dt_s, is_lit=is_lit
        )
        self._energy_j = energy.deliverable_j
        return is_lit, energy

    def _signs(
        self, telemetry: Telemetry, evidence: Evidence, energy_j: float, t_s: float, *, is_lit: bool
    ) -> Signs:
        known = self.knowledge
        reserve_j, lacking_j = known.reserve
        slot = known.slot(t_s)
        capacity_j = float(known.capacity_j[slot])
        soon_j = energy_j + min(self._net_w, 0.0) * known.tick_s
        above_j = soon_j - known.at(reserve_j, t_s + known.tick_s)
        if capacity_j > 0.0:
            margin = above_j / capacity_j
        else:  # generation alone carries it, or what a new store holds
            margin = 1.0 if above_j >= 0.0 and lacking_j[slot] <= 0.0 else -1.0
        filled = zip(telemetry.recorder_bit.tolist(), self._recorder_limit_bit, strict=True)
        room = min((1.0 - bit / limit_bit for bit, limit_bit in filled), default=1.0)
        return Signs(
            margin=margin,
            room=min(room if math.isfinite(room) else 1.0, evidence.room),
            is_lit=is_lit,
            is_doomed=energy_j < known.at(known.full_sun_reserve_j, t_s),
            is_above_floor=energy_j > known.floor_j[slot] or capacity_j <= 0.0,
        )

    def _sift(
        self, received: tuple[Telecommand, ...], beat: Beat, stand: Stand
    ) -> tuple[Asked, Sifted]:
        asked = Asked()
        begun: list[Verification] = []

        def harm_of(lever: Lever, level: float) -> Refusal | None:
            now = (beat.t_s, self._witnesses.believed_j)
            return self._effect.harm_of(lever, level, self._outgoing.planned(), stand, now)

        def apply(item: Telecommand) -> None:
            self._obey(item, asked, begun)

        is_time_sure = not beat.has_jumped and CLOCK_JUMPED not in self._safe.reasons
        times_s = (beat.t_s, beat.dt_s)
        sifted = self._filter.sift(received, times_s, harm_of, apply, is_time_sure=is_time_sure)
        sifted.reports += begun
        return asked, sifted

    def _obey(self, item: Telecommand, asked: Asked, reports: list[Verification]) -> None:
        """Do what an accepted telecommand asks."""
        if item.kind in HANDED_ON_KINDS:
            asked.handed_on.append(item)
            return
        reports.append(Verification(item.source, item.sequence, Verified.STARTED))
        if item.kind == "level":
            self._outgoing.wish(item.target, item.value)
            self._pending.add(item)
            return
        if item.kind == "safe":
            asked.wants_safe = True
        elif item.kind == "clear":
            asked.clears.append(item)
            return
        elif item.kind == "restart":
            asked.restart[item.target] = f"commanded by {item.source}"
        elif item.target:
            self.levels[item.target] = int(item.value)
        else:
            self.level = int(item.value)
        reports.append(Verification(item.source, item.sequence, Verified.COMPLETED))

    def _tell(self, energy: Energy, margin: float, why: str, stand: Stand) -> list[Notice]:
        """Tell what changed: the mode, and whether the witnesses of the energy agree."""
        notices = []
        mode = Mode.SAFE if stand.is_safe else stand.step
        if mode != self._mode:
            verb = "goes down to" if mode > self._mode else "recovers to"
            text = f"{verb} {mode.name.lower()}: {why}"
            values = {
                "mode": float(mode),
                "severity": float(SEVERITY[mode]),
                "margin_fraction": margin,
            }
            notices.append(Notice("mode", "station", text, values))
            self._mode = mode
        told = ["energy"] if energy.words else []
        if told != self._told:
            text = energy.words or "the witnesses of the stored energy agree again"
            kind = "energy-doubt" if told else "energy-agreed"
            notices.append(Notice(kind, "station", text, {"spread_fraction": energy.spread}))
            self._told = told
        return notices

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "level": self.level,
            "levels": dict(self.levels),
            "clock": {
                "last_t_s": self._clock.last_t_s,
                "odd_t_s": self._clock.odd_t_s,
                "odd_ticks": self._clock.odd_ticks,
            },
            "dead_man": {
                "silent": dict(self._dead_man.silent),
                "failed": dict(self._dead_man.failed),
                "restarts_s": list(self._dead_man.restarts_s),
                "resets_s": list(self._dead_man.resets_s),
            },
            "witnesses": self._witnesses.state(),
            "filter": self._filter.state(),
            "pending": self._pending.state(),
            "outgoing": self._outgoing.state(),
            "ladder": [int(self._ladder.step), self._ladder.good_s],
            "safe": {
                "reasons": list(self._safe.reasons),
                "for_s": self._safe.for_s,
                "quiet_s": self._safe.quiet_s,
                "alone_s": self._safe.alone_s,
                "known": list(self._safe.known),
            },
            "energy_j": self._energy_j,
            "net_w": self._net_w,
            "told": list(self._told),
            "mode": int(self._mode),
            "is_alone": self._is_alone,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.level, self.levels = state["level"], dict(state["levels"])
        self._clock = Clock(self.knowledge.tick_s, **state["clock"])
        self._dead_man = DeadMan(self.knowledge.parts, **_copied(state["dead_man"]))
        self._witnesses.restore(state["witnesses"])
        self._filter.restore(state["filter"])
        self._pending.restore(state["pending"])
        self._outgoing.restore(state["outgoing"])
        step, good_s = state["ladder"]
        self._ladder = Ladder(Mode(step), good_s)
        self._safe = Safe(**_copied(state["safe"]))
        self._energy_j, self._net_w = state["energy_j"], state["net_w"]
        self._told, self._mode = list(state["told"]), Mode(state["mode"])
        self._is_alone = state["is_alone"]


def _copied(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return state whose lists and dictionaries may be changed."""
    return {name: copy(value) for name, value in state.items()}
