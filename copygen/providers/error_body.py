"""What an error body says, whatever its shape.

There is no standard. Errors come as an object, an array, a string or a page; flat or under
`error`, `errors` or `detail`; with another error as JSON text inside `message` or
`metadata.raw`; with codes that are words, HTTP statuses or a vendor's own numbers. `fault_in`
reads them all into one `Fault`.

Below that, how providers say that no money is left, a key is wrong, an account is closed, a model
unknown. Words alone: what follows from them under which status is
`copygen.providers.classification`. Codes are compared in lower case and whole. Patterns are
searched in the messages of an error body, never in copy; each is linear: what repeats is bounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from copygen.models import JsonValue
from copygen.providers.decode import UNREADABLE, decode, decode_text, is_html, plain

_DEEPEST = 6
_MOST_ENTRIES = 8
"""Entries read of a list of errors: the first ones say what is wrong."""
_MOST_MESSAGES = 32
_MOST_CODES = 64
"""Of one body. With nested lists of errors there could be hundreds of thousands."""
_MOST_TEXT = 20_000
"""Characters of all messages together that the rules search."""
_LONGEST_CODE = 80

# Keys are compared in lower case: Tencent, AWS and Azure write `Code` and `Message`.
_CODE_KEYS = (
    *("code", "type", "status", "reason", "limit_source", "error_type", "error_code"),
    *("status_code", "errcode", "__type", "errortype"),
)
_STATUS_KEYS = ("code", "status", "status_code", "raw_status_code", "http_code", "httpstatus")
_MESSAGE_KEYS = (
    *("message", "msg", "detail", "error_description", "error_msg", "status_msg", "errmsg"),
    *("error_message", "errormessage", "title"),
)
_INNER_KEYS = (
    *("error", "errors", "metadata", "raw", "innererror", "details", "violations"),
    # MiniMax, Tencent, Spark; gateways that pass an upstream's body on
    *("base_resp", "response", "header", "upstreambody", "body"),
)
_ENVELOPE_WORDS = frozenset({"error", "success", "ok", "", "none", "null"})
_SAYS_NOTHING = frozenset({"provider returned error", "error", "bad request", "unknown error"})
_SAYS_SUCCESS = frozenset(
    {"success", "ok", "succeeded", "successful", "成功", "请求成功", "操作成功", "获取成功"}
)
_NO_ERROR_CODES = frozenset({"", "0", "200", "success", "ok", "none", "null"})
_VENDORS_OWN = range(1_000, 10_000_000)
"""Numbers that are codes of a vendor rather than HTTP statuses."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error body, read."""

    message: str = ""
    """The most telling message, on one line. Not redacted."""
    codes: tuple[str, ...] = ()
    """Every code word of the body, in lower case, the outermost first."""
    status: int | None = None
    """An HTTP error status given inside the body."""
    parameter: str | None = None
    """The parameter the error points at."""
    retry_delay: str | None = None
    """Google's `RetryInfo`, as written (`37s`)."""
    text: str = ""
    """All messages together, for rules to search."""
    is_html: bool = False
    """A web page, not an API, answered."""


def fault_in_body(body: bytes) -> Fault:
    """The fault in the body of a reply that is an error by its status."""
    value = decode(body)
    if value is UNREADABLE:
        text = body[:100_000].decode("utf-8", "replace")
        message = plain(text)
        return Fault(message, text=message, is_html=is_html(text))
    return _collect(value).fault()


def fault_in_reply(reply: JsonValue) -> Fault | None:
    """The fault in the body of a reply whose status says success; None when it holds none.

    An error object without message and code is what some gateways send with every success.
    """
    if isinstance(reply, list):
        reply = next((entry for entry in reply if isinstance(entry, dict)), None)
    if not isinstance(reply, dict):
        return None
    error = reply.get("error") or reply.get("errors")
    if not error and (reply.get("object") == "error" or not reply.get("choices")):
        error = reply
    elif isinstance(error, bool | int | float):
        error = {**reply, "code": error}
    return error_in(error)


