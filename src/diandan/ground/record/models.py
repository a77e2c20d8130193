"""记录: append-only facts, their delivery to handlers, and answers kept for repeated requests."""

from __future__ import annotations

from django.db import models


class FactRow(models.Model):
    """One fact. Written once, never changed but for its link in the centre's chain."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    place_id = models.BigIntegerField(null=True)
    by_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    request_id = models.UUIDField(null=True)
    job_id = models.UUIDField(null=True)
    team_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "fact"
        indexes = [
            models.Index(fields=["request_id", "id"], name="fact_request"),
            models.Index(fields=["job_id", "id"], name="fact_job"),
            models.Index(fields=["kind", "at"], name="fact_kind"),
            models.Index(fields=["person_id", "id"], name="fact_person"),
        ]


class FactLink(models.Model):
    """A fact's place in its centre's hash chain, given by the relay within a second."""

    fact = models.OneToOneField(FactRow, models.PROTECT, primary_key=True)
    centre_id = models.BigIntegerField()
    number = models.BigIntegerField()
    digest = models.BinaryField()

    class Meta:
        db_table = "fact_link"
        constraints = [
            models.UniqueConstraint(fields=["centre_id", "number"], name="fact_link_number"),
        ]


class FactWaiting(models.Model):
    """The outbox: a fact that some handler has not had yet. Deleted when handed out.

    Inserted with the fact itself, so that nothing committed is ever forgotten and nothing
    rolled back is ever handed out. (A queue by id cannot miss a late commit; a high-water
    mark over a sequence can.)
    """

    fact = models.OneToOneField(FactRow, models.CASCADE, primary_key=True)

    class Meta:
        db_table = "fact_waiting"


class FactHandled(models.Model):
    """Handler `handler` has had this fact; written in the transaction of its effects."""

    fact = models.ForeignKey(FactRow, models.CASCADE)
    handler = models.CharField(max_length=60)

    class Meta:
        db_table = "fact_handled"
        constraints = [
            models.UniqueConstraint(fields=["fact", "handler"], name="fact_handled_once"),
        ]


class FactFailed(models.Model):
    """A handler's last failure on a fact, shown on the doctor's page until it succeeds."""

    fact = models.ForeignKey(FactRow, models.CASCADE)
    handler = models.CharField(max_length=60)
    tries = models.IntegerField(default=0)
    last_error = models.TextField(default="")
    again_at = models.DateTimeField()

    class Meta:
        db_table = "fact_failed"
        constraints = [
            models.UniqueConstraint(fields=["fact", "handler"], name="fact_failed_once"),
        ]


class Answer(models.Model):
    """The answer already given to an idempotency key, so that a repeat changes nothing."""

    key = models.CharField(max_length=200, primary_key=True)
    asked_digest = models.CharField(max_length=64)
    status = models.IntegerField()
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "answer"
