import type { ui as english } from '#app/i18n/en/ui.ts'

export const ui: Readonly<Record<keyof typeof english, string>> = {
  'ui.close': '关闭',
  'ui.cancel': '取消',
  'ui.copy': '复制',
  'ui.copied': '已复制',
  'ui.notCopied': '未能复制：浏览器拒绝访问剪贴板。可选中文本后用键盘复制。',
  'ui.remove': '移除 {name}',
  'ui.more': '更多',
  'ui.loading': '正在加载',
  'ui.tryAgain': '重试',
  'ui.find': '查找',
  'ui.nothingFound': '没有与“{text}”匹配的内容',
  'ui.noEntries': '没有可选项',
  'ui.resize': '{name}的宽度',
  'ui.clear': '清除',
  'ui.notifications': '通知',
  'ui.dismiss': '关闭通知',
  'ui.progress': '{name}，{percent}',
  'ui.own.error': '自身错误',
  'ui.error.below': '下层错误',
}
