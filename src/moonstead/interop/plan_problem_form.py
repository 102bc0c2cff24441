"""The form of a planning problem in a file: what stands where, and of which kind."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT, VERSION = "moonstead planning problem", 1

Finite = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[Finite, Field(ge=0.0)]
Share = Annotated[Finite, Field(ge=0.0, le=1.0)]
Efficiency = Annotated[Finite, Field(gt=0.0, le=1.0)]
Count = Annotated[int, Field(ge=1)]
Place = Annotated[int, Field(ge=0)]
Series = tuple[Finite | tuple[Count, Finite], ...]
"""A number for one slot, or how many slots and their number."""
Limits = tuple[Finite | tuple[Count, Finite | None] | None, ...]
"""The same; null where there is no limit."""
Runs = tuple[tuple[Place, Count], ...]
"""From and until (exclusive) a slot."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class HoldForm(_Form):
    """A unit that a task has for itself."""

    unit: Place
    first: int
    end: int


class TakeForm(_Form):
    """What a task takes of a pool."""

    pool: Place
    amount: Series


class OptionForm(_Form):
    """One way to do a task."""

    name: str = ""
    power_w: Series
    heat_w: Series
    rate_bit_per_s: Series
    recorder: Place = 0
    holds: tuple[HoldForm, ...] = ()
    takes: tuple[TakeForm, ...] = ()
    worth: tuple[tuple[Place, Count, Finite], ...]


class TaskForm(_Form):
    """Something to be done once, or left out."""

    name: str
    request: str = ""
    partner: Place
    campaign: Place | None = None
    options: tuple[OptionForm, ...]
    planned: tuple[Place, Place] | None = None


class PrecedenceForm(_Form):
    """One task after another."""

    before: Place
    after: Place
    lag_min: int
    lag_max: int | None = None


class PartnerForm(_Form):
    """Whose tasks they are."""

    name: str
    counted: Finite = 0.0
    knees: tuple[Finite, ...] = ()
    slopes: tuple[Finite, ...] = (1.0,)


class CampaignForm(_Form):
    """Tasks that are worth more together."""

    name: str
    rewards: tuple[Finite, ...]


class StoreForm(_Form):
    """A store on the main bus."""

    capacity_j: NotNegative
    charge_power_w: NotNegative
    discharge_power_w: NotNegative
    charge_efficiency: Efficiency
    discharge_efficiency: Efficiency
    loss_share: Share
    floor_loss_j: NotNegative | None = None
    start_j: Finite


class RecorderForm(_Form):
    """A recorder."""

    name: str
    start_bit: NotNegative
    limit_bit: NotNegative
    end_bit: NotNegative
    drain_bit_per_s: Series


class PoolForm(_Form):
    """Something of which there are several alike."""

    name: str
    amount: Series


class UnitForm(_Form):
    """Something that one task has at a time."""

    name: str
    taken: Runs = ()


class ProblemForm(_Form):
    """The whole file."""

    format: Literal["moonstead planning problem"]
    version: Literal[1]
    name: str
    start_t_s: Finite
    slot_s: Annotated[Finite, Field(gt=0.0)]
    n_slots: Annotated[int, Field(ge=1, le=1_000_000)]
    moving_cost: NotNegative = 0.0
    net_w: Series
    power_cap_w: Limits
    heat_cap_w: Limits
    required_j: Series
    stores: tuple[StoreForm, ...]
    recorders: tuple[RecorderForm, ...]
    pools: tuple[PoolForm, ...]
    units: tuple[UnitForm, ...]
    partners: tuple[PartnerForm, ...]
    campaigns: tuple[CampaignForm, ...]
    tasks: tuple[TaskForm, ...]
    precedences: tuple[PrecedenceForm, ...]
