# ruff: noqa: E501  # sentences and tables of names stay whole
"""The firms of the demo world: invented names, put together from parts that real ones are made of."""

from __future__ import annotations

from typing import NamedTuple


class Trade(NamedTuple):
    """A kind of firm: its industry, how its name ends, what it runs and what flows there."""

    industry: str
    short: str
    legal: str
    share: int
    media: tuple[str, ...]
    projects: tuple[str, ...]
    is_dealer: bool = False


CHEMICAL_MEDIA = ("稀硫酸", "液氨", "甲醇", "导热油", "循环水", "烧碱")
CHEMICAL_PROJECTS = (
    "二期扩建",
    "储罐区改造",
    "加氢装置技改",
    "年度大修",
    "中间罐区新建",
    "公用工程改造",
)
POWER_PROJECTS = ("3号机组大修", "脱硫系统改造", "锅炉给水改造", "供热管网扩容", "凝结水精处理改造")
WATER_PROJECTS = ("加药间改造", "提标改造", "三期扩建", "中水回用", "污泥脱水间改造")
MACHINE_PROJECTS = ("新机型配套", "年度框架采购", "出口机组配套", "撬装设备配套", "试验台改造")
DEALER_PROJECTS = ("季度备货", "终端项目配套", "年度框架", "总包项目配套")

TRADES = (
    Trade("石油化工", "化工", "化工有限公司", 16, CHEMICAL_MEDIA, CHEMICAL_PROJECTS),
    Trade("石油化工", "石化", "石化有限责任公司", 6, CHEMICAL_MEDIA, CHEMICAL_PROJECTS),
    Trade("石油化工", "新材料", "新材料股份有限公司", 8, CHEMICAL_MEDIA, CHEMICAL_PROJECTS),
    Trade("电力", "热电", "热电有限公司", 10, ("给水", "凝结水", "过热蒸汽", "脱硫浆液"), POWER_PROJECTS),
    Trade("电力", "发电", "发电有限责任公司", 5, ("给水", "凝结水", "过热蒸汽", "脱硫浆液"), POWER_PROJECTS),
    Trade("水处理", "水务", "水务有限公司", 10, ("次氯酸钠", "污泥", "中水", "PAC药液"), WATER_PROJECTS),
    Trade("水处理", "环保", "环保科技有限公司", 9, ("次氯酸钠", "渗滤液", "中水", "PAM药液"), WATER_PROJECTS),
    Trade("冶金", "钢铁", "钢铁有限公司", 6, ("浊环水", "高炉煤气", "酸洗液"),
          ("高炉冷却水改造", "轧线水处理改造", "煤气柜检修", "年度备件")),
    Trade("冶金", "铜业", "铜业有限公司", 4, ("电解液", "浓硫酸", "冷却水"),
          ("制酸系统改造", "电解车间扩产", "年度备件")),
    Trade("制药", "制药", "制药有限公司", 8, ("纯化水", "乙醇", "注射用水"),
          ("固体车间新建", "纯化水系统改造", "GMP改造", "原料药车间扩产")),
    Trade("制药", "生物", "生物科技有限公司", 5, ("纯化水", "发酵液", "CIP清洗液"),
          ("发酵车间扩建", "纯化线新建", "中试车间")),
    Trade("食品饮料", "食品", "食品有限公司", 6, ("糖浆", "植物油", "CIP碱液"),
          ("灌装线改造", "CIP站改造", "新工厂一期")),
    Trade("食品饮料", "乳业", "乳业有限公司", 4, ("鲜奶", "CIP碱液", "冰水"),
          ("收奶间改造", "前处理扩建", "冰水系统改造")),
    Trade("造纸", "纸业", "纸业有限公司", 6, ("纸浆", "白水", "黑液"),
          ("6号纸机改造", "碱回收改造", "制浆线技改")),
    Trade("市政", "自来水", "自来水有限公司", 7, ("原水", "清水", "次氯酸钠"),
          ("二水厂扩建", "分区计量", "加压泵站改造", "老旧管网改造")),
    Trade("市政", "燃气", "燃气有限公司", 5, ("天然气", "循环水"),
          ("门站改造", "调压柜更新", "高中压管网扩建")),
    Trade("设备制造", "机械", "机械制造有限公司", 9, ("冷却水", "液压油", "压缩空气"), MACHINE_PROJECTS),
    Trade("设备制造", "成套", "成套设备有限公司", 8, ("工艺水", "蒸汽", "溶剂"), MACHINE_PROJECTS),
    Trade("设备制造", "换热", "换热设备有限公司", 4, ("热水", "乙二醇", "蒸汽"), MACHINE_PROJECTS),
    Trade("设备制造", "机电", "机电设备有限公司", 7, ("循环水", "蒸汽", "压缩空气"), DEALER_PROJECTS, True),
    Trade("设备制造", "自动化", "自动化工程有限公司", 6, ("循环水", "药液", "蒸汽"), DEALER_PROJECTS, True),
    Trade("设备制造", "阀门", "阀门销售有限公司", 4, ("蒸汽", "循环水", "天然气"), DEALER_PROJECTS, True),
)  # fmt: skip