def error_in(error: JsonValue) -> Fault | None:
    """The fault in the value of an `error` field; None when it is empty."""
    if not error:
        return None
    found = _collect(error)
    return found.fault() if found.messages or found.has_code else None


@dataclass
class _Findings:
    messages: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    status: int | None = None
    parameter: str | None = None
    retry_delay: str | None = None
    upstream: str = ""
    is_html: bool = False
    has_code: bool = False

    def fault(self) -> Fault:
        telling = (m for m in self.messages if m.rstrip(".").lower() not in _SAYS_NOTHING)
        message = next(telling, self.messages[0] if self.messages else "")
        if self.upstream and message:
            message = f"{self.upstream}: {message}"
        return Fault(
            message,
            tuple(dict.fromkeys(self.codes)),
            self.status,
            self.parameter,
            self.retry_delay,
            " ".join(self.messages)[:_MOST_TEXT],
            self.is_html,
        )


def _collect(value: JsonValue) -> _Findings:
    found = _Findings()
    _walk(value, found, 0)
    return found


def _walk(value: JsonValue, found: _Findings, depth: int) -> None:
    if depth > _DEEPEST or len(found.messages) >= _MOST_MESSAGES:
        return
    if isinstance(value, str):
        _read_text(value, found, depth)
    elif isinstance(value, list):
        for entry in value[:_MOST_ENTRIES]:
            _walk(entry, found, depth + 1)
    elif isinstance(value, dict):
        layer = {key.lower(): entry for key, entry in value.items() if len(key) < _LONGEST_CODE}
        _read_codes(layer, found)
        _read_pointers(layer, found)
        for key in (*_MESSAGE_KEYS, *_INNER_KEYS):
            if key in layer:
                _walk(layer[key], found, depth + 1)


def _read_text(text: str, found: _Findings, depth: int) -> None:
    stripped = text.strip()
    if stripped.startswith(("{", "[")):
        inner = decode_text(stripped)
        if isinstance(inner, dict | list):
            _walk(inner, found, depth + 1)
            return
    found.is_html = found.is_html or is_html(stripped)
    message = plain(stripped)
    if message.rstrip(".!").lower() in _SAYS_SUCCESS:
        return
    if message and message not in found.messages:
        found.messages.append(message)


def _read_codes(layer: Mapping[str, JsonValue], found: _Findings) -> None:
    if len(found.codes) < _MOST_CODES:
        found.codes += [word for key in _CODE_KEYS if (word := _code(layer.get(key)))]
    code = layer.get("code")
    if isinstance(code, str | int) and _short(code).lower() not in _NO_ERROR_CODES:
        found.has_code = True
    # `{"error": 429}` and `{"error": "unauthorized", "message": "..."}` put the code there.
    candidates = [layer.get(key) for key in (*_STATUS_KEYS, "error")]
    statuses = (status for value in candidates if (status := _http_error(value)) is not None)
    found.status = found.status or next(statuses, None)
    if layer.get("flagged_input") is not None:
        found.codes.append("moderation")
    if "perday" in _short(layer.get("quotaid", "")).lower():
        found.codes.append("daily_quota")


def _code(value: JsonValue) -> str | None:
    """A code word in lower case; None for what says nothing. AWS puts a namespace before it."""
    if type(value) is int:
        return str(value) if value in _VENDORS_OWN else None
    if not isinstance(value, str):
        return None
    word = value.strip().lower().rpartition("#")[2]
    return word if word not in _ENVELOPE_WORDS and len(word) <= _LONGEST_CODE else None


def _short(value: JsonValue) -> str:
    """What a number or a text begins with: Python refuses to write out a number of any length."""
    if isinstance(value, str):
        return value[:_LONGEST_CODE].strip()
    return str(value) if isinstance(value, int) and abs(value) < 2**63 else ""


def _read_pointers(layer: Mapping[str, JsonValue], found: _Findings) -> None:
    """What the error points at: a parameter, a waiting time, the provider behind a gateway."""
    pointer = layer.get("param") or layer.get("loc")
    if isinstance(pointer, list) and pointer:
        pointer = pointer[-1]
    if isinstance(pointer, str) and found.parameter is None:
        found.parameter = pointer
    delay = layer.get("retrydelay")
    if isinstance(delay, str):
        found.retry_delay = delay
    upstream = layer.get("provider_name")
    if isinstance(upstream, str):
        found.upstream = plain(upstream)[:40]


