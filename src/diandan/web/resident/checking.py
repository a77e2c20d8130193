"""核对证明: anybody with number and code sees whether it stands; lists a verifier may copy."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from diandan.ground.places.queries import grown
from diandan.kit.refusal import Refusal
from diandan.square.certificate import queries, status
from diandan.square.certificate.badge import hours
from diandan.web import door
from diandan.web.resident.page import page
from diandan.web.shared.house import public_house
from diandan.web.shared.looks import count_look

CACHED_SECONDS = 300
NO_INDEX = "noindex, nofollow"


@require_safe
def check(request: HttpRequest, number: str = "", code: str = "") -> HttpResponse:
    """The state of a certificate, and of the rest what its holder chose to show."""
    typed = {"number": request.GET.get("number", "")[:40], "code": request.GET.get("code", "")[:20]}
    if not number and typed["number"] and typed["code"]:
        address = reverse("check_certificate", args=[_word(typed["number"]), _word(typed["code"])])
        return HttpResponseRedirect(address)
    found, error = None, None
    if number:
        typed = {"number": number, "code": code}
        try:
            count_look(request)
            found = queries.checked(number, code)
        except Refusal as no:
            error = no
    context = {
        "found": found,
        "verified": hours(found.sums.verified) if found and found.sums else "",
        "declared": hours(found.sums.declared) if found and found.sums else "",
        "typed": typed,
        "error": error,
    }
    answer = page(request, "check", context, status=error.status if error else 200)
    answer["X-Robots-Tag"] = NO_INDEX
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _word(text: str) -> str:
    return "".join(c for c in text if c.isalnum() or c == "-") or "-"


@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """证明公示: number, surname and two figures, for as long as the rule says."""
    posted = [
        {
            "number": row.number,
            "masked": row.masked,
            "issuer": row.issuer,
            "contact": row.contact,
            "from_on": row.from_on,
            "until_on": row.until_on,
            "verified": hours(row.sums.verified),
            "declared": hours(row.sums.declared),
            "notice_until": row.notice_until,
        }
        for centre in grown()
        for row in queries.on_notice(centre.path)
    ]
    answer = page(request, "certificate_notice", {"posted": posted})
    answer["X-Robots-Tag"] = NO_INDEX
    return answer


@require_safe
def status_list(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """The signed list of revoked credentials: the same for everybody, to be kept and reused."""
    answer = JsonResponse(
        status.signed_list(list_id, house=public_house(), at=door.now(request)),
        content_type="application/vc+ld+json",
    )
    return _kept(answer)


@require_safe
def issuers(_request: HttpRequest) -> HttpResponse:
    """Which keys are of which organisation: what tells a stranger's key from one of ours."""
    return _kept(JsonResponse({"issuers": status.issuers()}))


def _kept(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = f"public, max-age={CACHED_SECONDS}"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
