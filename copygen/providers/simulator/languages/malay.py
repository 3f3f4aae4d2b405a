"""Malay wordings, in the standard of Malaysia."""

from copygen.providers.simulator.language import Angle, Language

MALAY = Language(
    angles=(
        Angle(
            asked_by=("premium", "mewah", "eksklusif"),
            headlines=("{name}: sentuhan mewah", "{name}, lebih istimewa"),
            sentences=(
                "Manjakan diri dengan {name} dan rasai keistimewaannya.",
                "Jadikan hari biasa lebih istimewa dengan {name}.",
            ),
        ),
        Angle(
            asked_by=("hadiah", "cenderahati", "cenderamata"),
            headlines=("{name}: ikhlas dari hati", "Hadiahkan {name}"),
            sentences=(
                "Buat si dia tersenyum dengan {name}, hadiah yang pasti diingati.",
                "Mencari hadiah yang sesuai? Pilih {name} untuk insan tersayang.",
            ),
        ),
        Angle(
            asked_by=("segera", "terhad", "mendesak"),
            headlines=("{name}: jangan tunggu lagi", "Hari ini, pilih {name}"),
            sentences=(
                "Jangan tunggu esok, nikmati {name} mulai hari ini.",
                "Jika hati sudah berkata ya, kini masanya untuk {name}.",
            ),
        ),
        Angle(
            asked_by=("nilai", "harga", "jimat", "berbaloi"),
            headlines=("{name}: memang berbaloi", "Pilihan bijak: {name}"),
            sentences=(
                "Puas hati dan berbaloi setiap kali: itulah {name}.",
                "Pilih {name} untuk nilai yang dapat anda rasai.",
            ),
        ),
        Angle(
            asked_by=("harian", "setiap hari", "praktikal", "mudah", "selesa", "gaya hidup"),
            headlines=("{name} untuk setiap hari", "Hari lebih ceria, {name}"),
            sentences=(
                "Mudahkan hari anda dengan {name}.",
                "Dari pagi hingga ke malam, {name} sentiasa menjadi pilihan.",
            ),
        ),
        Angle(
            asked_by=("kualiti", "warisan", "tradisi", "asli", "buatan tangan"),
            headlines=("{name}, teliti dan rapi", "{name}: hasil ketelitian"),
            sentences=(
                "Setiap perincian {name} lahir daripada ketelitian.",
                "Lihat lebih dekat dan rasai keikhlasan di sebalik {name}.",
            ),
        ),
        Angle(
            asked_by=("penemuan", "baharu", "baru", "segar", "kejutan"),
            headlines=("Kenali {name}", "{name}: cuba yang baharu"),
            sentences=(
                "Ingin mencuba sesuatu yang baharu? Kenali {name}.",
                "Temui {name} dan mulakan hari anda dengan rasa ingin tahu.",
            ),
        ),
        Angle(
            asked_by=("keluarga", "rakan", "kongsi", "bersama"),
            headlines=("Kongsi {name} bersama", "{name}: lebih seronok bersama"),
            sentences=(
                "Kongsi detik indah bersama keluarga dengan {name}.",
                "Ajak rakan dan keluarga menikmati {name} bersama-sama.",
            ),
        ),
    ),
    taglines=("Cuba {name}", "{name}!", "Pilih {name}", "Nikmati {name}"),
    features=(
        "Keistimewaan: {features}.",
        "Yang menarik: {features}.",
        "Anda pasti suka: {features}.",
    ),
    prices=("Harganya {price}.", "Semuanya pada harga {price}.", "Harga: {price}."),
    calls=(
        "Cubalah sendiri.",
        "Hubungi kami hari ini.",
        "Mari ketahui lebih lanjut.",
        "Kami menanti anda.",
    ),
    subject="Subjek: ",
    greeting="Salam sejahtera,",
    sign_off="Salam mesra,\nKami sepasukan",
    hashtags=("#pilihankami", "#wajibcuba", "#hariceria", "#kongsibahagia"),
    gap=" ",
    comma=", ",
    last_comma=" dan ",
    currencies={
        "THB": "{amount} baht",
        "JPY": "{amount} yen",
        "USD": "{amount} dolar",
        "MYR": "RM{amount}",
        "CNY": "{amount} yuan",
        "KRW": "{amount} won",
        "EUR": "{amount} euro",
    },
)
