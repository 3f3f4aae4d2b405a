"""Korean wordings. After a name only particles that do not depend on its last sound."""

from copygen.providers.simulator.language import Angle, Language

KOREAN = Language(
    angles=(
        Angle(
            asked_by=("프리미엄", "고급", "럭셔리"),
            headlines=("특별한 하루, {name}", "{name}, 작은 사치의 시작"),
            sentences=(
                "오늘만큼은 {name}의 여유를 누려 보세요.",
                "평범한 하루도 특별해집니다. {name}, 나를 위한 선택입니다.",
            ),
        ),
        Angle(
            asked_by=("선물", "기프트"),
            headlines=("선물이라면 {name}", "마음을 전하는 {name}"),
            sentences=(
                "소중한 사람에게 {name}의 특별함을 선물해 보세요.",
                "무엇을 선물할지 고민된다면 {name}부터 살펴보세요.",
            ),
        ),
        Angle(
            asked_by=("긴급", "한정", "마감", "서두"),
            headlines=("지금, {name}", "망설이지 말고 {name}"),
            sentences=(
                "더 미루지 마세요. {name}, 지금 만나 보세요.",
                "마음이 움직인 지금, {name}의 매력을 느껴 보세요.",
            ),
        ),
        Angle(
            asked_by=("가성비", "가격", "알뜰", "실속"),
            headlines=("알뜰한 선택, {name}", "{name}, 그만한 가치"),
            sentences=(
                "꼼꼼히 따져 볼수록 {name}의 가치가 보입니다.",
                "현명한 선택을 원한다면 {name}부터 확인하세요.",
            ),
        ),
        Angle(
            asked_by=("일상", "매일", "편리", "실용", "편안"),
            headlines=("매일 곁에, {name}", "일상의 기쁨, {name}"),
            sentences=(
                "매일이 조금 더 편안해지는 비결, {name}입니다.",
                "아침부터 저녁까지, {name}의 즐거움을 누리세요.",
            ),
        ),
        Angle(
            asked_by=("품질", "정성", "장인", "전통", "수제"),
            headlines=("정성을 담은 {name}", "{name}, 세심한 차이"),
            sentences=(
                "작은 부분까지 정성을 담았습니다. {name}의 차이를 느껴 보세요.",
                "가까이 볼수록 {name}의 세심함이 보입니다.",
            ),
        ),
        Angle(
            asked_by=("발견", "새로움", "신제품", "새로운", "신선"),
            headlines=("처음 만나는 {name}", "{name}, 새로운 발견"),
            sentences=(
                "늘 같은 하루가 지루하다면, {name}의 새로움을 만나 보세요.",
                "새로운 즐거움, {name}에서 시작됩니다.",
            ),
        ),
        Angle(
            asked_by=("가족", "친구", "함께", "나눔"),
            headlines=("함께라서 좋은 {name}", "{name}, 함께 나눠요"),
            sentences=(
                "사랑하는 사람들과 {name}의 즐거움을 나눠 보세요.",
                "가족과 친구가 모이는 날, {name}도 함께하세요.",
            ),
        ),
    ),
    taglines=("역시 {name}", "{name}, 지금", "오늘은 {name}", "좋아요, {name}"),
    features=(
        "특징: {features}.",
        "이런 점이 좋아요: {features}.",
        "눈여겨볼 점: {features}.",
    ),
    prices=("가격은 {price}입니다.", "{price}에 만나 보세요.", "이 모든 것이 {price}입니다."),
    calls=(
        "지금 확인해 보세요.",
        "편하게 문의해 주세요.",
        "직접 경험해 보세요.",
        "여러분을 기다립니다.",
    ),
    subject="제목: ",
    greeting="안녕하세요, 고객님.",
    sign_off="감사합니다.\n운영팀 드림",
    hashtags=("#추천", "#일상기록", "#오늘의발견", "#소확행"),
    gap=" ",
    comma=", ",
    last_comma=", ",
    currencies={
        "THB": "{amount}바트",
        "JPY": "{amount}엔",
        "USD": "{amount}달러",
        "MYR": "{amount}링깃",
        "CNY": "{amount}위안",
        "KRW": "{amount}원",
        "EUR": "{amount}유로",
    },
)
