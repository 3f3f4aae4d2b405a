"""Which kind of failure a status and an error body amount to: the words of providers, and one
ordered table.

The status alone does not tell. A 429 may mean "slow down" or "no money", a 403 a filter, a bill
or a ban, a 404 a wrong model or a wrong address. Codes and messages decide first, the status
last. A sample of each is in `tests/providers/golden`.

The words come first: how providers say that no money is left, a key is wrong, an account is
closed, a model unknown. Codes are compared in lower case and whole. Patterns are searched in the
messages of an error body, never in copy; each is linear: what repeats is bounded.
"""

import re
from dataclasses import dataclass
from typing import Final

from copygen.models import Kind
from copygen.providers.error_body import ErrorBody

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

# What they mean under which status.

PLAIN_HTTP_TO_TLS = (
    "plain http request was sent to https"
    "|speaking plain http to an ssl"
    "|sent an http request to an https server"
)
"""How nginx, Apache and Go say that the address should begin with https://."""
_PAGES_OF_GATEWAYS = frozenset({401, 403, 407, 408, 413, 425, 429, 451, *range(495, 600)})
"""Statuses that say something whatever stands on the page: a proxy or a CDN answers them itself.
Any other web page means that no API is at this address."""
_OF_AN_API = frozenset({Kind.MODEL_NOT_FOUND, Kind.TOO_LARGE, Kind.CONTENT_FILTER})
"""What the words of a web page cannot mean."""

Statuses = frozenset[int | None]


@dataclass(frozen=True, slots=True)
class FailureRule:
    """One line of the table: applies when the status fits and a code or the text does."""

    kind: Kind
    statuses: Statuses | None
    """None: every status. Among the statuses, None stands for "no status told"."""
    codes: frozenset[str] = frozenset()
    text: str | None = None
    """A pattern, in any case; compiled when the first error is read."""
    on_html: bool = False

    def fits(self, status: int | None, fault: ErrorBody) -> bool:
        """Whether this line decides the failure."""
        if self.statuses is not None and status not in self.statuses:
            return False
        if self.on_html and not fault.is_html:
            return False
        if not self.codes.isdisjoint(fault.codes):
            return True
        return self.text is not None and bool(re.search(self.text, fault.text, re.IGNORECASE))


def kind_of(status: int | None, fault: ErrorBody) -> Kind:
    """The kind of a failure.

    `status` is that of the reply, or, for an error inside a success, the one the body names
    (see `status_in`); None when there is neither, which counts as temporary.
    """
    kind = next((rule.kind for rule in _RULES if rule.fits(status, fault)), None)
    if fault.is_html and kind in (None, *_OF_AN_API) and status not in _PAGES_OF_GATEWAYS:
        return Kind.WRONG_URL
    return kind or _kind_of_status(status)


def status_in(fault: ErrorBody) -> int | None:
    """The HTTP status an error inside a successful reply stands for, if it tells."""
    if fault.status is not None:
        return fault.status
    return next((_STATUS_WORDS[code] for code in fault.codes if code in _STATUS_WORDS), None)


