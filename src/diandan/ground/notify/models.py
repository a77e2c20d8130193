"""消息: messages and their deliveries by channel."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diandan.ground.people.models import Person
from diandan.kit.ids import new_id


class Message(models.Model):
    """One thing to tell one person, once. `key` makes it exist once whatever is retried.

    `sealed` holds the text under the person's own key, so that forgetting her forgets it; a
    message to a bare phone has a key of its own in `sealed_key`, and the phone is sealed too.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.CharField(max_length=160, unique=True)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="messages")
    phone_hash = models.CharField(max_length=64, blank=True, default="")
    kind = models.CharField(max_length=40)
    must_have = models.BooleanField(default=False)
    sealed_key = models.BinaryField()
    sealed = models.BinaryField()
    link = models.CharField(max_length=200, blank=True, default="")
    request_id = models.UUIDField(null=True)
    job_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "message"
        indexes = [models.Index(fields=["person", "made_at"], name="message_person")]


class Delivery(models.Model):
    """A message's way out by one channel."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待发")
        SENDING = "sending", _("正在发")
        SENT = "sent", _("已发")
        FAILED = "failed", _("发送失败")
        MERGED = "merged", _("并入汇总")

    id = models.UUIDField(primary_key=True, default=new_id)
    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    outside_id = models.CharField(max_length=80, blank=True, default="")
    last_error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "delivery"
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="delivery_once"),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="delivery_due")]


class Address(models.Model):
    """Where a person is reached by a channel other than her phone: an openid, an e-mail."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="addresses")
    channel = models.CharField(max_length=20)
    sealed = models.BinaryField()
    since = models.DateTimeField()

    class Meta:
        db_table = "address"
        constraints = [
            models.UniqueConstraint(fields=["person", "channel"], name="address_once"),
        ]
