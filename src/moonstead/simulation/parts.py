"""Parts as the network sees them: every load in one list, everything in order of names."""

from dataclasses import fields
from typing import Any

from moonstead.components import Converter, Load, Parts, Transmitter


def all_loads(parts: Parts) -> tuple[Load, ...]:
    """Return plain loads, converters, transmitters and the sending ends of links, by name."""
    link_ends = tuple(
        Load(
            name=link.name,
            bus=link.from_bus,
            node=link.node,
            power_w=link.capacity_w,
            priority=link.priority,
            initial_level=link.initial_level,
            divisible=True,
        )
        for link in parts.links
    )
    loads = (
        *parts.loads,
        *(converter.load for converter in parts.converters),
        *(transmitter.load for transmitter in parts.transmitters),
        *link_ends,
    )
    return tuple(sorted(loads, key=lambda load: load.name))


def sorted_parts(parts: Parts) -> Parts:
    """Return the same parts, each kind in order of names."""

    def name_of(item: Any) -> str:
        owner = item.load if isinstance(item, Converter | Transmitter) else item
        return str(owner.name)

    return Parts(
        **{
            field.name: tuple(sorted(getattr(parts, field.name), key=name_of))
            for field in fields(Parts)
        }
    )
