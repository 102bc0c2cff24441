"""What a person takes and gives in a day, closed to the gram.

NASA's rates (Baseline Values and Assumptions Document, BVAD) are 0.816 kg of oxygen, 2.5 kg of
water and 1.5 kg of food as packaged (0.7 kg of it water) in, and 1.04 kg of carbon dioxide, 1.6 kg
of urine and 1.9 kg of humidity out, with 0.345 kg of water made by the body. They are kept as they
stand. What goes in, less these, is 0.276 kg of solid waste: stool, its water and packaging. RP-1324
has 0.200 kg for stool with water, solids of sweat and of urine, so 0.076 kg are uneaten food and
packaging.

Checks that the rates were not made for: the heat of 136.7 W is what Weir's equation gives for these
masses of gas to 1 %; the food burnt, 0.569 kg, is CH(1.6)O(0.65), between fat and sugar.
"""

from moonstead.components import Flow
from moonstead.units import DAY_S

OXYGEN_KG_PER_DAY = 0.816
CARBON_DIOXIDE_KG_PER_DAY = 1.04
WATER_KG_PER_DAY = 2.5
FOOD_KG_PER_DAY = 1.5
FOOD_WATER_KG_PER_DAY = 0.7
URINE_KG_PER_DAY = 1.6
HUMIDITY_KG_PER_DAY = 1.9
METABOLIC_WATER_KG_PER_DAY = 0.345
HEAT_W = 136.7
"""Mean metabolic heat of a person (NASA RP-1324)."""
WASTE_KG_PER_DAY = (
    OXYGEN_KG_PER_DAY
    + WATER_KG_PER_DAY
    + FOOD_KG_PER_DAY
    - CARBON_DIOXIDE_KG_PER_DAY
    - URINE_KG_PER_DAY
    - HUMIDITY_KG_PER_DAY
)
"""What closes the day."""


def body_flows(habitat: str, persons: float, hygiene_kg_per_s: float = 0.0) -> tuple[Flow, ...]:
    """Return what bodies take from a habitat's tanks and give to them; the masses sum to zero.

    Parameters
    ----------
    habitat
        Name of the habitat: its tanks are ``HABITAT.oxygen`` and so on.
    persons
        How many, at the mean rate.
    hygiene_kg_per_s
        Wash water of all of them, on top of what they drink.
    """
    share = persons / DAY_S
    return (
        Flow(commodity="oxygen", kg_per_s=-share * OXYGEN_KG_PER_DAY, tank=f"{habitat}.oxygen"),
        Flow(
            commodity="water",
            kg_per_s=-share * WATER_KG_PER_DAY - hygiene_kg_per_s,
            tank=f"{habitat}.water",
        ),
        Flow(commodity="food", kg_per_s=-share * FOOD_KG_PER_DAY, tank=f"{habitat}.food"),
        Flow(
            commodity="carbon-dioxide",
            kg_per_s=share * CARBON_DIOXIDE_KG_PER_DAY,
            tank=f"{habitat}.carbon-dioxide",
        ),
        Flow(
            commodity="water-grey",
            kg_per_s=share * HUMIDITY_KG_PER_DAY + hygiene_kg_per_s,
            tank=f"{habitat}.water-grey",
        ),
        Flow(
            commodity="water-black",
            kg_per_s=share * URINE_KG_PER_DAY,
            tank=f"{habitat}.water-black",
        ),
        Flow(commodity="waste", kg_per_s=share * WASTE_KG_PER_DAY, tank=f"{habitat}.waste"),
    )
