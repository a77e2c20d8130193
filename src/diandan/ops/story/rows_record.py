"""记录和证明的行: from a visit to a certificate that a stranger checks (domain: 民发〔2015〕149号)."""

from __future__ import annotations

from diandan.ground.people.models import Role
from diandan.path.engage.queries import living
from diandan.path.ledger.models import Transfer
from diandan.square.certificate.models import Certificate

from .told import check
from .world import World

NOTICE_DAYS = 8


def certificate(world: World) -> str:
    """记录证明: served, posted, applied for, handled, signed, on notice, valid, checked, revoked."""
    row = world.order(world.resident(), "家里水管漏水,想请人修")
    offer = world.offer(row)[0]
    job = world.job(row)
    world.serve(row, offer)
    engagement = living(job) or job.engagements.latest("accepted_at")
    task = engagement.tasks.filter(attendance__out_at__isnull=False).first()
    check(task is not None, "没有人签退")
    assert task is not None
    world.rate(world.fresh(row), 5, "修得好")
    world.tick(days=NOTICE_DAYS)
    posted = Transfer.objects.filter(task=task, ledger="minutes", phase="posting")
    check(posted.exists(), "公示期满,时长没有入账")
    her = world.at(task.person_id)
    asked = her.press(her.get("/v/record"), "/v/record/apply", purpose="求职")
    made = Certificate.objects.get(person_id=task.person_id)
    check(asked.says("已申请"), "申请后没有看到状态")
    desk = f"/desk/certificates/{made.id}/"
    one, two = (world.staff(Role.CENTER_STAFF, n) for n in (0, 1))
    board = one.get("/desk/certificates/")
    if not made.issuer.contact:
        one.press(board, f"/issuers/{made.issuer_id}", has="contact", contact="025-52280000")
    one.press(one.get(desk), "/do/handle")
    check(one.get(desk).says("请另一位同事签字"), "经办人自己也能签字")
    two.press(two.get(desk), "/do/sign")
    world.tick(days=NOTICE_DAYS)
    made.refresh_from_db()
    check(made.state == "valid", f"公示期满没有生效:{made.state}")
    check(her.get(f"/v/certificates/{made.id}").says("下载凭证"), "有效了却取不了凭证")
    seen = world.at(row.requester_id).get(f"/check/{made.number}/{made.check_code}")
    check(seen.says("有效"), "核对页没有说有效")
    return f"{made.number}:经办、签字两人,公示{NOTICE_DAYS - 1}天后生效;核对页 /check 显示有效"