BRANDS = (
    "德沃", "润科", "江源", "盛屹", "瑞沣", "海诺", "博远", "天衡", "鼎岳", "宏晟",
    "普泽", "凯澜", "卓川", "恒禾", "金湾", "新澜", "东澄", "长励", "广泽", "安屿",
    "中钧", "嘉恒", "联拓", "百川源", "清越", "蓝汐", "祥峻", "荣泰达", "泰和昌", "兴岭",
    "华茂林", "永骏", "通汇源", "大岳", "九垣", "昊远", "远璟", "晟泽", "正麟", "明达康",
    "弘毅德", "立信源", "康沃", "科锐恩", "赛克", "奥森", "佰仕", "汇川达", "环宇德", "星湖",
    "南岭", "滨湖", "临港", "凤栖", "龙溪", "石湖", "青浦塘", "白云岭", "玉泉山", "松原岗",
    "银杏湖", "桃源里", "麒麟山", "紫荆", "丹枫", "碧渊", "云帆", "朗沁", "锦程达", "沃丰源",
    "同舟", "众合力", "聚诚", "信达康", "启恒", "迈德", "维尔达", "诺德森", "斯瑞", "格林泰",
)  # fmt: skip

# Region → its cities with their telephone codes.
CITIES: dict[str, tuple[tuple[str, str], ...]] = {
    "华东": (("上海", "021"), ("苏州", "0512"), ("无锡", "0510"), ("宁波", "0574"), ("杭州", "0571"),
             ("南京", "025"), ("常州", "0519"), ("南通", "0513"), ("绍兴", "0575"), ("合肥", "0551"),
             ("青岛", "0532"), ("淄博", "0533")),
    "华北": (("天津", "022"), ("北京", "010"), ("石家庄", "0311"), ("唐山", "0315"), ("太原", "0351"),
             ("沧州", "0317"), ("包头", "0472")),
    "东北": (("大连", "0411"), ("沈阳", "024"), ("吉林", "0432"), ("大庆", "0459"), ("鞍山", "0412")),
    "西北": (("西安", "029"), ("兰州", "0931"), ("银川", "0951"), ("榆林", "0912")),
    "华南": (("广州", "020"), ("深圳", "0755"), ("佛山", "0757"), ("东莞", "0769"), ("惠州", "0752"),
             ("茂名", "0668"), ("南宁", "0771"), ("湛江", "0759")),
    "华中": (("武汉", "027"), ("长沙", "0731"), ("郑州", "0371"), ("洛阳", "0379"), ("宜昌", "0717")),
    "西南": (("成都", "028"), ("重庆", "023"), ("昆明", "0871"), ("绵阳", "0816")),
}  # fmt: skip

ROADS = (
    "工业大道",
    "科技路",
    "滨江路",
    "兴业路",
    "开发区东路",
    "化工园区纬三路",
    "创新大道",
    "迎宾路",
    "港城路",
    "环城北路",
)