def _http_error(value: JsonValue) -> int | None:
    if isinstance(value, str) and len(value) == 3 and value.isdecimal():
        value = int(value)
    return value if type(value) is int and 400 <= value < 600 else None


# Out of credit, over a budget, in arrears.

BILLING_CODES: Final = (
    # OpenAI, Azure, Moonshot, MiniMax, Baichuan
    "insufficient_quota billing_hard_limit_reached billing_not_active exceeded_current_quota_error "
    "insufficient_balance_error insufficient_balance insufficient_credits insufficient_funds "
    "insufficient_credit insufficient_user_balance balance_insufficient insufficient_quota_error "
    # Anthropic, OpenRouter, Hugging Face, Novita, xAI
    "billing_error payment_required credit_balance_exhausted not_enough_balance out_of_credits "
    "credits_exhausted credit_limit_exceeded spending_limit_exceeded spend_limit_exceeded "
    # Groq
    "blocked_api_access "
    # new-api, one-api, LiteLLM, Portkey
    "insufficient_user_quota pre_consume_token_quota_failed token_quota_exhausted "
    "budget_exceeded budget_exceeded_error exceededbudget usage_limit_exceeded "
    # Zhipu, SiliconFlow, MiniMax
    "1113 30001 1008 "
    # DashScope, Volcengine, Tencent, Qianfan
    "arrearage allocationquota.freetieronly accountoverdueerror accountoverdue account_overdue "
    "account_arrears "
    "setlimitexceeded failedoperation.resourcepackexhausted "
    "resourceinsufficient.chargeresourceexhaust "
    "unsupportedoperation.pkgexhausted failedoperation.servicestoparrears "
    "failedoperation.freeresourcepackexhausted "
    # Google
    "billing_disabled"
)
BILLING: Final = (
    r"exceeded (?:your |its |the )?current quota",
    r"current quota (?:is |has been )?exceeded",
    r"plan and billing",
    r"insufficient[ _](?:account |user |token |wallet |api )?"
    r"(?:balance|quota|credits?|funds|resource package)",
    r"balance (?:is |was )?(?:too low|insufficient|not enough|not sufficient|exhausted|depleted"
    r"|negative|[$¥￥＄]?-?[0.]+(?![\d.])|zero)",
    r"(?:not enough|low|negative|no|zero) (?:account )?(?:balance|credits?|funds)\b",
    r"\bpositive balance\b",
    r"(?:n.t|not) have (?:any |enough |sufficient )?(?:credits?|funds|balance)\b",
    r"exhausted (?:your |its |the |all )?(?:\w{1,10} ){0,2}(?:credits?|quota|balance|allowance)\b"
    r"(?![^.]{0,30}per (?:minute|second))",
    r"quota is not enough",
    r"(?:out of|ran out of|run out of|no more|no remaining|no available) (?:api )?credits?\b",
    r"credits? (?:limit |balance )?(?:have |has |are |is |was )?(?:been )?"
    r"(?:exhausted|depleted|used up|exceeded|expired|too low)",
    r"used all (?:of )?(?:your |its |the )?(?:available |included |monthly )?credits",
    r"exceeded (?:your |the |its )?monthly (?:included )?credits",
    r"requires? (?:more|additional) credits",
    r"spend(?:ing)? (?:limit|cap)|spend alert",
    r"(?:key|token) usage limit (?:is |was |has been )?(?:exceeded|reached)",
    r"\b(?:daily|weekly|monthly)\b[ /\w]{0,20}\b(?:limit|quota|allowance)\b[^.]{0,20}"
    r"(?:exhausted|exceeded|reached|used up)",
    r"(?:exceeded|reached|hit|exhausted|used up) (?:your |the |its )?(?:weekly|monthly)\b",
    r"specified api usage limits",
    r"billing (?:hard|soft) limit",
    r"billing (?:is |has been |account is )?(?:not active|inactive|disabled|not enabled|suspended)",
    r"(?:has billing disabled|requires billing to be enabled|enable billing|check your billing)",
    r"no (?:active |valid )?billing account|requires? a valid (?:credit card|payment method)",
    r"budget (?:has been |was |is )?(?:exceeded|exhausted|used up|reached)",
    r"(?:exceeded|crossed|over|out of) (?:your |the |its )?(?:\w{1,12} )?budget",
    r"\bpayment (?:is )?(?:required|overdue|past due|failed)",
    r"\barrears?\b|\barrearage\b|\boverdue\b|\bpast due\b|\bunpaid\b|fail(?:ure|ed) to pay",
    r"account is in good standing",
    r"(?:top[ -]?up|recharge|refill) (?:your |the |an? )?(?:account|balance|wallet|credits?)",
    r"(?:free|trial)(?: \w{1,10})? (?:quota|tier|credits?|plan|allocation|period)[^.]{0,40}"
    r"(?:exhausted|expired|ended|exceeded|used up|run out)",
    r"used up (?:all )?(?:of )?(?:your |the )?(?:\w{1,10} )?"
    r"(?:free|trial|daily free|points|credits?|balance)\b",
    r"free (?:tier|trial|quota) (?:has |have |is |was )?(?:been )?(?:exhausted|expired|ended|over)",
    r"calls? ?/ ?month",
    r"inactive subscription|subscription[^.]{0,30}(?:expired|inactive|ended|cancell?ed|lapsed)",
    r"\bkey limit exceeded",
    r"reached the set inference limit",
    r"resource pack[^.]{0,40}(?:exhausted|used up|insufficient)",
    r"(?:daily|total) request limit reached",
)
BILLING_ABROAD: Final = (
    # Chinese
    r"欠费|欠費|余额不足|餘額不足|额度不足|額度不足|余额为 ?[0负]|余额不够|充值|儲值"
    r"|余量不足|餘量不足|金额不足|预扣费[^，。]{0,6}失败|服务已?停机"
    r"|(?:请|尽快)[^，。]{0,4}(?:续费|缴费|付费)"
    r"|账单逾期|账单未支付",
    r"(?:额度|額度|余额|餘額|资源包|积分|点数|流量包|tokens?包)[^，。]{0,12}"
    r"(?:用尽|用盡|耗尽|耗盡|用完|不足|超限|已到期|已过期)",
    r"(?:套餐|试用|试用期|免费额度|订阅)[^，。]{0,12}(?:到期|过期|用尽|用完|耗尽|结束)",
    r"(?:当日|每日|日调用|当月|每月|本月|本周)[^，。]{0,8}(?:限额|上限|额度)",
    r"预算[^，。]{0,8}(?:超|用尽|用完|耗尽)|超出[^，。]{0,8}预算",
    # Japanese, Korean, Thai, Russian, Spanish, Portuguese, French, German, Indonesian, Vietnamese
    r"残高[^。]{0,6}不足|クレジット[^。]{0,8}(?:不足|使い切|足り)|支払い[^。]{0,8}(?:必要|滞)",
    r"잔액[^.]{0,6}부족|크레딧[^.]{0,8}(?:부족|소진)|결제[^.]{0,8}필요",
    r"(?:ยอดเงิน|เครดิต)[^.]{0,12}(?:ไม่เพียงพอ|ไม่พอ|หมด)",
    r"недостаточно (?:средств|кредитов)|баланс[^.]{0,12}(?:исчерпан|недостаточ)",
    r"(?:saldo|fondos|cr[eé]ditos?|fundos) insuficientes?|sin saldo|sem saldo",
    r"(?:saldo|cr[eé]ditos?)[^.]{0,12}(?:agotad|esgotad)"
    r"|agotado (?:su |el |tu )?(?:saldo|cr[eé]dito)",
    r"(?:solde|cr[eé]dits?)[^.]{0,12}(?:insuffisant|épuisé)",
    r"credito[^.]{0,12}(?:insufficiente|esaurito)|bakiye[^.]{0,12}yetersiz|brak środków"
    r"|niewystarczające środki|رصيد[^.]{0,15}(?:غير كاف|نفد)",
    r"guthaben[^.]{0,20}(?:aufgebraucht|reicht nicht|erschöpft)",
    r"saldo (?:anda )?tidak (?:cukup|mencukupi)|số dư[^.]{0,20}không đủ",
)

