"""Copy that people really publish, with the item it is about: none of it may be flagged."""

SILK = {"name": "Thai silk scarf", "price": 2500, "currency": "THB", "size": "70 x 180 cm"}
TEA = {"name": "Uji matcha", "weight": "100 g", "price": "1,980 yen", "origin": "Kyoto"}
ROOM = {"hotel": "Baan Rim Hat", "nights": 3, "discount": "20%", "until": "2026-12-31"}
CREAM = {"name": "Rice bran cream", "volume": "50 ml", "note": "dermatologically tested"}
BOWL = {"name": "Celadon bowl", "made_in": "Chiang Mai", "pieces": "4"}

LEGITIMATE = [
    # English
    ("en", SILK, "Hand-woven Thai silk scarf, 70 × 180 cm. Yours for 2,500 baht."),
    ("en", SILK, "Soft on the skin, bright in the sun: a scarf to keep for years."),
    ("en", SILK, "THB 2,500 – free wrapping paper, if you like."),
    ("en", TEA, "Stone-ground Uji matcha from Kyoto, 0.1 kg in a tin."),
    ("en", TEA, "100 g of quiet. Whisk, sip, breathe."),
    ("en", ROOM, "Stay 3 nights, save 20 %. Book by 31 December 2026."),
    ("en", ROOM, "Make the most of your weekend at Baan Rim Hat."),
    ("en", CREAM, "Dermatologically tested rice bran cream, 50ml."),
    ("en", BOWL, "Each bowl is a little different. That's the point…"),
    ("en", BOWL, "Four bowls? Take 4. They stack."),
    ("en", BOWL, 'The glaze potters call "celadon" takes two firings.'),
    ("en", BOWL, "1. Rinse it\n2. Fill it\n3. Enjoy it"),
    ("en", BOWL, "Best served warm. Certainly a bowl for soup lovers."),
    ("en", BOWL, "Sure to please: a bowl for noodles, rice or fruit"),
    ("en", BOWL, "Here comes winter, and here is your bowl"),
    ("en", BOWL, "{Name} is not here"[7:]),
    ("en", BOWL, "Café-style bowls for your kitchen"),
    ("en", BOWL, "Follow us #celadon #ChiangMai"),
    # Malay
    ("ms", SILK, "Selendang sutera Thai tenunan tangan, hanya THB2,500."),
    ("ms", SILK, "Hadiah istimewa untuk orang tersayang, lembut dan ringan sepanjang hari."),
    ("ms", ROOM, "Jimat 20% untuk 3 malam di Baan Rim Hat"),
    ("ms", BOWL, "Mangkuk celadon buatan tangan dari Chiang Mai"),
    # Indonesian is not told from Malay
    ("ms", BOWL, "Mangkok cantik untuk setiap hidangan di rumah Anda"),
    # Thai
    ("th", SILK, "ผ้าพันคอไหมไทยทอมือ นุ่มสบายผิว ราคา 2,500 บาท"),
    ("th", SILK, "ผ้าไหม ขนาด ๗๐ x ๑๘๐ ซม. ราคา ๒,๕๐๐ บาท"),
    ("th", SILK, "Thai silk scarf สวยทุกวัน"),
    ("th", SILK, "เติมความอบอุ่นให้ทุกวันของคุณ ด้วยผ้าไหมทอมือ"),
    ("th", ROOM, "พัก 3 คืน ลด 20% ถึง 31 ธ.ค. 2569"),
    ("th", ROOM, "ในที่สุดก็ถึงวันหยุด พักผ่อนริมหาดกันเถอะ"),
    ("th", ROOM, "[พร้อมจอง] ห้องพักริมหาด Baan Rim Hat"),
    ("th", BOWL, "ชามศิลาดล 4 ใบ จากเชียงใหม่ #ศิลาดล #ของขวัญ"),
    ("th", CREAM, "ครีมรำข้าว 50 มล. เนื้อบางเบา ซึมไวใช้ได้ทุกวัน"),
    # Japanese
    ("ja", SILK, "手織りのタイシルクスカーフ。2,500バーツで、毎日に彩りを。"),
    ("ja", TEA, "宇治抹茶１００ｇ。石臼でゆっくり挽きました。"),
    ("ja", TEA, "京都・宇治の抹茶、100g 1,980円（税込）"),
    ("ja", TEA, "【Uji matcha】ひとくちで、ほっとする。"),
    ("ja", TEA, "数量限定"),
    ("ja", ROOM, "3泊で20%オフ。12月31日まで"),
    ("ja", BOWL, "「ただいま」のあとに、あたたかいスープを。"),
    ("ja", BOWL, "使うほどに好きになる器……あなたの食卓に。"),
    ("ja", CREAM, "お肌にうるおいを。毎日のケアに50ml"),
    # Chinese
    ("zh-Hans", SILK, "泰国手工丝巾，2500泰铢，轻柔贴肤"),
    ("zh-Hans", TEA, "京都宇治抹茶，100克，石磨研制"),
    ("zh-Hans", ROOM, "连住3晚，立享8折优惠"[:6]),
    ("zh-Hant", SILK, "泰國手織絲巾，輕柔親膚，送禮自用都合適"),
    ("zh-Hant", BOWL, "清邁の青瓷碗，一組4只"),
    ("zh", BOWL, "最近，我们爱上了青瓷。"),
    # Korean
    ("ko", SILK, "손으로 짠 태국 실크 스카프, 2,500바트"),
    ("ko", TEA, "교토 우지 말차 100g, 맷돌로 천천히 갈았습니다"),
    ("ko", ROOM, "3박 예약 시 20% 할인! 12월 31일까지"),
    ("ko", BOWL, "新메뉴와 잘 어울리는 청자 그릇"),
    # Others
    ("fr", BOWL, "Un bol en céladon fait main à Chiang Mai, pour tous les jours"),
    ("de", BOWL, "Handgemachte Schale aus Chiang Mai – für Suppe, Reis und Obst"),
    ("vi", BOWL, "Bát men ngọc làm thủ công cho bữa cơm gia đình"),
    ("hi", BOWL, "हर दिन के लिए हाथ से बना कटोरा"),
    ("ar", BOWL, "وعاء مصنوع يدويا لكل يوم"),
    (None, BOWL, "👨‍👩‍👧‍👦 dinner is ready 🇹🇭"),
]
