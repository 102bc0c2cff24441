"""What plants have in common: a converter on a bus, with its own walls."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from moonstead.components import Converter, Flow, Load, Need, Parts, Tank
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Thermal, heater, thermal_node
from moonstead.spec import Name, NotNegative


class Plant(Element):
    """An element whose work is to turn commodities into others."""

    bus: Name = "main"
    """The bus that it is on."""
    idle_fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Share of full power that it takes at throughput zero: 0 for one efficiency at all loads."""
    warm_up_s: NotNegative = 0.0
    """Time at full power before it gives anything."""
    min_run_s: NotNegative = 0.0
    """Once started it goes on this long."""
    thermal: Thermal
    """How it keeps warm."""

    def working(
        self,
        part: str,
        power_w: float,
        flows: Iterable[Flow],
        *,
        kept_fraction: float = 1.0,
        reaction_heat_w: float = 0.0,
        needs: tuple[Need, ...] = (),
        vital: bool = False,
        on: bool = False,
    ) -> Converter:
        """Return the converter of this plant called ``NAME.part``.

        Parameters
        ----------
        part
            Ending of its name.
        power_w
            At full rate.
        flows
            At full rate; they sum to zero.
        kept_fraction
            Share of full power that is heat in the plant at full rate. The rest is bound in what
            it makes or leaves with it, in proportion to the rate: idle, all power is heat.
        reaction_heat_w
            Heat at full rate that does not come from the bus.
        needs
            Working time that it takes.
        vital
            Whether lives hang on it: it is on from the start and shed last.
        on
            Whether it is on from the start.
        """
        load = Load(
            name=f"{self.name}.{part}",
            bus=self.bus,
            node=self.name,
            power_w=power_w,
            priority=Priority.SURVIVAL if vital else Priority.PRODUCTION,
            initial_level=1.0 if vital or on else 0.0,
            divisible=True,
            needs=needs,
        )
        return Converter(
            load=load,
            flows=tuple(flow for flow in flows if flow.kg_per_s != 0.0),
            idle_fraction=self.idle_fraction,
            warm_up_s=self.warm_up_s,
            min_run_s=self.min_run_s,
            reaction_heat_w=reaction_heat_w - (1.0 - kept_fraction) * power_w,
        )

    def plant_parts(self, converters: tuple[Converter, ...], tanks: tuple[Tank, ...] = ()) -> Parts:
        """Return converters and tanks with the plant's node and heater."""
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=heater(self.name, self.bus, self.thermal),
            tanks=tanks,
            converters=converters,
        )


class Producer(Plant):
    """A plant that can wait for power, and for somebody who wants what it makes."""

    always_on: bool = False
    """Whether it runs on all power that is left, and not only for experiments that ask for it."""
