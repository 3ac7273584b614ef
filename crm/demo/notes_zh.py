# ruff: noqa: E501  # sentences and tables of names stay whole
"""What reps write down after a call or a visit, in Chinese: kind, summary, next step.

``{who}`` is the contact as one addresses them, ``{product}``, ``{project}`` and ``{medium}`` belong
to the deal, ``{rival}`` is a competitor; ``{dn} {bar} {temp} {n} {weeks} {pct} {day}`` are filled in.
"""

from __future__ import annotations

from typing import NamedTuple


class Note(NamedTuple):
    """One kind of entry: the activity kind's code, the summary, and the next step or nothing."""

    kind: str
    summary: str
    next_step: str = ""


# By stage, from first contact to tender.
BY_STAGE: tuple[tuple[Note, ...], ...] = (
    (
        Note(
            "call",
            "电话联系{who}，确认{project}要用{product}，预算还没批，让先发样本和业绩表。",
            "发样本和同行业业绩，{day}回访",
        ),
        Note(
            "call",
            "{who}说目前用的是{rival}的{product}，故障率偏高，愿意听我们讲讲。",
            "约上门交流",
        ),
        Note("call", "给{who}打电话，对方在开会，只聊了两分钟，同意先加微信。", "微信发公司介绍"),
        Note(
            "visit",
            "首次拜访{who}，看了现场管线，介质是{medium}，大约{n}个点位要换{product}。",
            "整理点位清单",
        ),
        Note(
            "visit",
            "拜访{who}，了解采购流程：车间提需求，设备科定型号，采购部比价。",
            "请{who}引荐设备科",
        ),
        Note(
            "visit",
            "到{project}现场转了一圈，{who}介绍今年先做一期，{product}放在第二批。",
            "跟进第一批的进度",
        ),
        Note(
            "message",
            "微信给{who}发了{product}样本，对方问有没有{medium}工况的业绩。",
            "补发业绩和照片",
        ),
        Note(
            "message",
            "{who}微信发来旧{product}的铭牌照片，请我们核对能否直接替换。",
            "核对尺寸后答复",
        ),
        Note("mail", "按{who}要求发了公司资质、防爆证和{product}选型表。", "{day}电话确认是否收到"),
        Note(
            "mail",
            "网站询价转过来，已回邮件给{who}，请对方补充压力和温度。",
            "等参数，三天没回就打电话",
        ),
        Note(
            "meeting",
            "展会上和{who}聊了二十分钟，{project}下半年启动，留了名片。",
            "会后一周内上门",
        ),
        Note("note", "老客户介绍的项目，{who}负责技术，听说{rival}已经去过两次。", "尽快安排拜访"),
        Note("call", "{who}表示{project}还在可研，设计院出图后才定{product}品牌。", "联系设计院"),
        Note(
            "visit", "和{who}吃了工作餐，对方最关心交期，{rival}上次拖了{weeks}周。", "准备现货清单"
        ),
    ),
    (
        Note(
            "visit",
            "和{who}逐点核对参数：{medium}，{bar} MPa，{temp}℃，口径DN{dn}，共{n}点。",
            "回来出选型书",
        ),
        Note(
            "visit",
            "带技术部到现场测量，{who}陪同，法兰标准是HG/T 20592，原位置空间不够，建议换安装位置。",
            "出安装建议图",
        ),
        Note("call", "{who}确认材质要316L，密封用聚四氟，防爆等级ExdIICT6。", "更新选型表"),
        Note("call", "电话里和{who}过了一遍数据表，还缺最大流量和背压。", "{day}前要到缺的数据"),
        Note(
            "mail",
            "收到{who}发来的数据表和P&ID，{product}共{n}台，有两个位号参数矛盾。",
            "标出矛盾处请对方确认",
        ),
        Note("mail", "把矛盾的参数列成表发给{who}，请设计院一并确认。", "等设计院回复"),
        Note(
            "meeting",
            "技术交流会，{who}和两位工程师参加，重点问了{medium}工况下的寿命。",
            "提供寿命试验报告",
        ),
        Note("message", "{who}微信回复：交期希望{weeks}周以内，验收按国标。", "和生产部确认排期"),
        Note("visit", "拜访{who}，需求书已盖章，{product}要随货带出厂检验报告。", "按需求书做方案"),
        Note(
            "call", "{who}说使用车间想要就地操作，现有方案只有远控，要改型号。", "改型号，重新核价"
        ),
        Note(
            "note",
            "{who}透露预算大约比我们目录价低{pct}%，要在配置上想办法。",
            "和技术部讨论替代配置",
        ),
        Note(
            "call",
            "设备科的意见出来了，{who}倾向国产，但要求三家以上同类业绩。",
            "整理三家业绩和联系人",
        ),
        Note(
            "visit",
            "去看了旧{product}拆下来的样子，密封面被{medium}腐蚀，{who}希望升级材质。",
            "推荐材质方案",
        ),
    ),
    (
        Note("mail", "方案第一版发给{who}，{product}{n}台，附图纸和材质说明。", "{day}约评审"),
        Note(
            "meeting", "方案评审，{who}提了五条意见，主要是安装空间和电缆接口。", "一周内出修改版"
        ),
        Note(
            "visit",
            "请技术总监一起拜访{who}，讲了{medium}工况的选型依据，对方比较认可。",
            "推动进入报价",
        ),
        Note("call", "{who}说方案同时给了{rival}看，比的是结构和寿命。", "补充寿命对比表"),
        Note("call", "催{who}的评审意见，对方在忙{project}的土建，下周才能看。", "下{day}再打电话"),
        Note("message", "{who}微信问能否提供一台样机试用两周。", "申请样机"),
        Note("visit", "样机已装到现场，{who}在场，试运行正常。", "两周后回访数据"),
        Note("call", "样机跑了一周，{who}反馈没有异常，比现在用的好。", "请{who}出试用报告"),
        Note("mail", "按{who}的意见改了{product}方案第二版，增加了旁路和冲洗口。", "确认后报价"),
        Note("meeting", "和设计院、{who}开三方会，{product}位号表定稿。", "按定稿准备报价"),
        Note("visit", "拜访{who}，{project}进度比计划慢{weeks}周，方案先保留。", "跟踪土建进度"),
        Note("note", "{who}那边换了分管领导，方案可能要重新汇报一次。", "约新领导见面"),
    ),
    (
        Note("mail", "正式报价发给{who}，有效期六十天，交期{weeks}周。", "{day}电话跟进报价"),
        Note("call", "{who}说我们的价格比{rival}高{pct}%，但技术分靠前。", "准备降本方案"),
        Note(
            "call", "和{who}谈价格，对方希望再让{pct}%，我答应请示后回复。", "请示主管，{day}回复"
        ),
        Note("visit", "当面和{who}解释价差：材质和五年质保，对方同意向领导说明。", "等领导意见"),
        Note("visit", "拜访{who}，确认预算已批，月底前走采购流程。", "准备合同草稿"),
        Note("message", "{who}微信要增值税率和开票信息，并问能否分两批交货。", "回复分批交货计划"),
        Note("mail", "修改报价，第二版含运费和现场指导，已发{who}。", "确认收到"),
        Note(
            "meeting",
            "和采购部、{who}开价格澄清会，付款方式从货到付款谈到预付三成。",
            "整理会议纪要",
        ),
        Note("call", "{who}说采购部还要再找一家比价，估计两周后有结果。", "两周后回访"),
        Note("call", "报价后第三次联系{who}，对方说领导出差，暂时没人拍板。", "下{day}再联系"),
        Note("note", "打听到{rival}报价比我们低{pct}%，但交期要{weeks}周以上。", "强调交期优势"),
        Note("visit", "请{who}来厂里参观，看了试验装置，对方对出厂检验印象不错。", "趁热谈价格"),
    ),
    (
        Note("meeting", "参加开标，我们排第二，{rival}低{pct}%，技术分我们最高。", "等评标结果"),
        Note(
            "mail",
            "{project}的投标文件已上传电子平台，{product}报了{n}台，保证金已付。",
            "{day}开标",
        ),
        Note("call", "{who}说评标专家对质保期有疑问，要求书面澄清。", "今天发澄清函"),
        Note(
            "visit", "和{who}谈合同条款：预付三成，货到六成，质保金一成，质保18个月。", "法务审合同"
        ),
        Note(
            "visit",
            "商务谈判第二轮，{who}坚持延期罚则千分之五每天，我们争取到封顶百分之五。",
            "修改合同文本",
        ),
        Note("call", "{who}确认我们是第一中标候选人，公示三天。", "公示后催中标通知书"),
        Note("message", "{who}微信说合同已进入会签，还差财务一个签字。", "{day}问会签进度"),
        Note("mail", "合同盖章扫描件发给{who}，等对方回传。", "收到后安排排产"),
        Note("meeting", "合同澄清会，{product}交期定为{weeks}周，分两批到货。", "和生产部锁定产能"),
        Note("call", "{who}希望赠送一套备件作为签约条件，已报主管。", "{day}答复备件的事"),
        Note(
            "note", "{rival}在最后一轮又降了{pct}%，{who}建议我们在服务上加码。", "提交驻场服务方案"
        ),
    ),
)

