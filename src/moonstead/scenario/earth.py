"""What partners have on Earth: ground stations, control centres, and the direct path to them."""

from typing import Annotated

from pydantic import Field, model_validator

from moonstead.spec import Mistake, Name, Positive, RefersTo, Spec, refused


class DirectPath(Spec):
    """The direct radio path to Earth."""

    name: Name
    """What radios call it."""
    rate_bit_per_s: Positive
    """While a ground station serves it; the greatest where ``radio`` is given."""
    radio: Annotated[Name, RefersTo("radio")] | None = None
    """Of the catalogue of radios: the rate follows the link budget."""
    terminal: Annotated[Name, RefersTo("optical terminal")] | None = None
    """In place of a radio, a laser of the catalogue of optical terminals; clouds close it."""
    min_elevation_deg: Annotated[float, Field(ge=-2.0, lt=90.0)] = 0.0
    """Of a ground station above the terrain horizon."""
    uplink_rate_bit_per_s: Positive = 1000.0
    """From Earth to the station (as Queqiao-1: 1000 bit/s, Zhang 2021)."""

    @model_validator(mode="after")
    def _one_way_to_earth(self) -> "DirectPath":
        if self.radio is not None and self.terminal is not None:
            remedy = "give either radio or terminal: one path has one way to send"
            raise refused("DirectPath", [Mistake(("terminal",), remedy, self.terminal)])
        return self


class GroundStation(Spec):
    """A ground station of the catalogue that a partner gives to the network."""

    station: Annotated[Name, RefersTo("ground station")]
    """One of the catalogue."""
    partner: Annotated[Name, RefersTo("partner")]
    """Who gives it."""
    min_elevation_deg: Annotated[float, Field(ge=0.0, lt=90.0)] = 10.0
    """Of the Moon above its horizon."""
    outages: bool = False
    """Whether it keeps its hours and upkeep and loses time to weather; else it is always free."""
    terminal: Annotated[Name, RefersTo("optical terminal")] | None = None
    """A telescope beside its dish that receives by laser, of the catalogue of optical terminals;
    clouds close it whatever ``outages`` says."""


class ControlCentre(Spec):
    """A control centre of the catalogue whose people a partner gives to the station."""

    centre: Annotated[Name, RefersTo("control centre")]
    """One of the catalogue."""
    partner: Annotated[Name, RefersTo("partner")]
    """Who gives it; its people look after the partner's own sessions first."""
    staff_fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Share of each of its shifts that may operate sessions; the others have other work."""