NOTES = (
    "每年三月停车大修，备件计划一月前报到机动处。",
    "付款习惯：预付三成，货到六成，质保金一成压一年。",
    "采购走集团电子平台，报价有效期要求六十天。",
    "现场防爆等级ExdIICT6，样本和铭牌都要写全。",
    "设备科说了算，采购只走流程；先把技术协议谈定。",
    "上一任负责人关系好，换人以后要重新拜访。",
    "对交期敏感，愿意为现货多付一点。",
    "门卫登记严格，拜访要提前一天报身份证号。",
    "年底集中结算，十一月前必须开完发票。",
    "历史上用进口品牌多，这两年在推国产替代。",
)

GROUPS = ("德沃", "盛屹", "江源", "鼎岳", "海诺")


class ForeignFirm(NamedTuple):
    """A customer abroad: what is known of it, and who works there (name, title, role)."""

    name: str
    short: str
    industry: str
    currency: str
    country: str
    phone: str
    address: str
    domain: str
    contacts: tuple[tuple[str, str, str], ...]


FOREIGN = (
    ForeignFirm("Rheintal Anlagenbau GmbH", "Rheintal", "设备制造", "EUR", "DE", "+49 7621 555 0140",
                "Industriestraße 18, 79576 Weil am Rhein, Germany", "rheintal-anlagenbau.example",
                (("Katrin Vogel", "Head of Purchasing", "purchaser"),
                 ("Jens Baumann", "Process Engineer", "influencer"))),
    ForeignFirm("Nordhafen Chemie GmbH & Co. KG", "Nordhafen", "石油化工", "EUR", "DE", "+49 4721 555 0162",
                "Am Außenhafen 4, 27472 Cuxhaven, Germany", "nordhafen-chemie.example",
                (("Dr. Henning Lüders", "Plant Manager", "decider"),
                 ("Silke Harms", "Strategic Buyer", "purchaser"))),
    ForeignFirm("Oderbruch Wassertechnik GmbH", "Oderbruch", "水处理", "EUR", "DE", "+49 3346 555 0118",
                "Deichweg 7, 15324 Letschin, Germany", "oderbruch-wasser.example",
                (("Uwe Krämer", "Managing Director", "decider"),)),
    ForeignFirm("Bayou Process Systems LLC", "Bayou Process", "设备制造", "USD", "US", "+1 225 555 0147",
                "4100 Levee Road, Baton Rouge, LA 70806, USA", "bayouprocess.example",
                (("Marcus Reed", "Procurement Manager", "purchaser"),
                 ("Dana Whitfield", "Lead Instrument Engineer", "influencer"))),
    ForeignFirm("Great Basin Water Works Inc.", "Great Basin", "市政", "USD", "US", "+1 775 555 0172",
                "880 Sagebrush Parkway, Reno, NV 89502, USA", "greatbasinwater.example",
                (("Ellen Kowalski", "Director of Operations", "decider"),)),
    ForeignFirm("Pinecrest Pulp & Paper Co.", "Pinecrest", "造纸", "USD", "US", "+1 207 555 0133",
                "12 Mill Street, Millinocket, ME 04462, USA", "pinecrestpaper.example",
                (("Tom Alvarez", "Maintenance Superintendent", "user"),
                 ("Grace Liu", "Senior Buyer", "purchaser"))),
    ForeignFirm("株式会社東浜バルブ商会", "東浜バルブ", "设备制造", "JPY", "JP", "+81 45 555 0184",
                "神奈川県横浜市鶴見区末広町 2-11, Japan", "higashihama-valve.example",
                (("Kenichi Sasaki", "Sales Director", "decider"), ("Yumi Takahashi", "Buyer", "purchaser"))),
    ForeignFirm("三河精機株式会社", "三河精機", "设备制造", "JPY", "JP", "+81 532 555 0126",
                "愛知県豊橋市神野新田町 5-30, Japan", "mikawa-seiki.example",
                (("Makoto Nakamura", "Engineering Manager", "influencer"),)),
)  # fmt: skip
