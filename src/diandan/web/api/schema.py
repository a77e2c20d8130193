"""说明: the OpenAPI text of the house: what every operation answers, also when it says no."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from .gate import KEY_HEADER, KEY_MAX, Need
from .told import FieldError, Problem

REF = "#/components/schemas/"
# What each no means to the caller, whichever operation says it.
NOES = {
    400: "内容不是完整的 JSON,或没有带幂等键",
    401: "没有钥匙,或钥匙无效、已过期、已作废",
    403: "钥匙没有这项权限,或这件事不归您办",
    404: "没有找到,或不在您的范围内",
    409: "情况已经变了,或这个幂等键已用于别的内容",
    413: "内容太大",
    422: "有一项填得不对,看 field 和 errors",
    503: "这里还没有建好阵地",
}
OF_ALL = (404, 422, 503)
OF_KEYS = (401, 403)
OF_POSTS = (400, 409, 413)
# It answers and keeps nothing: sending it twice changes nothing.
ANSWERS_ONLY = frozenset({"propose"})
KEY_PARAMETER = {
    "in": "header",
    "name": KEY_HEADER,
    "required": True,
    "description": "幂等键,建议用 UUID:同一个键、同样的内容再发一次,得到同一个答复,事情只办一次",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,100}$", "maxLength": KEY_MAX},
}


PARAMETERS = {
    "certificate_id": "证明的编号(内部)",
    "number": "证明编号,印在证明上",
    "code": "校验码,印在证明上",
    "after": "上次已取到的最后一条记录的编号,第一次填 0",
    "cursor": "上一页答复里的 next;第一页不填",
    "limit": "这一页最多几条",
    "outside_number": "热线的工单号;不填为还在热线手里的全部",
    "place": "阵地编号",
    "q": "要找的字,也可以是拼音或拼音首字母",
    "since": "从何时起(含),带时区",
    "state": "只看这个状态;不填为全部",
    "until": "到何时止(不含),带时区",
    "month_trial_id": "推演编号",
    "case_id": "工单编号",
    "follow_up_id": "回头办编号",
    "incident_id": "情况编号",
    "item_id": "服务项目编号",
    "job_id": "服务单编号",
    "gift_id": "礼品编号",
    "order_id": "兑换单编号",
    "call_id": "点名编号",
    "offer_id": "邀约编号",
    "ask_id": "邀请编号",
    "request_id": "点单编号",
    "task_id": "任务编号",
    "whistle_id": "吹哨编号",
}


class Api(NinjaAPI):
    """The library's API, telling also its noes, its scopes and its idempotency key."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**words)
        self._told: dict[tuple[str | None, str], OpenAPISchema] = {}

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The address's own name: what a client was made from must outlive a moved module."""
        return str(operation.url_name or super().get_openapi_operation_id(operation))

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The whole schema, put together once: it is the same for everybody."""
        words = (path_prefix, repr(path_params))
        if words not in self._told:
            self._told[words] = self._tell(path_prefix, path_params)
        return self._told[words]

    def _tell(self, path_prefix: str | None, path_params: dict[str, Any] | None) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        parts = schema["components"]["schemas"]
        for shape in (FieldError, Problem):
            made = shape.model_json_schema(ref_template=REF + "{model}", mode="serialization")
            made.pop("$defs", None)
            parts[shape.__name__] = made
        for methods in schema["paths"].values():
            for method, one in methods.items():
                _tell_noes(one, is_post=method == "post")
        return schema


def _tell_noes(one: dict[str, Any], *, is_post: bool) -> None:
    statuses = [*OF_ALL, *(OF_KEYS if "security" in one else ()), *(OF_POSTS if is_post else ())]
    for status in sorted(statuses):
        one["responses"][status] = {
            "description": NOES[status],
            "content": {"application/problem+json": {"schema": {"$ref": f"{REF}Problem"}}},
        }
    for parameter in one["parameters"]:
        parameter["description"] = PARAMETERS[parameter["name"]]
    one["responses"][200]["description"] = "办好了"
    if is_post and "x-answers-only" not in one:
        one["parameters"] = [dict(KEY_PARAMETER), *one["parameters"]]


def changes(api: NinjaAPI) -> frozenset[str]:
    """The names of the addresses that change something by POST, for the gate; told in the schema."""
    found = set()
    for _prefix, router in api._routers:  # noqa: SLF001  the library has no public way to list
        for view in router.path_operations.values():
            names = {str(operation.url_name) for operation in view.operations}
            for operation in view.operations:
                needs = [n for n in operation.auth_callbacks if isinstance(n, Need)]
                extra: dict[str, Any] = {"x-scopes": list(needs[0].scopes)} if needs else {}
                if operation.url_name in ANSWERS_ONLY:
                    extra["x-answers-only"] = True
                elif "POST" in operation.methods:
                    found |= names  # one address, whichever of its names it is found by
                operation.openapi_extra = extra
    return frozenset(found)
