"""The modes of the station and what each allows, in tables.

PUS-C words (ECSS-E-ST-70-41C): a change of mode is an event of service 5 with the severity below;
the guard's answers to telecommands are reports of service 1.
"""

from enum import IntEnum

from moonstead.contracts import Priority
from moonstead.units import HOUR_S


class Mode(IntEnum):
    """From everything on to the least that lives; SAFE stands beside the ladder of energy."""

    NOMINAL = 0
    TRIM = 1
    """No production, no new opportunistic starts."""
    REDUCED = 2
    """No science; rovers parked on a trickle charge."""
    SURVIVAL = 3
    """Computer, heaters and a beacon."""
    HIBERNATE = 4
    """Heaters at their lower limits, computer naps, a beacon."""
    SAFE = 5
    """No planner, no executive: the guard's fixed programme alone."""


DOWN_MARGIN = {Mode.TRIM: 0.09, Mode.REDUCED: 0.05, Mode.SURVIVAL: 0.02}
"""Enter a mode below this margin, as a share of the capacity. The mode before must not drain more
in one tick."""
UP_MARGIN = {Mode.TRIM: 0.12, Mode.REDUCED: 0.09, Mode.SURVIVAL: 0.05}
"""Leave a mode above this margin, if it lasts."""
HOLD_S = {
    Mode.TRIM: 4 * HOUR_S,
    Mode.REDUCED: 4 * HOUR_S,
    Mode.SURVIVAL: 12 * HOUR_S,
    Mode.HIBERNATE: 12 * HOUR_S,
}
"""How long what allows the next mode up must last."""
DOWN_ROOM, UP_ROOM = 0.20, 0.25
"""Room left in recorders and heat rejection: trim below the first, until above the second."""
SAFE_S = 72 * HOUR_S
"""A station at level E4 leaves SAFE by itself after this, if its self-test passes."""
FLOODED, RESETS = "flooded with commands", "the computer resets again and again"
QUIET_S = {FLOODED: 6 * HOUR_S, RESETS: HOUR_S}
"""Where nothing but these has brought SAFE, a station at level E4 leaves it after so long without
any; because of resets only once in `SAFE_S`, or it would go in and out for as long as they
come."""
SELF_RELIANT = 4
"""The level of autonomy (ECSS-E-ST-70-11C, E1 to E4) that may do so."""
LAST_ALLOWED = {
    Mode.NOMINAL: Priority.PRODUCTION,
    Mode.TRIM: Priority.SCIENCE,
    Mode.REDUCED: Priority.HOUSEKEEPING,
    Mode.SURVIVAL: Priority.SURVIVAL,
    Mode.HIBERNATE: Priority.SURVIVAL,
    Mode.SAFE: Priority.HOUSEKEEPING,
}
"""The last step of the shedding ladder that is still allowed on. In SAFE the ladder of energy goes
on beside it, and what either forbids is off."""
SEVERITY = {
    Mode.NOMINAL: 1,
    Mode.TRIM: 1,
    Mode.REDUCED: 2,
    Mode.SURVIVAL: 3,
    Mode.HIBERNATE: 4,
    Mode.SAFE: 4,
}
"""Of the event that tells of entering a mode: TM[5,n], from information to high severity."""
BEACON_S = 6 * HOUR_S
"""In SURVIVAL and HIBERNATE a radio speaks this often, for one tick."""
DARK_LEAD_S = 6 * HOUR_S
"""What must not be off in the dark must be on this long before it."""
