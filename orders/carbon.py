"""What one trip means for the climate, as figures with their method. Pure; the words around them promise nothing.

Factors (domain notes §5): electric cargo bike, ADEME Impact CO2: use 2.997 g/km, with its making 14.827 g/km. Vans, use only: battery
van 70 g/km (UK government factors); 3.5 t express van 0.160 l/km at 3.1 kg/l (French decree of 10 April 2012).
"""

from dataclasses import dataclass

BIKE_USE_G_KM = 2.997
BIKE_LIFE_G_KM = 14.827
VAN_LOW_G_KM = 70.0
VAN_HIGH_G_KM = 500.0


@dataclass(frozen=True, slots=True)
class Trip:
    """Grams of CO2e; the van is a range, from a battery van to the regulatory express van, along the same way."""

    distance_m: int
    bike_use_g: int
    bike_life_g: int
    van_low_g: int
    van_high_g: int


def trip(distance_m: int) -> Trip:
    km = distance_m / 1000
    return Trip(
        distance_m,
        bike_use_g=round(km * BIKE_USE_G_KM),
        bike_life_g=round(km * BIKE_LIFE_G_KM),
        van_low_g=_roughly(km * VAN_LOW_G_KM),
        van_high_g=_roughly(km * VAN_HIGH_G_KM),
    )


def _roughly(grams: float) -> int:
    """A range pretends no precision: tens of grams, from a kilogram on hundreds."""
    return int(round(grams, -1 if grams < 1000 else -2))
