"""Coordinates of addresses: read as SWEREF 99 TM, SWEREF 99 13 30 or WGS 84, and kept as SWEREF 99 TM.

The formulas are Gauss-Krüger's on the ellipsoid GRS 80, as Lantmäteriet publishes them. WGS 84 is within a
metre of SWEREF 99.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, asinh, atan, atan2, cos, cosh, degrees, radians, sin, sinh, sqrt, tan

AXIS, FLATTENING = 6378137.0, 1 / 298.257222101  # of GRS 80
N = FLATTENING / (2 - FLATTENING)
ECCENTRICITY = sqrt(FLATTENING * (2 - FLATTENING))
RADIUS = AXIS / (1 + N) * (1 + N**2 / 4 + N**4 / 64)
TO_PLANE = (N / 2 - 2 * N**2 / 3 + 5 * N**3 / 16, 13 * N**2 / 48 - 3 * N**3 / 5, 61 * N**3 / 240)
TO_SPHERE = (N / 2 - 2 * N**2 / 3 + 37 * N**3 / 96, N**2 / 48 + N**3 / 15, 17 * N**3 / 480)

Pair = tuple[float, float]


@dataclass(frozen=True)
class Projection:
    """A projection of SWEREF 99: its central meridian in degrees, its scale there, and its false easting."""

    meridian: float
    scale: float
    easting: float

    def plane(self, latitude: float, longitude: float) -> Pair:
        """Return north and east, in metres, of a latitude and longitude in degrees."""
        phi, aside = radians(latitude), radians(longitude - self.meridian)
        tangent = sinh(asinh(tan(phi)) - ECCENTRICITY * _artanh(ECCENTRICITY * sin(phi)))
        xi, eta = atan2(tangent, cos(aside)), asinh(sin(aside) / sqrt(tangent**2 + cos(aside) ** 2))
        north, east = xi, eta
        for k, factor in enumerate(TO_PLANE, start=1):
            north += factor * sin(2 * k * xi) * cosh(2 * k * eta)
            east += factor * cos(2 * k * xi) * sinh(2 * k * eta)
        return self.scale * RADIUS * north, self.easting + self.scale * RADIUS * east

    def sphere(self, north: float, east: float) -> Pair:
        """Return latitude and longitude, in degrees, of north and east in metres."""
        xi, eta = north / (self.scale * RADIUS), (east - self.easting) / (self.scale * RADIUS)
        level, aside = xi, eta
        for k, factor in enumerate(TO_SPHERE, start=1):
            level -= factor * sin(2 * k * xi) * cosh(2 * k * eta)
            aside -= factor * cos(2 * k * xi) * sinh(2 * k * eta)
        longitude = self.meridian + degrees(atan(sinh(aside) / cos(level)))
        conformal = asinh(tan(asin(sin(level) / cosh(aside))))
        phi = atan(sinh(conformal))
        for _ in range(4):  # each step is exact to a thousandth of the one before
            phi = atan(sinh(conformal + ECCENTRICITY * _artanh(ECCENTRICITY * sin(phi))))
        return degrees(phi), longitude


def _artanh(value: float) -> float:
    return asinh(value / sqrt(1 - value**2))


TM = Projection(meridian=15.0, scale=0.9996, easting=500_000)
LOCAL = Projection(meridian=13.5, scale=1.0, easting=150_000)  # SWEREF 99 13 30, which Borås uses


def metres_of(north: float, east: float) -> tuple[int, int] | None:
    """Return a place in Sweden as whole metres of SWEREF 99 TM; None if the numbers are no such place.

    Which system they are of is told by their size: degrees, or an easting of a zone or of the whole country.
    """
    if 55 <= north <= 69.1 and 10.5 <= east <= 24.2:
        found = TM.plane(north, east)
    elif 6_100_000 <= north <= 7_700_000 and 50_000 <= east < 250_000:
        found = TM.plane(*LOCAL.sphere(north, east))
    elif 6_100_000 <= north <= 7_700_000 and 260_000 <= east <= 920_000:
        found = north, east
    else:
        return None
    return round(found[0]), round(found[1])
