"""Print the margins of published links, for the table in docs/links.md."""

import numpy as np

from moonstead.comms.atmosphere import GroundPlace, air_loss
from moonstead.comms.link_budget import Conditions, link_budget
from moonstead.comms.link_codes import load_codes
from moonstead.comms.link_noise import angular_radius_deg, disc_noise_k, moon_brightness_k
from moonstead.comms.link_radios import load_radios
from moonstead.comms.optical import CLEAR_DAY_W_PER_M3_SR, load_optical_terminals, photon_budget
from moonstead.environment.site import MOON_RADIUS_M

FARTHEST_M = 406.7e6
HALO_M = 79e6
BEHIND_M = 65e6
JIAMUSI = GroundPlace(46.494, 130.770, 100.0, 66.0)
KASHI = GroundPlace(38.44, 76.72, 1300.0, 35.0)
WHITE_SANDS = GroundPlace(32.5, -106.6, 1450.0, 18.0)

# Sender, receiver, range (m), place on Earth, availability, beam's offset from the Moon (degrees,
# none where the Moon is not in it).
LINKS = (
    ("queqiao-1-x", "chang-e-4-x-low", HALO_M, None, 0.0, None),
    ("chang-e-4-x-low", "queqiao-1-x", HALO_M, None, 0.0, 0.0),
    ("chang-e-4-x", "queqiao-1-x", HALO_M, None, 0.0, 0.0),
    ("yutu-2-x-low", "queqiao-1-x", HALO_M, None, 0.0, 0.0),
    ("yutu-2-x", "queqiao-1-x", HALO_M, None, 0.0, 0.0),
    ("queqiao-1-s", "cdsn-66-s", FARTHEST_M + BEHIND_M, JIAMUSI, 0.99, 0.4),
    ("queqiao-1-s", "cdsn-35-s", FARTHEST_M + BEHIND_M, KASHI, 0.99, 0.4),
    ("queqiao-2-ka", "cdsn-35-ka", FARTHEST_M, KASHI, 0.99, 0.0),
    ("lro-ka", "ws1-18-ka", FARTHEST_M, WHITE_SANDS, 0.95, 0.0),
)


def main() -> None:
    radios, codes = load_radios(), load_codes()
    for sender, receiver, range_m, place, availability, offset_deg in LINKS:
        first, last = radios[sender], radios[receiver]
        carrier_hz = first.transmit_hz or 0.0
        hot_k = 0.0
        if offset_deg is not None:
            bright_k = moon_brightness_k(carrier_hz, np.arange(360.0)).max()
            moon_m = range_m if place is None else FARTHEST_M
            radius_deg = angular_radius_deg(MOON_RADIUS_M, moon_m)
            beam_deg = last.half_power_deg(carrier_hz)
            hot_k = float(disc_noise_k(bright_k, radius_deg, beam_deg, offset_deg))
        air = air_loss(place, carrier_hz, 10.0, availability) if place else None
        conditions = Conditions(range_m=range_m, air=air, hot_k=hot_k)
        for rate in first.rates_bit_per_s:
            found = link_budget(first, last, conditions, codes[first.code], rate)
            noise = f"{found.system_noise_k:.0f} K, {found.hot_noise_k:.0f} K of it the Moon"
            print(f"| {sender} to {receiver} | {_rate(rate)} | {found.margin_db:.1f} | {noise} |")
    terminals = load_optical_terminals()
    for name in ("llcd", "o2o"):
        sender_, receiver_ = terminals[name], terminals[f"{name}-ground"]
        rate = sender_.rates_bit_per_s[-1]
        for time, sky in (("night", 0.0), ("day", CLEAR_DAY_W_PER_M3_SR)):
            light = photon_budget(sender_, receiver_, FARTHEST_M, rate, 0.5, sky)
            counted = f"{light.photons_per_bit:.1f} photons a bit counted"
            print(f"| {name}, {time} | {_rate(rate)} | {light.margin_db:.1f} | {counted} |")


def _rate(rate_bit_per_s: float) -> str:
    for unit, size in (("Mbit/s", 1e6), ("kbit/s", 1e3)):
        if rate_bit_per_s >= size:
            return f"{rate_bit_per_s / size:g} {unit}"
    return f"{rate_bit_per_s:g} bit/s"


if __name__ == "__main__":
    main()