def _codes(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _text(*patterns: str) -> str:
    return "|".join(patterns)


_REQUEST_ERRORS = frozenset({400, 403, 404, 410, 413, 422, 500, None})
_ALL_BUT_401 = frozenset({*range(400, 401), *range(402, 600), None})
"""A 401 is about the key, whatever else it says."""

_RULES = (
    FailureRule(
        Kind.PERMISSION,
        frozenset({400, 403, 429, 503}),
        text=_text("just a moment", "attention required"),
        on_html=True,
    ),
    FailureRule(
        Kind.TLS,
        frozenset({400}),
        text=_text("no required ssl certificate was sent", "the ssl certificate error"),
    ),
    FailureRule(Kind.WRONG_URL, frozenset({400}), text=_text(PLAIN_HTTP_TO_TLS)),
    # A day's quota does not refill within a run, whatever delay the reply names; one of zero
    # never does.
    FailureRule(
        Kind.BILLING,
        frozenset({429, None}),
        codes=_codes("daily_quota"),
        text=_text(
            "free-models-per-day",
            r"free_tier\w*, limit: 0\b",
            r"spend(?:ing)? cap|prepay\w* credits|credits are depleted",
        ),
    ),
    # Google words its per-minute limits like an exhausted account, but names the wait.
    FailureRule(
        Kind.RATE_LIMITED,
        frozenset({429, None}),
        codes=_codes("resource_exhausted"),
        text=_text(r"ai\.google\.dev/gemini-api/docs/rate-limits", r"\bretry in \d"),
    ),
    FailureRule(Kind.RATE_LIMITED, None, codes=_codes("openrouter_in_flight_budget")),
    FailureRule(Kind.BILLING, None, codes=_codes(BILLING_CODES)),
    FailureRule(Kind.BILLING, None, text=_text(*BILLING_ABROAD)),
    FailureRule(Kind.BILLING, _ALL_BUT_401, text=_text(*BILLING)),
    FailureRule(Kind.CONTENT_FILTER, None, codes=_codes(FILTER_CODES)),
    FailureRule(
        Kind.CONTENT_FILTER,
        frozenset({400, 403, 422, 446, 451, None}),
        text=_text(*FILTER),
    ),
    FailureRule(
        Kind.TOO_LARGE,
        None,
        codes=_codes(
            "context_length_exceeded exceed_context_size_error request_too_large "
            "string_above_max_length"
        ),
    ),
    FailureRule(
        Kind.TOO_LARGE,
        frozenset({429, None}),
        # "Too many tokens" alone is a rate: only a request that can never fit is too large.
        text=_text("request too large"),
    ),
    FailureRule(
        Kind.TOO_LARGE,
        frozenset({400, 413, 422, 500, None}),
        text=_text(
            r"context[ _-]?(?:length|window|size)",
            "(?:prompt|input|request) is too (?:long|large)",
            "reduce the length of the (?:messages|prompt)",
            "too many (?:input )?tokens",
            "maximum number of (?:input )?tokens",
            "range of input length should be",
            r"max(?:imum)? input (?:characters|length)",
            r"`inputs` tokens \+ `max_new_tokens` must be",
            "token数量超过|输入[^，。]{0,8}(?:过长|超长|超过)",
        ),
    ),
    # The gateway's own trouble with the provider behind it, some of it named like ours.
    FailureRule(
        Kind.SERVER,
        None,
        codes=_codes(
            "channel:invalid_key channel:no_available_key get_channel_failed "
            "insufficient_system_resource overloaded_error server_is_overloaded "
            "empty_response do_request_failed"
        ),
    ),
    FailureRule(Kind.AUTH, None, codes=_codes(AUTH_CODES)),
    FailureRule(Kind.PERMISSION, None, codes=_codes(SUSPENDED_CODES)),
    FailureRule(Kind.MODEL_NOT_FOUND, None, codes=_codes(MODEL_CODES)),
    FailureRule(
        Kind.MODEL_NOT_FOUND,
        frozenset({401, 403}),
        text=_text(
            "key not allowed to access model", r"(?:do not|don.t) have access to (?:the )?model"
        ),
    ),
    FailureRule(
        Kind.AUTH,
        frozenset({400, 403, 404, 412, 422, 429, 500, None}),
        text=_text(*AUTH),
    ),
    FailureRule(
        Kind.WRONG_URL,
        frozenset({400, 404, 405, None}),
        text=_text(
            r"invalid url \(",
            r"\bcannot (?:post|get) /",
            "404 page not found",
            "unknown (?:request )?(?:url|endpoint|path)",
            "no route",
            "please configure ai gateway",
        ),
    ),
    FailureRule(Kind.MODEL_NOT_FOUND, _REQUEST_ERRORS, text=_text(*MODEL)),
    FailureRule(
        Kind.MODEL_NOT_FOUND,
        frozenset({404, 410}),
        text=_text(r"\bmodels?\b", r"\bdeployment\b", "no endpoints found", "allowed providers"),
    ),
    FailureRule(
        Kind.PERMISSION,
        frozenset({400, 402, 403, 412, 422, 423, None}),
        text=_text(*SUSPENDED),
    ),
    FailureRule(
        Kind.PERMISSION,
        frozenset({429, 500}),
        text=_text(*SUSPENDED_FOR_SURE),
    ),
    FailureRule(
        Kind.PERMISSION,
        frozenset({400, None}),
        text=_text("location is not supported", "country, region", "no permission to"),
    ),
    FailureRule(
        Kind.RATE_LIMITED,
        frozenset({403, None}),
        codes=_codes(
            "rate_limit_exceeded rate_limit_error rate_limited token_concurrency_limit_reached"
        ),
    ),
    FailureRule(
        Kind.RATE_LIMITED,
        frozenset({400, 403, 500, None}),
        text=_text(*RATE),
    ),
)

_STATUS_KINDS = {
    # No answer to a POST: a cache in front has a bad moment.
    304: Kind.SERVER,
    401: Kind.AUTH,
    402: Kind.BILLING,
    403: Kind.PERMISSION,
    404: Kind.WRONG_URL,
    405: Kind.WRONG_URL,
    407: Kind.PERMISSION,
    408: Kind.SERVER,
    409: Kind.SERVER,
    410: Kind.WRONG_URL,
    413: Kind.TOO_LARGE,
    425: Kind.SERVER,
    429: Kind.RATE_LIMITED,
    451: Kind.PERMISSION,
    # nginx: the client's TLS, not the model's answer.
    495: Kind.TLS,
    496: Kind.TLS,
    # Groq's "flex tier full", and a proxy that thinks we hung up.
    498: Kind.SERVER,
    499: Kind.SERVER,
    501: Kind.INVALID_REQUEST,
    505: Kind.INVALID_REQUEST,
    511: Kind.PERMISSION,
    525: Kind.TLS,
    526: Kind.TLS,
}

_STATUS_WORDS = {
    # Google's names.
    "resource_exhausted": 429,
    "unavailable": 503,
    "deadline_exceeded": 504,
    "internal": 500,
    "invalid_argument": 400,
    "failed_precondition": 400,
    "permission_denied": 403,
    "unauthenticated": 401,
    "not_found": 404,
    # Anthropic's and OpenAI's.
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "rate_limited": 429,
    "api_error": 500,
    "server_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def _kind_of_status(status: int | None) -> Kind:
    if status is None:
        return Kind.SERVER
    if status < 200:
        return Kind.BAD_REPLY
    if status < 400 and status not in _STATUS_KINDS:
        return Kind.WRONG_URL
    return _STATUS_KINDS.get(status, Kind.INVALID_REQUEST if status < 500 else Kind.SERVER)
