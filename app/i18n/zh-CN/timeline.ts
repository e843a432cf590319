import type { timeline as english } from '#app/i18n/en/timeline.ts'

export const timeline: Readonly<Record<keyof typeof english, string>> = {
  'timeline.label': '时间线',
  'timeline.grid': 'span 列表',
  'timeline.head.name': '服务、span',
  'timeline.head.depth': '· 深度 {depth, number}',
  'timeline.head.duration': '时长',
  'timeline.head.self': '自身',
  'timeline.idle': '空闲 {duration}',
  'timeline.tip.fold':
    '{name} × {count, number}\n{service} · 合计 {sum}，p50 {middle}，p95 {high}，最长 {longest}{errors, plural, =0 {} other {，# 个错误}}',
  'timeline.hidden': '{count, number} 个 span 被过滤隐藏',
  'timeline.silent': '调用了 {name}，但它没有发送 span',
  'timeline.reveal': '显示',
  'timeline.closeRun': '重新合并',
  'timeline.errors': '{count, number} 个错误',
  'timeline.row.fold':
    '{service}，{name}，重复 {count, number} 次，{duration}{errors, plural, =0 {} other {，# 个错误}}',
  'timeline.late': '后到',
  'timeline.toggle': '展开或收起',
  'timeline.row': '{service}，{name}，{duration}',
  'timeline.row.error': '{service}，{name}，{duration}，错误',
  'timeline.row.errorBelow': '{service}，{name}，{duration}，下级有错误',
  'timeline.row.critical': '，在关键路径上',
  'timeline.tip': '{name}\n{service} · {duration}，自身 {self}，起于 {start}',
}
