"""到场: each site's secret, from which its rotating code is derived."""

from __future__ import annotations

from django.db import models

from diandan.ground.places.models import Place


class SiteSecret(models.Model):
    """The base32 secret of one place."""

    place = models.OneToOneField(Place, models.CASCADE, primary_key=True, related_name="+")
    secret = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "site_secret"
