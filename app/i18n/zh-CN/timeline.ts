import type { timeline as english } from '#app/i18n/en/timeline.ts'

export const timeline: Readonly<Record<keyof typeof english, string>> = {
  'timeline.label': '时间线',
  'timeline.grid': 'span 列表',
  'timeline.head.name': '服务、span',
  'timeline.head.depth': '· 深度 {depth, number}',
  'timeline.head.duration': '时长',
  'timeline.head.self': '自身',
  'timeline.idle': '空闲 {duration}',
  'timeline.toggle': '展开或收起',
  'timeline.row': '{service}，{name}，{duration}',
  'timeline.row.error': '{service}，{name}，{duration}，错误',
  'timeline.row.errorBelow': '{service}，{name}，{duration}，下级有错误',
  'timeline.tip': '{name}\n{service} · {duration}，自身 {self}，起于 {start}',
}
