"""What is to be planned: tasks with all their possible starts, and what the station has for them.

Time is cut into even slots. A task takes what it takes from its start slot on, slot by slot; a plan
gives each task an option and a start slot, or leaves it out. Everything is in SI; nothing here
knows what a rover or a lamp is, so that the same search plans any station, or a schoolbook problem.

What a plan must hold is said here once; `moonstead.autonomy.planning.validate` checks it with
code of its own, apart from the search.

1. A task starts in a slot where its option may start (`Option.worth` is a number), and every slot
   that the option takes something in lies inside the horizon.
2. No unit is held by two tasks at once, nor by a task in a slot where it is taken already.
3. In no slot do tasks take more of a pool than there is, more power than `Supply.power_cap_w`, or
   give off more heat than `Supply.heat_cap_w`.
4. After each slot the stores can deliver at least `Supply.required_j`, no recorder holds more than
   its limit (at the end of the horizon: than its end limit), and no power stays unmet; or, where
   the station without any task fails in this, it is no worse with them.
5. If a task of a `Precedence` is placed, what it comes after is placed too, at least and at most so
   many slots before.

Stores follow the dispatch of the simulation at the planner's step (design.md, section 4): surplus
charges, lack discharges, in the order of the stores, within their power limits and efficiencies;
then each loses its share of what it holds. What finds no room is spilled. The share is lost of what
lies under the floor too (`Supply.floor_loss_j`), so a store may fall below its floor; it delivers
nothing then. In no rule do limits below 0 ask for more than that tasks take nothing.
"""

from dataclasses import dataclass

from moonstead.contracts import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A unit that a task has for itself, from and until (exclusive) a slot after its start."""

    unit: int
    first: int
    end: int
    """May lie behind the last slot of the task: its element is not ready again before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """What a task takes of a pool, shape (n_taken,) from its start slot on."""

    pool: int
    amount: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to do a task; arrays from its start slot on, shape (n_taken,), all of one length."""

    name: str = ""
    power_w: FloatArray
    """Drawn from the main bus; below 0 where the task saves power, such as a sleep."""
    heat_w: FloatArray
    """Given to the thermal loop."""
    rate_bit_per_s: FloatArray
    """Written to the recorder."""
    recorder: int = 0
    holds: tuple[Hold, ...] = ()
    takes: tuple[Take, ...] = ()
    worth: FloatArray
    """Points for a start in each slot, shape (n_slots,); NaN where it may not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to be done once, or left out."""

    name: str
    request: str = ""
    """What it is one of, for people."""
    partner: int
    campaign: int = -1
    """-1 for none."""
    options: tuple[Option, ...]
    """At most one of them is done."""
    planned: tuple[int, int] | None = None
    """Option and start slot in the plan before: moving it costs `Problem.moving_cost`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedence:
    """One task comes after another."""

    before: int
    after: int
    lag_min: int
    """From the slot after the last of the first (its power profile's end) to the start of the
    second, slots."""
    lag_max: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Whose tasks they are; points are worth less beyond a share of what the partner may expect."""

    name: str
    counted: float = 0.0
    """Points that count already."""
    knees: tuple[float, ...] = ()
    """Points at which the slope changes, rising."""
    slopes: tuple[float, ...] = (1.0,)
    """One more than knees, falling: the objective is concave in the points of a partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Tasks that are worth more together."""

    name: str
    rewards: tuple[float, ...]
    """Points for the first, second, ... of its tasks that is placed; none for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What the station has; arrays over slots have shape (n_slots,)."""

    net_w: FloatArray
    """Generation that the plan counts on, less what is on anyway."""
    power_cap_w: FloatArray
    """The most that tasks may draw together."""
    heat_cap_w: FloatArray
    """The most heat that tasks may give off together."""
    store_limits: FloatArray
    """(n_stores, 6), in order of dispatch: usable capacity (J above the floor), charge power (W, at
    the bus), discharge power (W, at the bus), charge and discharge efficiency, and the share of the
    energy above the floor that is lost in a slot."""
    store_j: FloatArray
    """(n_stores,) above the floor, at the start."""
    floor_loss_j: FloatArray | None = None
    """(n_stores,) lost in each slot besides: the same share of what lies under the floor; nothing
    where it is left out."""
    required_j: FloatArray
    """Deliverable energy that must be left at the end of each slot."""
    drain_bit_per_s: FloatArray
    """(n_recorders, n_slots) what leaves each recorder, less what is written anyway."""
    recorder_bit: FloatArray
    """(n_recorders,) at the start."""
    recorder_limit_bit: FloatArray
    """(n_recorders,)"""
    recorder_end_bit: FloatArray
    """(n_recorders,) what may be left at the end of the horizon."""
    pools: FloatArray
    """(n_pools, n_slots) how much of each there is: operators on shift, crew, robots."""
    taken: BoolArray
    """(n_units, n_slots) where a unit is held by something that is not planned here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything that a plan is made from."""

    name: str
    start_t_s: float
    """TDB seconds past J2000."""
    slot_s: float
    tasks: tuple[Task, ...]
    precedences: tuple[Precedence, ...] = ()
    partners: tuple[Partner, ...]
    campaigns: tuple[Campaign, ...] = ()
    supply: Supply
    units: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    recorders: tuple[str, ...] = ()
    moving_cost: float = 0.0
    """Points lost for each task that was planned and is placed elsewhere, or not at all."""

    @property
    def n_slots(self) -> int:
        """Length of the horizon."""
        return len(self.supply.net_w)


@dataclass(frozen=True, slots=True)
class Placement:
    """What a plan does with a task."""

    option: int
    start: int
    """Slot."""


Placements = tuple[Placement | None, ...]
"""One for each task of a problem; None where it is left out."""
