"""Public holidays, asked of the library that knows them; the one place that imports it."""

from __future__ import annotations

from datetime import date


def public_holidays(place: str, years: range) -> frozenset[date]:
    """Give the public holidays of a country or region (``MX``, ``ES-MD``) in some years.

    None for a place that is not known: then every day counts, and clocks run rather too fast.
    """
    from holidays import country_holidays  # half a second, and most commands ask for none

    country, _, region = place.partition("-")
    try:
        return frozenset(country_holidays(country, subdiv=region or None, years=years))
    except NotImplementedError:
        return frozenset()


def is_known(place: str) -> bool:
    """Tell whether the holidays of a place can be had."""
    from holidays import list_supported_countries  # half a second

    country, _, region = place.partition("-")
    regions = list_supported_countries().get(country)
    return regions is not None and (not region or region in regions)