# The key.

AUTH_CODES: Final = (
    "invalid_api_key api_key_invalid authentication_error unauthenticated invalidapikey "
    "incorrect_api_key invalid_authentication_error authenticationerror invalid_authentication "
    "unauthorized invalid_token token_not_found_in_db expired_key key_expired token_expired "
    "api_key_expired apikeyexpired missing_api_key no_api_key "
    # AWS
    "unrecognizedclientexception expiredtokenexception missingauthenticationtokenexception "
    "incompletesignatureexception invalidsignatureexception "
    # Tencent, Volcengine
    "authfailure authfailure.secretidnotfound authfailure.signatureexpire "
    "authfailure.signaturefailure authfailure.tokenfailure authfailure.invalidsecretid "
    "authfailure.unauthorizedoperation authfailure.invalidauthorization invalidaccountstatus"
)
AUTH: Final = (
    r"(?:incorrect|invalid|expired|revoked|disabled|wrong|missing|unknown|no|malformed) "
    r"(?:access |secret )?api[ _-]?key",
    r"api[ _-]?key (?:you provided |provided |given )?(?:is |was |has |has been )?"
    r"(?:not valid|invalid|not found|expired|disabled|revoked|incorrect|wrong|missing|deactivated"
    r"|unauthorized|not active|deleted)",
    r"(?:invalid|expired|incorrect|malformed|missing) "
    r"(?:access |auth |bearer |api |session )?token\b"
    r"(?! (?:count|limit|budget|id|in|at|sequence|type))",
    r"access token (?:is )?(?:invalid|expired)|security token (?:included )?[^.]{0,30}"
    r"(?:invalid|expired)",
    r"invalid (?:authentication|credentials?|authorization)\b|bad credentials",
    r"authentication (?:error|failed|failure|fails|parameters? not|required|is required)",
    r"login fail|carry the api secret key|could not resolve authentication|not authenticated",
    r"invalid username or password",
    # Chinese
    r"(?:令牌|密钥|token|api ?key|apikey|秘钥)[^，。]{0,10}"
    r"(?:无效|非法|错误|不正确|已过期|过期|不存在|失效|不可用|验证失败|未提供)",
    r"(?:无效|非法|错误|过期|不正确)的?(?:令牌|密钥|token|api ?key|apikey|秘钥)",
    r"(?:身份|签名)验证失败|鉴权失败|认证失败|鉴权不通过|未提供令牌",
    # Japanese, Korean, Russian, Thai
    r"api ?キー[^。]{0,8}(?:無効|正しく|期限)|api ?키[^.]{0,10}(?:유효하지|잘못)",
    r"(?:неверный|недействительный) (?:api[ -]?)?ключ|คีย์[^.]{0,12}ไม่ถูกต้อง",
)

