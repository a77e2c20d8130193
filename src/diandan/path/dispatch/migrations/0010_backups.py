"""备勤: an offer has a role, and a job at most one living backup."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0003_reasons")]

    operations = [
        migrations.AddField(
            model_name="offer",
            name="role",
            field=models.CharField(
                choices=[("main", "派单"), ("backup", "备勤")], default="main", max_length=8
            ),
        ),
        migrations.AlterField(
            model_name="offer",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "等回复"),
                    ("accepted", "已接单"),
                    ("declined", "这次不行"),
                    ("expired", "超时未回复"),
                    ("taken", "已被别队接走"),
                    ("recalled", "已收回"),
                    ("standby", "备勤中"),
                    ("released", "备勤已结束"),
                ],
                default="open",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint(model_name="offer", name="offer_asked_once"),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.UniqueConstraint(
                fields=("job", "team", "role"), name="offer_asked_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role", "backup"), ("state__in", ["open", "standby"])),
                fields=("job",),
                name="offer_one_backup",
            ),
        ),
    ]
