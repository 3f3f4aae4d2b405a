"""How providers say that no money is left, a key is wrong, an account is closed, a model unknown.

Words alone: what follows from them under which status is `copygen.providers.kinds`. Codes are
compared in lower case and whole. Patterns are searched in the messages of an error body, never in
copy; each is linear: what repeats is bounded.
"""

from typing import Final

# Out of credit, over a budget, in arrears.

BILLING_CODES: Final = (
    # OpenAI, Azure, Moonshot, MiniMax, Baichuan
    "insufficient_quota billing_hard_limit_reached billing_not_active exceeded_current_quota_error "
    "insufficient_balance_error insufficient_balance insufficient_credits insufficient_funds "
    "insufficient_credit insufficient_user_balance balance_insufficient "
    # Anthropic, OpenRouter, Hugging Face, Novita, xAI
    "billing_error payment_required credit_balance_exhausted not_enough_balance out_of_credits "
    "credits_exhausted credit_limit_exceeded spending_limit_exceeded spend_limit_exceeded "
    # new-api, one-api, LiteLLM, Portkey
    "insufficient_user_quota pre_consume_token_quota_failed token_quota_exhausted "
    "budget_exceeded budget_exceeded_error exceededbudget usage_limit_exceeded "
    # Zhipu, SiliconFlow, MiniMax
    "1113 30001 1008 "
    # DashScope, Volcengine, Tencent, Qianfan
    "arrearage allocationquota.freetieronly accountoverdueerror accountoverdue account_overdue "
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
    r"|negative|0\b|zero)",
    r"(?:not enough|low|negative|no|zero) (?:account )?(?:balance|credits?|funds)\b",
    r"\bpositive balance\b",
    r"quota is not enough",
    r"(?:out of|ran out of|run out of|no more|no remaining|no available) (?:api )?credits?\b",
    r"credits? (?:limit |balance )?(?:have |has |are |is |was )?(?:been )?"
    r"(?:exhausted|depleted|used up|exceeded|expired|too low)",
    r"used all (?:of )?(?:your |its |the )?(?:available |included |monthly )?credits",
    r"exceeded (?:your |the |its )?monthly (?:included )?credits",
    r"requires? (?:more|additional) credits",
    r"spend(?:ing)? limit",
    r"specified api usage limits",
    r"billing (?:hard|soft) limit",
    r"billing (?:is |has been |account is )?(?:not active|inactive|disabled|not enabled|suspended)",
    r"(?:has billing disabled|requires billing to be enabled|enable billing|check your billing)",
    r"budget (?:has been |was |is )?(?:exceeded|exhausted|used up|reached)",
    r"(?:exceeded|crossed|over|out of) (?:your |the |its )?(?:\w{1,12} )?budget",
    r"\bpayment (?:is )?(?:required|overdue|past due|failed)",
    r"\barrears?\b|\barrearage\b|\boverdue\b|\bpast due\b|\bunpaid\b|fail(?:ure|ed) to pay",
    r"account is in good standing",
    r"(?:top[ -]?up|recharge|refill) (?:your |the |an? )?(?:account|balance|wallet|credits?)",
    r"(?:free|trial)(?: \w{1,10})? (?:quota|tier|credits?|plan|allocation|period)[^.]{0,40}"
    r"(?:exhausted|expired|ended|exceeded|used up|run out)",
    r"used up (?:your |the )?(?:\w{1,10} )?(?:free|trial|daily free)",
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
    r"欠费|欠費|余额不足|餘額不足|额度不足|額度不足|余额为 ?0|余额不够|充值|儲值"
    r"|账单逾期|账单未支付",
    r"(?:额度|額度|余额|餘額|资源包|积分|点数|流量包|tokens?包)[^，。]{0,12}"
    r"(?:用尽|用盡|耗尽|耗盡|用完|不足|超限|已到期|已过期)",
    r"(?:套餐|试用|试用期|免费额度|订阅)[^，。]{0,12}(?:到期|过期|用尽|用完|耗尽|结束)",
    r"预算[^，。]{0,8}(?:超|用尽|用完|耗尽)|超出[^，。]{0,8}预算",
    # Japanese, Korean, Thai, Russian, Spanish, Portuguese, French, German, Indonesian, Vietnamese
    r"残高[^。]{0,6}不足|クレジット[^。]{0,8}(?:不足|使い切|足り)|支払い[^。]{0,8}(?:必要|滞)",
    r"잔액[^.]{0,6}부족|크레딧[^.]{0,8}(?:부족|소진)|결제[^.]{0,8}필요",
    r"(?:ยอดเงิน|เครดิต)[^.]{0,12}(?:ไม่เพียงพอ|ไม่พอ|หมด)",
    r"недостаточно (?:средств|кредитов)|баланс[^.]{0,12}(?:исчерпан|недостаточ)",
    r"(?:saldo|fondos|cr[eé]ditos?|fundos) insuficientes?|sin saldo|sem saldo",
    r"(?:solde|cr[eé]dits?) insuffisants?",
    r"guthaben[^.]{0,20}(?:aufgebraucht|reicht nicht|erschöpft)",
    r"saldo (?:anda )?tidak (?:cukup|mencukupi)|số dư không đủ",
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
    r"content exists risk|considered high risk|high[- ]risk content",
    r"sensitive (?:words|content|information)|(?:input|output) (?:new_)?sensitive",
    r"inappropriate content|unsafe content",
    r"usage polic(?:y|ies)",
    r"敏感词|敏感内容|敏感信息|敏感詞|不安全[^，。]{0,8}内容|违规|内容安全|涉政|涉黄",
)
RATE: Final = (
    r"\brate[ _-]?limit(?:ed|s)?\b",
    r"too many requests",
    r"qps (?:request )?limit",
    r"request was throttled|throttlingexception",
    r"请求[^，。]{0,6}(?:过于频繁|太频繁|过多|超限)|频率限制|速率限制|限流"
    r"|并发[^，。]{0,6}(?:超|过高|限制)",
)
