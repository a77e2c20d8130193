"""规范形: a credential of ours as canonical N-Quads (RDFC-1.0), from its terms alone.

A signature is made over what a credential means, not over its spelling. The terms we use are few
and written out here with what the contexts of W3C VC 2.0 and Open Badges 3.0.3 make of them, so
that signing needs neither the contexts nor a network. The tests let another's JSON-LD processor
read the same credential; a term missing here is refused, never skipped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

XSD = "http://www.w3.org/2001/XMLSchema#"
XSD_OB = "https://www.w3.org/2001/XMLSchema#"  # as the Open Badges context writes it
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
CRED = "https://www.w3.org/2018/credentials#"
STATUS = "https://www.w3.org/ns/credentials/status#"
OB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
SEC = "https://w3id.org/security#"
SCHEMA = "https://schema.org/"
TEXT, NODE, IRI = "text", "node", "iri"

# Each term: what it stands for, and what its value is (a node, an address, a text, or a data type).
TERMS: dict[str, tuple[str, str]] = {
    "name": (f"{SCHEMA}name", TEXT),
    "description": (f"{SCHEMA}description", TEXT),
    "url": (f"{SCHEMA}url", f"{XSD_OB}anyURI"),
    "inLanguage": (f"{SCHEMA}inLanguage", TEXT),
    "value": (f"{SCHEMA}value", TEXT),
    "issuer": (f"{CRED}issuer", NODE),
    "validFrom": (f"{CRED}validFrom", f"{XSD}dateTime"),
    "validUntil": (f"{CRED}validUntil", f"{XSD}dateTime"),
    "credentialSubject": (f"{CRED}credentialSubject", NODE),
    "credentialStatus": (f"{CRED}credentialStatus", NODE),
    "statusPurpose": (f"{STATUS}statusPurpose", TEXT),
    "statusListIndex": (f"{STATUS}statusListIndex", TEXT),
    "statusListCredential": (f"{STATUS}statusListCredential", IRI),
    "encodedList": (f"{STATUS}encodedList", f"{SEC}multibase"),
    "achievement": (f"{OB}achievement", NODE),
    "achievementType": (f"{OB}achievementType", TEXT),
    "activityStartDate": (f"{OB}activityStartDate", f"{XSD_OB}date"),
    "activityEndDate": (f"{OB}activityEndDate", f"{XSD_OB}date"),
    "criteria": (f"{OB}Criteria", NODE),
    "hashed": (f"{OB}hashed", f"{XSD_OB}boolean"),
    "identifier": (f"{OB}identifier", NODE),
    "identityHash": (f"{OB}identityHash", TEXT),
    "identityType": (f"{OB}identityType", TEXT),
    "licenseNumber": (f"{OB}licenseNumber", TEXT),
    "narrative": (f"{OB}narrative", TEXT),
    "result": (f"{OB}result", NODE),
    "resultType": (f"{OB}resultType", TEXT),
    "created": ("http://purl.org/dc/terms/created", f"{XSD}dateTime"),
    "cryptosuite": (f"{SEC}cryptosuite", f"{SEC}cryptosuiteString"),
    "verificationMethod": (f"{SEC}verificationMethod", IRI),
}
TYPES: dict[str, str] = {
    "VerifiableCredential": f"{CRED}VerifiableCredential",
    "OpenBadgeCredential": f"{OB}OpenBadgeCredential",
    "BitstringStatusListCredential": f"{STATUS}BitstringStatusListCredential",
    "BitstringStatusList": f"{STATUS}BitstringStatusList",
    "BitstringStatusListEntry": f"{STATUS}BitstringStatusListEntry",
    "Profile": f"{OB}Profile",
    "AchievementSubject": f"{OB}AchievementSubject",
    "Achievement": f"{OB}Achievement",
    "IdentityObject": f"{OB}IdentityObject",
    "Result": f"{OB}Result",
    "ResultDescription": f"{OB}ResultDescription",
    "DataIntegrityProof": f"{SEC}DataIntegrityProof",
}
PURPOSES = {"assertionMethod": f"{SEC}assertionMethod"}
ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}
# In these nodes a term means something else than above.
WITHIN: dict[tuple[str, str], tuple[str, str]] = {
    ("Achievement", "resultDescription"): (f"{OB}resultDescription", NODE),
    ("Result", "resultDescription"): (f"{OB}resultDescription", f"{XSD_OB}anyURI"),
}


@dataclass(frozen=True, slots=True)
class Quad:
    """One statement; a subject or an object that starts with `_:` has no name of its own."""

    subject: str
    predicate: str
    value: str

    def line(self, names: Mapping[str, str]) -> str:
        """As N-Quads, with nameless nodes under `names`."""
        subject = names.get(self.subject, self.subject)
        return f"{subject} <{self.predicate}> {names.get(self.value, self.value)} .\n"


def canonical(document: Mapping[str, Any]) -> str:
    """The canonical N-Quads of a credential or of the options of a proof."""
    found: list[Quad] = []
    _node(document, found)
    quads = list(dict.fromkeys(found))
    names = _names(quads)
    return "".join(sorted(quad.line(names) for quad in quads))


def _node(node: Mapping[str, Any], into: list[Quad]) -> str:
    """Writes what is said of `node`; returns how it is called."""
    name = f"<{node['id']}>" if node.get("id") else f"_:b{len(into)}x{id(node)}"
    types = _many(node.get("type", ()))
    into.extend(Quad(name, RDF_TYPE, f"<{TYPES[kind]}>") for kind in types)
    for term, values in node.items():
        if term in ("@context", "id", "type"):
            continue
        for value in _many(values):
            into.extend(_said(name, types, term, value, into))
    return name


def _said(name: str, types: list[Any], term: str, value: Any, into: list[Quad]) -> Iterator[Quad]:
    if term == "proofPurpose":
        yield Quad(name, f"{SEC}proofPurpose", f"<{PURPOSES[value]}>")
        return
    inside = next((WITHIN[t, term] for t in types if (t, term) in WITHIN), None)
    predicate, sort = inside or TERMS[term]
    if sort == NODE:
        target = _node(value, into) if isinstance(value, Mapping) else f"<{value}>"
        yield Quad(name, predicate, target)
    elif sort == IRI:
        yield Quad(name, predicate, f"<{value}>")
    else:
        text = {True: "true", False: "false"}.get(value, value) if sort != TEXT else value
        kind = "" if sort == TEXT else f"^^<{sort}>"
        yield Quad(name, predicate, f'"{_escaped(text)}"{kind}')


def _many(values: Any) -> list[Any]:
    return list(values) if isinstance(values, (list, tuple)) else [values]


def _escaped(text: str) -> str:
    out = []
    for char in text:
        if char in ESCAPES:
            out.append(ESCAPES[char])
        elif ord(char) < 0x20 or ord(char) == 0x7F:
            out.append(f"\\u{ord(char):04X}")
        else:
            out.append(char)
    return "".join(out)


def _names(quads: list[Quad]) -> dict[str, str]:
    """Canonical names of nameless nodes by what is said of each (RDFC-1.0, first degree).

    Two nodes of which the same is said would need more of the algorithm; ours never are.
    """
    nameless = {n for quad in quads for n in (quad.subject, quad.value) if n.startswith("_:")}
    by_hash: dict[str, str] = {}
    for node in nameless:
        others = dict.fromkeys(nameless, "_:z") | {node: "_:a"}
        told = sorted(q.line(others) for q in quads if node in (q.subject, q.value))
        digest = hashlib.sha256("".join(told).encode()).hexdigest()
        if digest in by_hash:
            raise ValueError("two nameless parts of a credential say the same")
        by_hash[digest] = node
    return {by_hash[digest]: f"_:c14n{n}" for n, digest in enumerate(sorted(by_hash))}
