"""A finished map to files."""

from pathlib import Path
from typing import Any

from moonstead.environment.terrain.write import SYNTHETIC, Layer, write_layer
from moonstead.maps.figure import draw_map
from moonstead.maps.geopackage import write_shadow
from moonstead.maps.image import MapImage
from moonstead.maps.netcdf import write_netcdf
from moonstead.maps.run import MadeMap
from moonstead.maps.shadow import find_shadow, shadow_summary
from moonstead.maps.summary import layer_summary
from moonstead.record.files import write_json

SUMMARY, SHADOW = "map.json", "permanent_shadow"


def write_files(
    made: MadeMap, folder: Path, title: str, *, is_cog: bool, has_netcdf: bool, has_figures: bool
) -> list[dict[str, Any]]:
    """Write every layer of a map as GeoTIFF and picture, and a summary of all.

    Permanent shadow is also written as polygons (GeoPackage), with its area in the summary.

    Parameters
    ----------
    made
        The map.
    folder
        Where to.
    title
        Of the pictures.
    is_cog
        Write cloud-optimised GeoTIFF.
    has_netcdf
        Also write ``map.nc`` with all layers.
    has_figures
        Write pictures.

    Returns
    -------
    list of dict
        `layer_summary` each layer, and its files.
    """
    ground = made.terrain() if has_figures else None
    told, images = [], []
    for name in made.names:
        image = made.image(name)
        files = [folder / f"{name}.tif"]
        write_layer(layer_of(image), files[0], is_cog=is_cog, has_sidecar=True)
        if has_figures:
            files.append(folder / f"{name}.png")
            draw_map(image, files[-1], terrain=ground, title=title)
        numbers = layer_summary(image)
        if name == SHADOW:
            files.append(folder / f"{name}.gpkg")
            shadow = find_shadow(_light(image))
            write_shadow(shadow, files[-1])
            numbers |= shadow_summary(shadow)
        told.append(numbers | {"files": [path.name for path in files]})
        if has_netcdf:
            images.append(image)
    if has_netcdf:
        write_netcdf(images, folder / "map.nc", {"title": title})
    write_json(folder / SUMMARY, {"title": title, "layers": told})
    return told


def _light(shadow: MapImage) -> MapImage:
    """Return the opposite of a layer of shadow: 0 where it is never lit."""
    return shadow.with_values("sun_any_fraction", shadow.title, "1", 1.0 - shadow.values)


def layer_of(image: MapImage) -> Layer:
    """Return a layer as it is written to a raster file."""
    tags = {"TITLE": image.title, "UNIT": image.unit, "NOTE": image.note}
    tags["TERRAIN"] = "; ".join(f"{file.name} (SHA-256 {file.sha256})" for file in image.source)
    if image.is_synthetic:
        tags[SYNTHETIC] = "YES"
    return Layer(
        image.values,
        image.crs,
        image.columns_rows,
        image.name,
        unit=image.unit,
        product=f"{image.title}, Moonstead, from {image.source[0].product}",
        tags=tags,
    )
