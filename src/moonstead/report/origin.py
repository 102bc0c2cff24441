"""Where a run comes from, and how to run it again."""

from dataclasses import dataclass

from moonstead.report import words
from moonstead.report.story import Story


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that the run was computed from."""

    kind: str
    name: str
    product: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The provenance of a run."""

    facts: tuple[tuple[str, str], ...]
    files: tuple[SourceFile, ...]
    scenario_text: str
    command: str


def origin(story: Story) -> Origin:
    """Return the provenance of a run."""
    from_record = story.provenance
    site = story.summary["site"]
    name, end = from_record["scenario_name"], from_record["end_utc"]
    products = from_record["terrain_products"]
    return Origin(
        facts=(
            ("Scenario", name),
            ("SHA-256 of its text", from_record["scenario_sha256"]),
            ("Time", f"{from_record['start_utc']} to {end} (UTC)"),
            ("Step", f"{from_record['step_s']:g} s, {words.count(story.n_steps, 'step')}"),
            ("Seed", str(from_record["seed"])),
            (
                "Site",
                (
                    f"{site['name']}: latitude {site['latitude_deg']:.4f}°, longitude "
                    f"{site['longitude_deg']:.4f}° E, "
                    f"ground at {site['ground_elevation_m']:.0f} m, "
                    f"mast {site['mast_height_m']:g} m ({site['frame']})"
                ),
            ),
            ("Moonstead", from_record["moonstead"]),
            # Older records do not tell it.
            *(("SHA-256 of its code", d) for d in [from_record.get("code_sha256")] if d),
            (
                "Python, NumPy, Numba",
                f"{from_record['python']}, {from_record['numpy']}, {from_record['numba']}",
            ),
        ),
        files=(
            *(SourceFile("kernel", n, "", h) for n, h in from_record["kernels"].items()),
            *(
                SourceFile("terrain", n, products.get(n, ""), h)
                for n, h in from_record["terrain"].items()
            ),
        ),
        scenario_text=from_record["scenario"],
        command=f"moonstead run {name}.toml --until {end} --seed {from_record['seed']}",
    )