AFTER_WON: tuple[Note, ...] = (
    Note("message", "合同原件收到，{who}确认预付款本周付。", "收到预付款后排产"),
    Note("call", "{who}问发货时间，已告知{product}在做出厂检验，{day}发车。", "发货后给物流单号"),
    Note("visit", "{product}到货开箱，和{who}一起清点，数量和证书都齐。", "安排安装指导"),
    Note("visit", "现场投运，{who}签了验收单，运行正常。", "一个月后回访"),
    Note("call", "投运一个月回访，{who}说运行稳定，年底还有一批备件。", "十月报备件价"),
)

# By the reason for which it was lost; the last one fits any.
AFTER_LOST: dict[str, tuple[Note, ...]] = {
    "价格": (
        Note(
            "call",
            "{who}告知{project}选了{rival}，我们价格高{pct}%，以后还有机会。",
            "半年后再联系",
        ),
    ),
    "竞争对手关系": (
        Note("note", "复盘{project}：介入太晚，{rival}参与了前期设计；下次从设计院开始。"),
    ),
    "项目取消": (Note("message", "{who}微信说{project}搁置，资金投到别的线上了。", "明年初再问"),),
    "预算不足": (Note("message", "{who}微信说{project}的预算要等明年再批。", "明年初再问"),),
    "交期": (
        Note(
            "visit",
            "{project}输单后拜访{who}，决定因素是交期，对方愿意把备件给我们做。",
            "报备件清单",
        ),
    ),
    "": (Note("visit", "{project}输单后拜访{who}，对方愿意把备件给我们做。", "报备件清单"),),
}

AT_CUSTOMER: tuple[Note, ...] = (
    Note("visit", "例行拜访{who}，设备运行正常，顺便看了明年的检修计划。", "检修前一个月报备件"),
    Note("call", "{who}反映一台{product}动作不稳，电话指导检查供电后恢复。"),
    Note("call", "节前问候{who}，对方说下季度有新线要上，让我们留意。", "下季度初回访"),
    Note("message", "给{who}发了新版样本和保养提醒。"),
    Note("visit", "陪{who}去使用车间听意见，操作工希望铭牌上的位号再清楚一点，已反馈研发。"),
    Note("mail", "发对账单给{who}，尚有一笔质保金未付。", "月底再催一次"),
    Note("call", "{who}换了手机号，新号码已更新；原来的采购员调去了基建部。"),
    Note("meeting", "参加{who}组织的年度供应商会议，明年要求全部上电子平台。", "办平台注册"),
    Note("visit", "带新同事认识{who}，介绍以后的分工。"),
    Note("note", "{who}提到{rival}上个月来推销过，报价很低，车间不太放心。", "送一份业绩名单"),
)
