"""Chinese wordings, in simplified characters."""

from copygen.providers.simulator.language import Angle, Language

CHINESE = Language(
    angles=(
        Angle(
            asked_by=("高端", "奢华", "尊贵", "精致"),
            headlines=("{name}，品味之选", "{name}，悦享精致"),
            sentences=(
                "用{name}，让平常的日子多一分精致。",
                "懂得犒赏自己的人，会爱上{name}。",
            ),
        ),
        Angle(
            asked_by=("礼物", "礼品", "送礼", "禮物"),
            headlines=("送礼，就选{name}", "{name}，送出心意"),
            sentences=(
                "把心意交给{name}，让收到的人会心一笑。",
                "还在想送什么？{name}替你说出心里话。",
            ),
        ),
        Angle(
            asked_by=("紧迫", "限时", "紧急", "稀缺", "緊急"),
            headlines=("{name}，就在今天", "别再等，{name}"),
            sentences=(
                "心动不如行动，今天就来认识{name}。",
                "好时光不必等到明天，现在就选{name}。",
            ),
        ),
        Angle(
            asked_by=("实惠", "性价比", "价格", "划算", "實惠"),
            headlines=("{name}，物有所值", "精明之选，{name}"),
            sentences=(
                "每一分都花得值，{name}让人安心。",
                "既讲品质也讲实惠，{name}是你的明智之选。",
            ),
        ),
        Angle(
            asked_by=("日常", "每天", "便利", "实用", "生活", "舒适"),
            headlines=("{name}，陪伴每一天", "日日好心情，{name}"),
            sentences=(
                "有{name}相伴，每一天都更轻松自在。",
                "从清晨到夜晚，{name}让生活更舒心。",
            ),
        ),
        Angle(
            asked_by=("品质", "匠心", "传统", "工艺", "品質", "手工"),
            headlines=("{name}，用心之作", "细节见真心，{name}"),
            sentences=(
                "{name}的每一处细节，都藏着用心。",
                "靠近一点，感受{name}的细致与真诚。",
            ),
        ),
        Angle(
            asked_by=("发现", "新鲜", "新奇", "惊喜", "發現"),
            headlines=("遇见{name}", "{name}，新鲜体验"),
            sentences=(
                "想来点不一样的？认识一下{name}。",
                "新的惊喜，从{name}开始。",
            ),
        ),
        Angle(
            asked_by=("家人", "家庭", "朋友", "分享", "团聚"),
            headlines=("{name}，与你分享", "欢聚时刻，{name}"),
            sentences=(
                "与家人朋友共享{name}，让回忆更温暖。",
                "有你，有我，有{name}，就是好时光。",
            ),
        ),
    ),
    taglines=("就选{name}", "爱上{name}", "来，{name}", "有{name}"),
    features=("亮点：{features}。", "值得一提的是{features}。", "你会喜欢：{features}。"),
    prices=("价格{price}。", "{price}，等你来。", "这一切，{price}。"),
    calls=("快来看看吧。", "欢迎随时咨询。", "期待与你相遇。", "不妨亲自体验。"),
    subject="主题：",
    greeting="你好：",
    sign_off="祝好！\n我们的团队",
    hashtags=("#好物推荐", "#生活美学", "#值得一试", "#今日份美好"),
    colon="：",
    stop="。",
    gap="",
    comma="、",
    last_comma="和",
    currencies={
        "THB": "{amount}泰铢",
        "JPY": "{amount}日元",
        "USD": "{amount}美元",
        "MYR": "{amount}令吉",
        "CNY": "{amount}元",
        "KRW": "{amount}韩元",
        "EUR": "{amount}欧元",
    },
)
