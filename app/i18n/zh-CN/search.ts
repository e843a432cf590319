import type { search as english } from '#app/i18n/en/search.ts'

export const search: Readonly<Record<keyof typeof english, string>> = {
  'search.title': '搜索',
  'search.noService': 'unknown_service',

  'search.column.compare': '对比',
  'search.column.start': '开始',
  'search.column.trace': 'Trace',
  'search.column.services': '服务',
  'search.column.spans': 'Span',
  'search.column.errors': '错误',
  'search.column.duration': 'Trace 时长',
  'search.results': '找到的 trace',
  'search.noErrors': '没有错误',
  'search.orphan': '缺少根 span',

  'search.all': '{count, plural, other {<b>#</b> 条 trace}}，最新在前。',
  'search.first': '最新的 {count, plural, other {<b>#</b> 条 trace}}。',
  'search.limitReached': '已达上限',
  'search.loadNext': '再加载 {count} 条',
  'search.loadingNext': '正在加载',
  'search.complete': '结果完整',
  'search.incomplete': '结果不完整：{reason}',
  'search.read': '{took} 内读取 {spans}',
  'search.spans': '{count, plural, other {# 个 span}}',
  'search.searching': '正在搜索',
  'search.stale': '上一次搜索的结果，截至 {time}。',

  'search.failed': '搜索失败',
  'search.nextFailed': '后续的 trace 未能加载',
  'search.nothing': '没有匹配的 trace',
  'search.nothing.why': '已搜索保留的 {spans}。{hint}',
  'search.nothing.whyAll': '已搜索全部保留的数据。',
  'search.nothing.range': '更大的时间范围也许能找到。',
  'search.nothing.attributes': '所有属性必须在同一个 span 上。',

  'search.zone': '时间以 <b>{zone}</b> 显示',
  'search.retention': '保留 {retention}',
  'search.tick': '勾选两条 trace 进行对比',
  'search.compareRow': '对比 {name}，{start}',

  'command.search.again': '重新搜索',
  'command.search.reset': '重置表单',
  'command.search.widen': '搜索全部保留的数据',
  'command.search.next': '加载后续 trace',
}
