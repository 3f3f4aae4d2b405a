"""English wordings. Names are objects or stand before a colon, so that plurals agree."""

from copygen.providers.simulator.language import Angle, Language

ENGLISH = Language(
    angles=(
        Angle(
            asked_by=("premium", "luxury", "luxurious", "exclusive", "elegant"),
            headlines=("{name}: pure indulgence", "{name}, a cut above"),
            sentences=(
                "Treat yourself to {name} and turn an ordinary day into something finer.",
                "Some moments deserve a little more: choose {name} and savour each of them.",
            ),
        ),
        Angle(
            asked_by=("gift", "present", "giving"),
            headlines=("{name}: the gift that fits", "Say it with {name}"),
            sentences=(
                "Make someone smile with {name}, a present they will remember.",
                "Looking for a thoughtful gift? Say thank you with {name}.",
            ),
        ),
        Angle(
            asked_by=("urgency", "urgent", "hurry", "scarcity", "fomo"),
            headlines=("{name}: why wait?", "Say yes to {name} today"),
            sentences=(
                "Don't leave it for later: today is a good day for {name}.",
                "If it feels right, don't think twice. Choose {name} today.",
            ),
        ),
        Angle(
            asked_by=("value", "price", "saving", "affordable", "economy", "budget"),
            headlines=("Smart choice: {name}", "{name}: worth every bit"),
            sentences=(
                "Good taste and good sense go together: that is the idea behind {name}.",
                "Choose {name} and get more out of every day, and out of every budget.",
            ),
        ),
        Angle(
            asked_by=("everyday", "convenience", "practical", "easy", "lifestyle", "comfort"),
            headlines=("{name}, every day", "Better days with {name}"),
            sentences=(
                "Make everyday life a little easier with {name}.",
                "From Monday morning to Sunday night, you can count on {name}.",
            ),
        ),
        Angle(
            asked_by=("craft", "quality", "heritage", "tradition", "handmade", "authentic"),
            headlines=("{name}: care in every detail", "Made to matter: {name}"),
            sentences=(
                "Look closer at {name} and you will find care in every detail.",
                "We put our heart into {name}, and you will feel it from the first moment.",
            ),
        ),
        Angle(
            asked_by=("discovery", "new", "novelty", "curiosity", "fresh", "surprise"),
            headlines=("Meet {name}", "{name}: try something new"),
            sentences=(
                "Ready for something new? Meet {name} and see where it takes you.",
                "Curious? Discover {name} and give your day a fresh start.",
            ),
        ),
        Angle(
            asked_by=("together", "family", "sharing", "social", "friends", "community"),
            headlines=("Better together: {name}", "Made for sharing: {name}"),
            sentences=(
                "Share {name} with the people you love and make a memory of it.",
                "Good company, good stories and {name}: what more could a day need?",
            ),
        ),
    ),
    taglines=("Try {name}", "{name}!", "Just {name}.", "Enjoy {name}"),
    features=(
        "Highlights: {features}.",
        "What you will love: {features}.",
        "Good to know: {features}.",
    ),
    prices=("Yours for {price}.", "All this for {price}.", "The price: {price}."),
    calls=(
        "See it for yourself.",
        "Come and find out more.",
        "Ask us about it today.",
        "We look forward to you.",
    ),
    subject="Subject: ",
    greeting="Hello,",
    sign_off="Warm regards,\nYour team",
    hashtags=("#TreatYourself", "#GoodThings", "#EverydayJoy", "#WorthSharing"),
    gap=" ",
    comma=", ",
    last_comma=" and ",
    currencies={
        "THB": "{amount} baht",
        "JPY": "{amount} yen",
        "USD": "{amount} dollars",
        "MYR": "{amount} ringgit",
        "CNY": "{amount} yuan",
        "KRW": "{amount} won",
        "EUR": "{amount} euros",
    },
    our="our ",
)
