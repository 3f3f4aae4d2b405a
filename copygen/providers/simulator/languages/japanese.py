"""Japanese wordings, in the polite style of shop copy."""

from copygen.providers.simulator.language import Angle, Language

JAPANESE = Language(
    angles=(
        Angle(
            asked_by=("高級", "上質", "贅沢", "プレミアム", "ラグジュアリー"),
            headlines=("{name}で、上質なひととき。", "少し贅沢に、{name}。"),
            sentences=(
                "{name}で、いつもの一日を少し上質に。",
                "自分へのごほうびに、{name}を選んでみませんか。",
            ),
        ),
        Angle(
            asked_by=("ギフト", "贈り物", "贈答", "プレゼント"),
            headlines=("贈るなら、{name}。", "{name}に、想いをこめて。"),
            sentences=(
                "大切な人の笑顔を思い浮かべながら、{name}を贈りませんか。",
                "ありがとうの気持ちを伝える贈りものに、{name}をどうぞ。",
            ),
        ),
        Angle(
            asked_by=("緊急", "限定", "今すぐ", "急ぎ", "希少"),
            headlines=("今こそ、{name}。", "{name}を、今日から。"),
            sentences=(
                "「いつか」を「今日」に。{name}をこの機会にどうぞ。",
                "気になったら、その日のうちに。{name}がお待ちしています。",
            ),
        ),
        Angle(
            asked_by=("お得", "価格", "コスパ", "節約", "経済"),
            headlines=("賢く選ぶ、{name}。", "{name}で、納得の毎日。"),
            sentences=(
                "価格にも中身にも納得したい方に、{name}をおすすめします。",
                "気軽に楽しめるのがうれしい、{name}です。",
            ),
        ),
        Angle(
            asked_by=("日常", "毎日", "便利", "実用", "暮らし", "快適"),
            headlines=("毎日に、{name}。", "{name}のある暮らし。"),
            sentences=(
                "{name}で、毎日がもっと心地よく。",
                "特別な日も、なんでもない日も。{name}がそばにあります。",
            ),
        ),
        Angle(
            asked_by=("品質", "こだわり", "職人", "伝統", "本物", "手作り"),
            headlines=("細部まで、{name}。", "{name}という、こだわり。"),
            sentences=(
                "細やかなこだわりから生まれた、{name}です。",
                "ひとつひとつに心をこめて。{name}の違いをお確かめください。",
            ),
        ),
        Angle(
            asked_by=("発見", "新しさ", "新しい", "新発売", "驚き", "新鮮"),
            headlines=("はじめまして、{name}。", "{name}、新しい発見。"),
            sentences=(
                "まだ知らない楽しみがここに。{name}に出会ってください。",
                "いつもと違うものを試したい日は、{name}がおすすめです。",
            ),
        ),
        Angle(
            asked_by=("家族", "友人", "みんな", "共有", "団らん", "シェア"),
            headlines=("みんなで、{name}。", "{name}で、つながる時間。"),
            sentences=(
                "家族や友人と過ごす時間に、{name}を。",
                "笑顔が集まるところに、{name}があります。",
            ),
        ),
    ),
    taglines=("今、{name}。", "{name}を、ぜひ。", "いいね、{name}。", "{name}へ。"),
    features=(
        "特長は、{features}。",
        "うれしいポイントは、{features}。",
        "注目したいのは、{features}です。",
    ),
    prices=("{price}でどうぞ。", "価格は{price}です。", "{price}でお楽しみいただけます。"),
    calls=(
        "ぜひ一度お試しください。",
        "お気軽にお問い合わせください。",
        "皆さまのお越しをお待ちしています。",
        "どうぞお見逃しなく。",
    ),
    subject="件名：",
    greeting="いつもありがとうございます。",
    sign_off="これからもどうぞよろしくお願いいたします。\nスタッフ一同",
    hashtags=("#おすすめ", "#お気に入り", "#暮らしを楽しむ", "#今日のひとつ"),
    colon="：",
    stop="。",
    gap="",
    comma="、",
    last_comma="、",
    currencies={
        "THB": "{amount}バーツ",
        "JPY": "{amount}円",
        "USD": "{amount}ドル",
        "MYR": "{amount}リンギット",
        "CNY": "{amount}元",
        "KRW": "{amount}ウォン",
        "EUR": "{amount}ユーロ",
    },
)
