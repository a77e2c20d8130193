"""证明的凭证: what an Open Badge of ours says, given the fields she chose and nothing else."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .multikey import did_of
from .proof import moment

VC = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
#: The least a status list may hold (W3C Bitstring Status List §3.1): nobody stands out in it.
BITS = 131_072
VERIFIED, DECLARED = "urn:diandan:result:verified-hours", "urn:diandan:result:declared-hours"
MINUTES_PER_HOUR = 60
NAME = "志愿服务记录证明"
#: What she may put in, each by her own choice.
FIELDS = ("name", "volunteer_number", "verified", "declared", "period", "services", "number")


@dataclass(frozen=True, slots=True)
class Told:
    """Everything a credential could say. `fields` decides what it does say."""

    credential_id: str
    subject_id: str
    status_address: str
    status_id: str
    bit: int
    issuer_name: str
    public: str
    issued_at: datetime
    name: str
    volunteer_number: str
    verified_minutes: int
    declared_minutes: int
    from_at: datetime
    until_at: datetime
    services: str
    number: str


def hours(minutes: int) -> str:
    """Minutes as hours with at most two decimals, never rounded up."""
    whole, rest = divmod(minutes, MINUTES_PER_HOUR)
    text = f"{whole}.{rest * 100 // MINUTES_PER_HOUR:02d}"
    return text.rstrip("0").rstrip(".")


def badge(told: Told, fields: Iterable[str]) -> dict[str, Any]:
    """The unsigned credential with exactly `fields`."""
    chosen = set(fields)
    return {
        "@context": [VC, OB],
        "id": told.credential_id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": NAME,
        "issuer": {"id": did_of(told.public), "type": ["Profile"], "name": told.issuer_name},
        "validFrom": moment(told.issued_at),
        "credentialSubject": _subject(told, chosen),
        "credentialStatus": {
            "id": f"{told.status_address}#{told.bit}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(told.bit),
            "statusListCredential": told.status_address,
        },
    }


def _subject(told: Told, chosen: set[str]) -> dict[str, Any]:
    subject: dict[str, Any] = {"id": told.subject_id, "type": ["AchievementSubject"]}
    names = [
        _identity(kind, text)
        for field, kind, text in (
            ("name", "name", told.name),
            ("volunteer_number", "systemId", told.volunteer_number),
        )
        if field in chosen and text
    ]
    if names:
        subject["identifier"] = names
    if "period" in chosen:
        subject["activityStartDate"] = moment(told.from_at)
        subject["activityEndDate"] = moment(told.until_at)
    if "number" in chosen:
        subject["licenseNumber"] = told.number
    if "services" in chosen:
        subject["narrative"] = told.services
    results = [
        {"type": ["Result"], "resultDescription": which, "value": hours(minutes)}
        for field, which, minutes in (
            ("verified", VERIFIED, told.verified_minutes),
            ("declared", DECLARED, told.declared_minutes),
        )
        if field in chosen
    ]
    subject["achievement"] = _achievement()
    if results:
        subject["result"] = results
    return subject


def _identity(kind: str, text: str) -> dict[str, Any]:
    return {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": text,
        "identityType": kind,
    }


def _achievement() -> dict[str, Any]:
    return {
        "id": "urn:diandan:achievement:service-record",
        "type": ["Achievement"],
        "achievementType": "CommunityService",
        "name": NAME,
        "description": "由组织单位按志愿服务记录出具,平台只作记录;已核实与补录的时长分开写,不相加。",
        "criteria": {
            "narrative": "已核实:点单、接单、到场与离场的码和服务对象的评价都在;补录:缺其中一项,经第二人核对。"
        },
        "inLanguage": "zh-CN",
        "resultDescription": [
            {
                "id": VERIFIED,
                "type": ["ResultDescription"],
                "name": "已核实的服务时长(小时)",
                "resultType": "RawScore",
            },
            {
                "id": DECLARED,
                "type": ["ResultDescription"],
                "name": "补录的服务时长(小时)",
                "resultType": "RawScore",
            },
        ],
    }


def status_list(address: str, public: str, revoked: Iterable[int], at: datetime) -> dict[str, Any]:
    """The unsigned list: bit n is set when credential n is revoked."""
    bits = bytearray(BITS // 8)
    for bit in revoked:
        bits[bit // 8] |= 0x80 >> (bit % 8)
    packed = gzip.compress(bytes(bits), mtime=0)
    text = base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
    return {
        "@context": [VC],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did_of(public),
        "validFrom": moment(at),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{text}",
        },
    }