# The account.

SUSPENDED_CODES: Final = (
    "organization_restricted account_deactivated account_suspended account_disabled "
    "organization_deactivated user_suspended access_terminated account_blocked account_frozen "
    "subscriptiondisabled readonlydisabledsubscription consumer_suspended user_disabled "
    "account_locked key_blocked"
)
SUSPENDED: Final = (
    r"\b(?:account|organi[sz]ation|project|workspace|subscription|user|team|consumer)\b[^.]{0,80}"
    r"\b(?:suspended|deactivated|disabled|restricted|locked|frozen|banned|terminated|blocked"
    r"|not active|inactive|closed|on hold)\b",
    r"(?:账号|账户|帐号|帐户|用户|帳號|帳戶)[^，。]{0,12}"
    r"(?:封禁|停用|冻结|凍結|禁用|锁定|注销|异常|未激活|不存在)",
    r"appidnoautherror",
    r"アカウント[^。]{0,8}(?:停止|凍結|無効)|계정[^.]{0,8}(?:정지|비활성)",
)

SUSPENDED_FOR_SURE: Final = (
    r"\b(?:your|this|the) (?:account|organi[sz]ation|project|workspace|subscription|team)\b"
    r"[^.,;:]{0,40}\b(?:is|was|has been|have been) (?:(?!temporar|current)\w{1,12} )?"
    r"(?:suspended|deactivated|disabled|frozen|banned|terminated|locked|closed)\b",
    *SUSPENDED[1:],
)
"""Under a status that mostly means a bad moment: there, `account` and `closed` in one sentence may
be about a connection."""

