"""From settings as written to what fetches and checks the images of calls."""

from __future__ import annotations

from switchgear.config.schema import VisionSettings
from switchgear.pipeline.images import CallImages, ImageLimits
from switchgear.providers.fetch import Fetcher
from switchgear.providers.guard import PublicOnly


def images_of(settings: VisionSettings) -> CallImages:
    """How images of calls are fetched, checked and scaled."""
    limits = ImageLimits(settings.max_images, settings.max_bytes, settings.max_pixels, settings.scale_to)
    guard = PublicOnly(settings.allow_hosts, settings.allow_private)
    return CallImages(limits, Fetcher(guard, settings.max_bytes, settings.timeout))