# The model.

MODEL_CODES: Final = (
    "model_not_found deploymentnotfound model_decommissioned invalid_model invalid_model_error "
    "model_not_supported unsupported_model modelnotfound modelnotopen servicenotopen "
    "invalidendpointormodel.notfound invalidendpoint.notfound "
    "invalidendpointormodel.modelidaccessdisabled model.accessdenied model_access_denied "
    "key_model_access_denied team_model_access_denied no_such_model unknown_model "
    "model_permission_blocked_org model_permission_blocked_project model_terms_required "
    "resourcenotfoundexception model_not_available"
)
MODEL: Final = (
    r"\bmodel not exist",
    r"not a valid model",
    r"\bmodels?\b.{0,100}\b(?:does not exist|do not exist|not found|decommissioned)",
    r"no available channel for model",
    r"\b(?:unknown|invalid|unsupported|unrecognized|no such) model\b"
    r"(?! (?:param|input|output|type))",
    r"\bmodel [`'\"“]?[\w./:@-]{1,100}[`'\"”]? (?:is |was |has been )?"
    r"(?:not supported|not available|unavailable|not allowed|retired|removed|deprecated|disabled"
    r"|shut down|not accessible|not enabled|not deployed)\b",
    r"\bmodel (?:is )?disabled\b",
    r"unable to access (?:non-serverless )?model",
    r"(?:do not|don.t|does not|no) (?:have )?access to (?:the |this )?model",
    r"access to (?:the )?model (?:is )?denied|access denied for model|model access is denied",
    r"on-demand throughput isn.t supported",
    r"model id[^.]{0,40}(?:invalid|not valid)|model identifier is invalid",
    # Chinese
    r"模型[^，。]{0,60}(?:不存在|已下线|未找到|未开通|不支持|已停用|已废弃)"
    r"|(?:未知|无效|不支持|未开通)的?(?:该|此)?模型|无可用渠道|無可用渠道",
)

# What the provider filters, and how fast it wants to be asked.

FILTER_CODES: Final = (
    "content_filter content_policy_violation responsibleaipolicyviolation "
    "sensitive_words_detected prompt_blocked moderation data_inspection_failed "
    "datainspectionfailed sensitivecontentdetected inputtextsensitivecontentdetected "
    "outputtextsensitivecontentdetected inputtextriskdetection outputtextriskdetection "
    "content_moderation content_blocked"
)
FILTER: Final = (
    r"content (?:management )?polic(?:y|ies)",
    r"\bmoderation\b",
    r"\bguardrails?\b",
    r"\bflagged\b",
    r"content audit failed",
    r"content exists risk|considered high risk|high[- ]risk content",
    r"sensitive (?:words|content|information)|(?:input|output) (?:new_)?sensitive",
    r"inappropriate content|unsafe content",
    r"usage polic(?:y|ies)",
    r"敏感词|敏感内容|敏感信息|敏感詞|不安全[^，。]{0,8}内容|违规|内容安全|涉政|涉黄",
)
RATE: Final = (
    r"\brate[ _-]?limit(?:ed|s)?\b",
    r"too many requests",
    r"\b(?:qps|rpm|tpm|tps) (?:request |rate )?limit",
    r"request was throttled|throttlingexception",
    r"请求[^，。]{0,6}(?:过于频繁|太频繁|过多|超限)|频率限制|速率限制|限流"
    r"|并发[^，。]{0,6}(?:超|过高|限制)",
)
